/** The anchor of a heading's Markdown, as GitHub makes it. */
function anchorOf(heading: string): string {
	return heading
		.toLowerCase()
		.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
		.trim()
		.replaceAll(/\s/g, '-');
}

/** The anchors of a page's headings, in their order: the second of two equal ones ends in `-1`. */
export function anchorsOf(headings: readonly string[]): string[] {
	const taken = new Set<string>();
	return headings.map((heading) => {
		const anchor = anchorOf(heading);
		let free = anchor;
		for (let count = 1; taken.has(free); count++) free = `${anchor}-${count}`;
		taken.add(free);
		return free;
	});
}
