import type { Operation } from '../history/operation.ts';
import { hashValue, mix } from './hashing.ts';
import { type Model, refused, type Value } from './model.ts';
import { showCall, showValue } from './showing.ts';

/** What a client asks of a queue. */
export type QueueInput =
	| { readonly kind: 'enqueue'; readonly value: Value }
	| { readonly kind: 'dequeue' };

/** What a dequeue took, null if the queue was empty; null for an enqueue. */
export type QueueOutput = Value;

/** First in, first out; each value is taken once. The values themselves are not null. */
export function fifoQueue(): Model<readonly Value[], QueueInput, QueueOutput> {
	return {
		name: 'queue',
		init: [],
		step,
		changesNothing: ({ kind }, output) => kind === 'dequeue' && output === null,
		equals: (a, b) => a === b || (a.length === b.length && a.every((one, at) => one === b[at])),
		hash: (state) => state.reduce((hash: number, value) => mix(hash, hashValue(value)), 7),
		describe,
		describeState: (state) => `[${state.map(showValue).join(', ')}]`,
	};
}

function step(
	state: readonly Value[],
	input: QueueInput,
	output: QueueOutput | undefined,
): readonly Value[] | typeof refused {
	if (input.kind === 'enqueue') return [...state, input.value];
	const head = state[0] ?? null;
	if (output !== undefined && output !== head) return refused;
	return state.length === 0 ? state : state.slice(1);
}

function describe(operation: Operation<QueueInput, QueueOutput>): string {
	const { input, output } = operation;
	if (input.kind === 'enqueue') return showCall(`enqueue ${showValue(input.value)}`, operation);
	const answer = output === null ? 'empty' : showValue(output);
	return showCall('dequeue', operation, answer);
}
