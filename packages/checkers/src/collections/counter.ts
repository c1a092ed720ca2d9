import type { Operation } from '../history/operation.ts';
import { limits } from '../limits.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

export type CounterInput =
	| { readonly kind: 'add'; readonly delta: number }
	| { readonly kind: 'read' };

/** Of a read: the sum. */
export type CounterOutput = number | null;

/**
 * Whether every read of a counter is a sum that is possible: all additions that were acknowledged before
 * it was called, and any of those that were under way or whose outcome is unknown. Reads are judged one
 * by one: that two of them contradict each other is for a linearizability checker.
 */
export function checkCounter(history: readonly Operation<CounterInput, CounterOutput>[]): Verdict {
	for (const read of history) {
		if (read.input.kind !== 'read' || read.outcome !== 'ok') continue;
		let sure = 0;
		const possible: number[] = [];
		for (const { input, outcome, calledAt, returnedAt } of history) {
			if (input.kind !== 'add' || outcome === 'failed' || calledAt > read.returnedAt) continue;
			if (outcome === 'ok' && returnedAt < read.calledAt) sure += input.delta;
			else possible.push(input.delta);
		}
		const sums = sumsOf(sure, possible);
		if (sums === undefined) {
			const reason = `more than ${limits.counterSums} sums are possible`;
			return { verdict: 'unknown', reason };
		}
		if (sums.has(read.output as number)) continue;
		return violation('impossible-sum', `process ${read.process} read ${read.output}`, [
			`acknowledged before it was called: ${sure}`,
			`under way or unknown, each of which may count or not: ${possible.join(' ') || 'nothing'}`,
		]);
	}
	return { verdict: 'ok' };
}

function sumsOf(sure: number, possible: readonly number[]): ReadonlySet<number> | undefined {
	let sums = new Set([sure]);
	for (const delta of possible) {
		sums = new Set([...sums, ...[...sums].map((sum) => sum + delta)]);
		if (sums.size > limits.counterSums) return undefined;
	}
	return sums;
}
