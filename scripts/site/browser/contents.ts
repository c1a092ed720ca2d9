/** Marks in the contents which heading one is reading below. */
export function followContents(): void {
	const links = new Map<string, HTMLAnchorElement>();
	for (const link of document.querySelectorAll<HTMLAnchorElement>('aside.contents a')) {
		links.set(decodeURIComponent(link.hash.slice(1)), link);
	}
	const headings = [...document.querySelectorAll<HTMLElement>('article :is(h2, h3)[id]')].filter(
		({ id }) => links.has(id),
	);
	if (headings.length === 0) return;
	let current: HTMLAnchorElement | undefined;
	const mark = (): void => {
		const above = headings.filter((heading) => heading.getBoundingClientRect().top < 120);
		const link = links.get((above.at(-1) ?? headings[0])?.id ?? '');
		if (link === current) return;
		current?.removeAttribute('aria-current');
		link?.setAttribute('aria-current', 'location');
		const list = link?.closest<HTMLElement>('aside');
		if (link && list) {
			const { top, bottom } = link.getBoundingClientRect();
			const frame = list.getBoundingClientRect();
			if (top < frame.top || bottom > frame.bottom) list.scrollTop += top - frame.top - 120;
		}
		current = link;
	};
	let isAsked = false;
	const ask = (): void => {
		if (isAsked) return;
		isAsked = true;
		requestAnimationFrame(() => {
			isAsked = false;
			mark();
		});
	};
	addEventListener('scroll', ask, { passive: true });
	mark();
}
