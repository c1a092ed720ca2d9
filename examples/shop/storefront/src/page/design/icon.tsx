/** Drawn on 24 by 24, with lines of 1.75. */
const paths = {
	search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM20 20l-4-4',
	basket: 'M3 10h18l-2 10H5L3 10ZM8 10l3-6M16 10l-3-6M9 14v2M15 14v2',
	person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4 21c0-4 3.6-6.5 8-6.5s8 2.5 8 6.5',
	orders: 'M6 3h12v18l-3-2-3 2-3-2-3 2V3ZM9 8h6M9 12h6',
	moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
	plus: 'M12 5v14M5 12h14',
	minus: 'M5 12h14',
	check: 'M5 12.5l4.5 4.5L19 7.5',
	cross: 'M6 6l12 12M18 6L6 18',
	undo: 'M9 7L4 12l5 5M4 12h10a6 6 0 0 1 0 12',
	dots: 'M6 12h.01M12 12h.01M18 12h.01',
	bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
	away: 'M4 9a12 12 0 0 1 16 0M8 13a6 6 0 0 1 8 0M12 18h.01M4 3l16 18',
} as const;

export type IconName = keyof typeof paths;

/** A picture beside words, or within something that has a name: it is never read out. */
export function Icon({ name }: { readonly name: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
			<path d={paths[name]} />
		</svg>
	);
}
