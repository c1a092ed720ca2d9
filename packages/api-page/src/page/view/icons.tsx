import type { ComponentChildren, JSX } from 'preact';

function Icon({ children }: { readonly children: ComponentChildren }): JSX.Element {
	return (
		<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
			{children}
		</svg>
	);
}

export const Moon = (): JSX.Element => (
	<Icon>
		<path d="M16.5 12.3A7 7 0 0 1 7.7 3.5a7 7 0 1 0 8.8 8.8Z" />
	</Icon>
);

export const Sun = (): JSX.Element => (
	<Icon>
		<circle cx="10" cy="10" r="3.5" />
		<path d="M10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M4.2 15.8l1.4-1.4M14.4 5.6l1.4-1.4" />
	</Icon>
);

export const Key = (): JSX.Element => (
	<Icon>
		<circle cx="6.5" cy="13.5" r="3.5" />
		<path d="m9 11 7.5-7.5M13.2 6.8l2.5 2.5" />
	</Icon>
);

export const Menu = (): JSX.Element => (
	<Icon>
		<path d="M3 5.5h14M3 10h14M3 14.5h14" />
	</Icon>
);
