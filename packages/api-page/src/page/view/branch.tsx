import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

/** What can be opened; its inside is made when it is opened first, since schemas have no end. */
export function Branch({
	head,
	isOpen,
	children,
	kind = '',
}: {
	readonly head: ComponentChildren;
	readonly isOpen: boolean;
	readonly children: () => ComponentChildren;
	readonly kind?: string;
}): JSX.Element {
	const open = useSignal(isOpen);
	return (
		<details
			class={`branch ${kind}`}
			open={open.value}
			onToggle={(event) => {
				open.value = event.currentTarget.open;
			}}
		>
			<summary>{head}</summary>
			{open.value && children()}
		</details>
	);
}
