import type { Operation } from '../history/operation.ts';
import { hashValue } from './hashing.ts';
import { type Model, refused, type Value } from './model.ts';
import { showCall, showValue } from './showing.ts';

/** What a client asks of a register. */
export type RegisterInput =
	| { readonly kind: 'read' }
	| { readonly kind: 'write'; readonly value: Value };

/** What a read returned; a write answers null. */
export type RegisterOutput = Value;

/** One value that is read and written whole. */
export function register(initial: Value = null): Model<Value, RegisterInput, RegisterOutput> {
	return {
		name: 'register',
		init: initial,
		step: (state, input, output) => {
			if (input.kind === 'write') return input.value;
			return output === undefined || output === state ? state : refused;
		},
		changesNothing: ({ kind }) => kind === 'read',
		equals: Object.is,
		hash: hashValue,
		describe,
		describeState: showValue,
	};
}

function describe(operation: Operation<RegisterInput, RegisterOutput>): string {
	const { input, output } = operation;
	if (input.kind === 'read') return showCall('read', operation, showValue(output));
	return showCall(`write ${showValue(input.value)}`, operation);
}
