import type { Timeline } from './explanation/timeline.ts';
import type { Explanation } from './verdict.ts';

/** A verdict against a history: what is wrong, the facts, one a line, and a picture of them. */
export function violation(
	anomaly: string,
	summary: string,
	lines: readonly string[],
	timeline?: Timeline,
): { readonly verdict: 'violation'; readonly explanation: Explanation } {
	const explanation = { anomaly, summary, lines, ...(timeline && { timeline }) };
	return { verdict: 'violation', explanation };
}
