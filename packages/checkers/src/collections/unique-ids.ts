import { timelineOf } from '../explanation/timeline.ts';
import type { Operation } from '../history/operation.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/**
 * Whether no identifier was given twice.
 *
 * @returns `unknown` where none was given
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkUniqueIds(history: readonly Operation<unknown, string | number>[]): Verdict {
	checkWellFormed(history);
	const givenBy = new Map<string | number, Operation<unknown, string | number>>();
	for (const operation of history) {
		const { output, outcome } = operation;
		if (outcome !== 'ok' || output === undefined) continue;
		const other = givenBy.get(output);
		if (other !== undefined) {
			const lines = [other, operation].map(
				({ process, calledAt, returnedAt }) =>
					`to process ${process}, which called at ${calledAt} and was answered at ${returnedAt}`,
			);
			const both = [other, operation];
			const timeline = timelineOf(both, () => `generate → ${output}`, new Set([operation]));
			return violation('duplicate', `${output} was given twice`, lines, timeline);
		}
		givenBy.set(output, operation);
	}
	if (givenBy.size > 0) return { verdict: 'ok' };
	return { verdict: 'unknown', reason: 'no identifier was given, so nothing can be said' };
}
