import { timelineOf } from '../explanation/timeline.ts';
import type { Operation } from '../history/operation.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import { limits } from '../limits.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** What a client asks of a counter. */
export type CounterInput =
	| { readonly kind: 'add'; readonly delta: number }
	| { readonly kind: 'read' };

/** Of a read: the sum. */
export type CounterOutput = number | null;

type CounterOperation = Operation<CounterInput, CounterOutput>;

/**
 * Whether every read of a counter is a sum that is possible: all additions that were acknowledged before
 * it was called, and any of those that were under way or whose outcome is unknown. Reads are judged one
 * by one: that two of them contradict each other is for a linearizability checker. Deltas are whole
 * numbers, also negative ones.
 *
 * @returns `unknown` where no read was answered, or too many sums are possible
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkCounter(
	history: readonly CounterOperation[],
	{ initial = 0 }: { readonly initial?: number } = {},
): Verdict {
	checkWellFormed(history);
	const byCall = [...history].sort((a, b) => a.calledAt - b.calledAt);
	const additions = byCall.filter(
		({ input, outcome }) => input.kind === 'add' && outcome !== 'failed',
	);
	const reads = byCall.filter(({ input, outcome }) => input.kind === 'read' && outcome === 'ok');
	if (reads.length === 0) {
		return { verdict: 'unknown', reason: 'no read was answered, so nothing can be said' };
	}
	let sure = initial;
	let next = 0;
	/** Called by then, but not acknowledged before the read: those are in `sure`. */
	let open: readonly CounterOperation[] = [];
	for (const read of reads) {
		const begin = next;
		while ((additions[next]?.calledAt ?? Infinity) <= read.returnedAt) next++;
		const called = [...open, ...additions.slice(begin, next)];
		const isSure = ({ outcome, returnedAt }: CounterOperation): boolean =>
			outcome === 'ok' && returnedAt < read.calledAt;
		for (const one of called) if (isSure(one)) sure += deltaOf(one);
		open = called.filter((one) => !isSure(one));
		// Another read may have returned later than this one, and have opened more.
		const possible = open.filter(({ calledAt }) => calledAt <= read.returnedAt);
		const sums = sumsOf(sure, possible.map(deltaOf));
		if (sums === undefined) {
			return { verdict: 'unknown', reason: `more than ${limits.counterSums} sums are possible` };
		}
		if (!sums.has(read.output as number)) return impossible(read, sure, possible);
	}
	return { verdict: 'ok' };
}

const deltaOf = ({ input }: CounterOperation): number => (input.kind === 'add' ? input.delta : 0);

function sumsOf(sure: number, possible: readonly number[]): ReadonlySet<number> | undefined {
	let sums = new Set([sure]);
	for (const delta of possible) {
		sums = new Set([...sums, ...[...sums].map((sum) => sum + delta)]);
		if (sums.size > limits.counterSums) return undefined;
	}
	return sums;
}

function impossible(
	read: CounterOperation,
	sure: number,
	possible: readonly CounterOperation[],
): Verdict {
	const { process, output, calledAt, returnedAt } = read;
	const open = possible.map(deltaOf);
	const most = open.reduce((sum, delta) => sum + Math.max(0, delta), sure);
	const least = open.reduce((sum, delta) => sum + Math.min(0, delta), sure);
	const lines = [
		`the read was called at ${calledAt} and returned at ${returnedAt}`,
		`acknowledged before it was called: ${sure} in all`,
		`under way or unknown, each of which may count or not: ${open.join(' ') || 'nothing'}`,
		`so the least that it can be is ${least}, the most ${most}`,
	];
	const label = ({ input, output: sum, outcome }: CounterOperation): string => {
		if (input.kind === 'read') return `read → ${sum}`;
		return `add ${input.delta}${outcome === 'ok' ? '' : ' → ?'}`;
	};
	const timeline = timelineOf([...possible, read], label, new Set([read]));
	return violation('impossible-sum', `process ${process} read ${output}`, lines, timeline);
}
