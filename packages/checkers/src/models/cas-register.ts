import type { Operation } from '../history/operation.ts';
import { hashValue } from './hashing.ts';
import { type Model, refused, type Value } from './model.ts';
import { showCall, showValue } from './showing.ts';

/** What a client asks of a register with compare-and-set. */
export type CasRegisterInput =
	| { readonly kind: 'read' }
	| { readonly kind: 'write'; readonly value: Value }
	| { readonly kind: 'cas'; readonly expected: Value; readonly value: Value };

/** What a read returned; whether a compare-and-set found what it expected; null for a write. */
export type CasRegisterOutput = Value;

/**
 * One value with compare-and-set. A compare-and-set that answered false saw another value, which is
 * as much of an observation as a read.
 */
export function casRegister(
	initial: Value = null,
): Model<Value, CasRegisterInput, CasRegisterOutput> {
	return {
		name: 'cas-register',
		init: initial,
		step,
		changesNothing: ({ kind }, output) => kind === 'read' || (kind === 'cas' && output === false),
		equals: Object.is,
		hash: hashValue,
		describe,
		describeState: showValue,
	};
}

function step(
	state: Value,
	input: CasRegisterInput,
	output: CasRegisterOutput | undefined,
): Value | typeof refused {
	if (input.kind === 'write') return input.value;
	if (input.kind === 'read') return output === undefined || output === state ? state : refused;
	const isHit = state === input.expected;
	if (output !== undefined && output !== isHit) return refused;
	return isHit ? input.value : state;
}

function describe(operation: Operation<CasRegisterInput, CasRegisterOutput>): string {
	const { input, output } = operation;
	if (input.kind === 'read') return showCall('read', operation, showValue(output));
	if (input.kind === 'write') return showCall(`write ${showValue(input.value)}`, operation);
	const call = `cas ${showValue(input.expected)} to ${showValue(input.value)}`;
	return showCall(call, operation, output === true ? 'done' : 'refused');
}
