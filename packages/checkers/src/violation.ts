import type { Explanation } from './verdict.ts';

/** A verdict against a history: what is wrong, and the facts, one a line. */
export function violation(
	anomaly: string,
	summary: string,
	lines: readonly string[],
): { readonly verdict: 'violation'; readonly explanation: Explanation } {
	return { verdict: 'violation', explanation: { anomaly, summary, lines } };
}
