/**
 * Delta debugging (Zeller and Hildebrandt, IEEE TSE 2002, `ddmin`): a small subset of `items` on which
 * `fails` still holds, from which nothing of the last granularity can be left out.
 *
 * @param fails Is known to hold for `items`.
 * @param triesMax How often `fails` is asked at most; what was found until then is returned.
 */
export async function shrink<T>(
	items: readonly T[],
	fails: (subset: readonly T[]) => Promise<boolean>,
	triesMax: number,
): Promise<readonly T[]> {
	let left = items;
	let tries = 0;
	const holds = async (subset: readonly T[]): Promise<boolean> =>
		tries++ < triesMax && (await fails(subset));
	if (left.length > 0 && (await holds([]))) return [];
	let parts = 2;
	while (left.length > 1 && tries < triesMax) {
		const smaller = await reduce(left, parts, holds);
		if (smaller !== undefined) {
			left = smaller.items;
			parts = Math.max(2, Math.min(smaller.parts, left.length));
		} else if (parts >= left.length) break;
		else parts = Math.min(left.length, parts * 2);
	}
	return left;
}

/** One of the parts alone, or all but one of them: whichever fails first. */
async function reduce<T>(
	items: readonly T[],
	parts: number,
	fails: (subset: readonly T[]) => Promise<boolean>,
): Promise<{ readonly items: readonly T[]; readonly parts: number } | undefined> {
	const size = Math.ceil(items.length / parts);
	for (let first = 0; first < items.length; first += size) {
		const part = items.slice(first, first + size);
		if (await fails(part)) return { items: part, parts: 2 };
	}
	if (parts === 2) return undefined;
	for (let first = 0; first < items.length; first += size) {
		const rest = [...items.slice(0, first), ...items.slice(first + size)];
		if (await fails(rest)) return { items: rest, parts: parts - 1 };
	}
	return undefined;
}
