import type { Operation } from '../history/operation.ts';
import { compareSpans } from '../history/well-formed.ts';

/** A call or a return, as the checker walks over them. */
export interface Event {
	/** Index into the operations. */
	readonly operation: number;
	readonly isCall: boolean;
}

/**
 * Calls of all operations and returns of those that are `ok`, by time; at equal times calls first,
 * because an operation precedes another only if it returned strictly before the other's call.
 */
export function eventsOf(operations: readonly Operation[]): Event[] {
	const events: { at: number; event: Event }[] = [];
	for (const [operation, { calledAt, returnedAt, outcome }] of operations.entries()) {
		events.push({ at: calledAt, event: { operation, isCall: true } });
		if (outcome === 'ok') events.push({ at: returnedAt, event: { operation, isCall: false } });
	}
	// The sort is stable, so what is equal keeps the order of the history.
	events.sort((a, b) => a.at - b.at || Number(b.event.isCall) - Number(a.event.isCall));
	return events.map(({ event }) => event);
}

/**
 * For each operation the one that its process completed before it, or -1. Times of a coarse clock can
 * make the two seem concurrent; a client that waited for the first knows better.
 */
export function predecessorsOf(operations: readonly Operation[]): Int32Array {
	const predecessors = new Int32Array(operations.length).fill(-1);
	const last = new Map<number | string, number>();
	const indexes = operations.map((_, index) => index);
	const at = (index: number) => operations[index] as Operation;
	indexes.sort((a, b) => compareSpans(at(a), at(b)));
	for (const index of indexes) {
		const { process, outcome, calledAt } = at(index);
		const isUnknown = outcome === 'unknown';
		// The process of one of unknown outcome should have ended with it. If not, we cannot know which
		// came first where the times do not tell.
		const isBefore = (other: Operation): boolean =>
			other.returnedAt <= calledAt && !(isUnknown && other.calledAt === calledAt);
		let before = last.get(process) ?? -1;
		while (before !== -1 && !isBefore(at(before))) before = predecessors[before] as number;
		predecessors[index] = before;
		if (outcome === 'ok') last.set(process, index);
	}
	return predecessors;
}

/**
 * What was known right after the event at `end - 1`: operations called until then, and those that
 * had not returned have an unknown outcome.
 */
export function cutAfter<Input, Output>(
	operations: readonly Operation<Input, Output>[],
	events: readonly Event[],
	end: number,
): Operation<Input, Output>[] {
	const called = new Set<number>();
	const returned = new Set<number>();
	for (const { operation, isCall } of events.slice(0, end)) {
		(isCall ? called : returned).add(operation);
	}
	return operations
		.map((operation, index) => (returned.has(index) ? operation : withoutAnswer(operation)))
		.filter((_, index) => called.has(index));
}

function withoutAnswer<Input, Output>({
	process,
	input,
	calledAt,
}: Operation<Input, Output>): Operation<Input, Output> {
	return { process, input, calledAt, returnedAt: Infinity, outcome: 'unknown' };
}
