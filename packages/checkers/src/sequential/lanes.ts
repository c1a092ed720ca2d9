import type { Operation } from '../history/operation.ts';
import { compareSpans } from '../history/well-formed.ts';

/** Operations that must take effect in this order: those of one process, or one without an answer. */
export interface Lane<Input, Output> {
	readonly operations: readonly Operation<Input, Output>[];
	/** Whether it may stay out of the order for ever. */
	readonly isOptional: boolean;
	/** How many operations of which other lane come before it. */
	readonly after: { readonly lane: number; readonly count: number } | undefined;
}

/**
 * A lane for each process, then one for each operation of unknown outcome: it took effect after what
 * its process had done before, and at any later time, or never. What failed is left out.
 */
export function lanesOf<Input, Output>(
	history: readonly Operation<Input, Output>[],
): Lane<Input, Output>[] {
	const lanes: { operations: Operation<Input, Output>[]; isOptional: false; after: undefined }[] =
		[];
	const open: Lane<Input, Output>[] = [];
	const laneOfProcess = new Map<number | string, number>();
	for (const operation of [...history].sort(compareSpans)) {
		if (operation.outcome === 'failed') continue;
		const lane = laneOfProcess.get(operation.process) ?? lanes.length;
		laneOfProcess.set(operation.process, lane);
		const own = lanes[lane] ?? { operations: [], isOptional: false, after: undefined };
		lanes[lane] = own;
		if (operation.outcome === 'ok') own.operations.push(operation);
		else {
			const after = { lane, count: own.operations.findLastIndex(isBefore(operation)) + 1 };
			open.push({ operations: [operation], isOptional: true, after });
		}
	}
	return [...lanes, ...open];
}

/** Where the times do not tell which came first, nothing is built on it. */
const isBefore =
	({ calledAt }: Operation) =>
	(other: Operation): boolean =>
		other.returnedAt <= calledAt && other.calledAt < calledAt;
