const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * How long to wait before the next try: half a second to a second after the first failure, twice as
 * long after each further one, 15 s at most. Half of it is chance, so that customers who were cut off
 * together do not come back together.
 *
 * @param failures So far, 1 or more.
 * @param random From 0 to 1.
 */
export function backoffMs(failures: number, random: number): number {
	const ceilingMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
	return Math.round(ceilingMs * (0.5 + random / 2));
}
