import type { Operation } from '../history/operation.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** Whether no identifier was given twice. */
export function checkUniqueIds(history: readonly Operation<unknown, string | number>[]): Verdict {
	const givenTo = new Map<string | number, string | number>();
	for (const { process, output, outcome } of history) {
		if (outcome !== 'ok' || output === undefined) continue;
		const other = givenTo.get(output);
		if (other !== undefined) {
			const lines = [`to process ${other}`, `to process ${process}`];
			return violation('duplicate', `${output} was given twice`, lines);
		}
		givenTo.set(output, process);
	}
	return { verdict: 'ok' };
}
