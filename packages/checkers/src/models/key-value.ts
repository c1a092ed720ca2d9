import type { Operation } from '../history/operation.ts';
import { hashValue } from './hashing.ts';
import { type Model, refused, type Value } from './model.ts';
import { showCall, showValue } from './showing.ts';

/** What a client asks of a key-value store. */
export type KeyValueInput =
	| { readonly kind: 'get'; readonly key: string }
	| { readonly kind: 'put'; readonly key: string; readonly value: Value }
	/** Adds to the end of a text; to an absent key as if it were the empty text. */
	| { readonly kind: 'append'; readonly key: string; readonly value: string }
	| {
			readonly kind: 'cas';
			readonly key: string;
			readonly expected: Value;
			readonly value: Value;
	  }
	| { readonly kind: 'delete'; readonly key: string };

/**
 * `get`: the value, null if absent. `cas`: whether it found what it expected. `delete`: whether there
 * was a value, or null if it does not say. `put`, `append`: null.
 */
export type KeyValueOutput = Value;

/** Keys with values, each an object of its own. An absent key and one that holds null are the same. */
export function keyValue(initial: Value = null): Model<Value, KeyValueInput, KeyValueOutput> {
	return {
		name: 'kv',
		init: initial,
		step,
		changesNothing: ({ kind }, output) =>
			kind === 'get' || ((kind === 'cas' || kind === 'delete') && output === false),
		equals: Object.is,
		hash: hashValue,
		partitionOf: ({ key }) => key,
		describe,
		describeState: showValue,
	};
}

function step(
	state: Value,
	input: KeyValueInput,
	output: KeyValueOutput | undefined,
): Value | typeof refused {
	switch (input.kind) {
		case 'get':
			return output === undefined || output === state ? state : refused;
		case 'put':
			return input.value;
		case 'append':
			return `${state ?? ''}${input.value}`;
		case 'delete': {
			const isPresent = state !== null;
			return typeof output === 'boolean' && output !== isPresent ? refused : null;
		}
		case 'cas': {
			const isHit = state === input.expected;
			if (output !== undefined && output !== isHit) return refused;
			return isHit ? input.value : state;
		}
	}
}

function describe(operation: Operation<KeyValueInput, KeyValueOutput>): string {
	const { input, output } = operation;
	switch (input.kind) {
		case 'get':
			return showCall(`get ${input.key}`, operation, showValue(output));
		case 'put':
		case 'append':
			return showCall(`${input.kind} ${input.key} ${showValue(input.value)}`, operation);
		case 'delete': {
			const answer = typeof output === 'boolean' ? (output ? 'done' : 'absent') : undefined;
			return showCall(`delete ${input.key}`, operation, answer);
		}
		case 'cas': {
			const change = `${showValue(input.expected)} to ${showValue(input.value)}`;
			return showCall(`cas ${input.key} ${change}`, operation, output ? 'done' : 'refused');
		}
	}
}
