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
	// What was cut in another way comes again; only those that did not fail can.
	const passed = new Set<string>();
	const holds = async (subset: readonly T[]): Promise<boolean> => {
		const key = subset.map((item) => items.indexOf(item)).join();
		if (passed.has(key) || tries++ >= triesMax) return false;
		const failed = await fails(subset);
		if (!failed) passed.add(key);
		return failed;
	};
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
