import type { Operation } from '../history/operation.ts';
import { hashValue } from './hashing.ts';
import { type Model, refused } from './model.ts';
import { showCall } from './showing.ts';

/** `client` is whoever holds: it outlives a process of the history that saw a timeout. */
export interface MutexInput {
	readonly kind: 'acquire' | 'release';
	readonly client: number | string;
}

/** Whether it did: an acquire that answered false found it held, a release by who did not hold it. */
export type MutexOutput = boolean;

/** Who holds it; null while it is free. */
type Holder = number | string | null;

/** A lock that only its holder gives back. It does not expire: see `fencedLock` for leases. */
export function mutex(): Model<Holder, MutexInput, MutexOutput> {
	return {
		name: 'mutex',
		init: null,
		step: (holder, { kind, client }, output) => {
			const isDone = kind === 'acquire' ? holder === null : holder === client;
			if (output !== undefined && output !== isDone) return refused;
			if (!isDone) return holder;
			return kind === 'acquire' ? client : null;
		},
		changesNothing: (_input, output) => !output,
		equals: Object.is,
		hash: hashValue,
		describe,
		describeState: (holder) => (holder === null ? 'free' : `held by ${holder}`),
	};
}

function describe(operation: Operation<MutexInput, MutexOutput>): string {
	const { input, output } = operation;
	const answer = output === false ? 'refused' : undefined;
	return showCall(`${input.kind} by ${input.client}`, operation, answer);
}
