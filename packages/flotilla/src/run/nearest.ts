/** The candidate that a misspelt name probably meant; `undefined` when there are none. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
	let best: { readonly candidate: string; readonly distance: number } | undefined;
	for (const candidate of candidates) {
		const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
		if (best === undefined || distance < best.distance) best = { candidate, distance };
	}
	return best?.candidate;
}

/** How many letters must be put in, left out or replaced to make one text the other. */
function editDistance(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, column) => column);
	for (let index = 0; index < from.length; index++) {
		const next = [index + 1];
		for (let column = 0; column < to.length; column++) {
			const replaced = (row[column] as number) + (from[index] === to[column] ? 0 : 1);
			const removed = (row[column + 1] as number) + 1;
			const inserted = (next[column] as number) + 1;
			next.push(Math.min(replaced, removed, inserted));
		}
		row = next;
	}
	return row[to.length] as number;
}
