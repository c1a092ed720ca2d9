import type { Operation } from '../history/operation.ts';
import { mix } from './hashing.ts';
import { type Model, refused } from './model.ts';
import { showCall } from './showing.ts';

/** What a client asks of a lock whose holders have growing tokens. */
export type FencedLockInput =
	| { readonly kind: 'acquire' }
	| { readonly kind: 'release'; readonly token: number }
	/** A write to the resource that the lock protects, which looks at the token. */
	| { readonly kind: 'write'; readonly token: number };

/**
 * `acquire`: the token, or null if somebody else holds the lock. `release`: whether the token still
 * held it. `write`: whether the resource let it through.
 */
export type FencedLockOutput = number | boolean | null;

interface FencedLockState {
	/** The token that holds the lock, or null; `UNSEEN` if its acquire was never answered. */
	readonly holder: number | null;
	/** The highest token granted. */
	readonly granted: number;
	/** The highest token that the resource has seen. */
	readonly seen: number;
}

/** Tokens are positive. */
const UNSEEN = 0;

/**
 * A lock whose grants carry fencing tokens, and a resource that checks them (Kleppmann, "How to do
 * distributed locking", 2016): every grant's token is higher than all before, and the resource lets
 * a write through exactly if it has seen no higher token.
 *
 * With `expires` a grant may end at any time by itself, so two clients may believe to hold the lock;
 * tokens still keep the older one out. Without, a grant lasts until its release. A grant that nobody
 * was told of counts as the lowest token that it can have been.
 */
export function fencedLock({
	expires,
}: {
	readonly expires: boolean;
}): Model<FencedLockState, FencedLockInput, FencedLockOutput> {
	return {
		name: 'fenced-lock',
		init: { holder: null, granted: 0, seen: 0 },
		step: (state, input, output) => {
			if (input.kind === 'acquire') return acquire(state, output, expires);
			if (input.kind === 'release') return release(state, input.token, output, expires);
			const isThrough = input.token >= state.seen;
			if (output !== undefined && output !== isThrough) return refused;
			return isThrough ? { ...state, seen: input.token } : state;
		},
		changesNothing: ({ kind }, output) =>
			kind === 'acquire' ? output === null : output === false && (kind === 'write' || !expires),
		equals: (a, b) => a.holder === b.holder && a.granted === b.granted && a.seen === b.seen,
		hash: ({ holder, granted, seen }) => mix(mix(holder ?? -1, granted), seen),
		describe,
		describeState: ({ holder, granted, seen }) => {
			const held = holder === null ? 'free' : `held under token ${holder || '?'}`;
			return `${held}, highest token granted ${granted}, seen ${seen}`;
		},
	};
}

function acquire(
	state: FencedLockState,
	output: FencedLockOutput | undefined,
	expires: boolean,
): FencedLockState | typeof refused {
	const { holder, granted } = state;
	if (output === null) return holder === null ? refused : state;
	if (holder !== null && !expires) return refused;
	if (output === undefined) return { ...state, holder: UNSEEN, granted: granted + 1 };
	if (typeof output !== 'number' || output <= granted) return refused;
	return { ...state, holder: output, granted: output };
}

function release(
	state: FencedLockState,
	token: number,
	output: FencedLockOutput | undefined,
	expires: boolean,
): FencedLockState | typeof refused {
	const { holder, granted } = state;
	const isHeld = holder === token || (holder === UNSEEN && token >= granted);
	const free = { ...state, holder: null, granted: Math.max(granted, token) };
	if (output === true || output === undefined) return isHeld ? free : refused;
	// That the token no longer held it is believed of a lock that expires.
	if (isHeld) return expires ? free : refused;
	return state;
}

function describe(operation: Operation<FencedLockInput, FencedLockOutput>): string {
	const { input, output } = operation;
	if (input.kind === 'acquire') {
		return showCall('acquire', operation, output === null ? 'held' : `token ${output}`);
	}
	const answer = output === false ? 'refused' : 'done';
	return showCall(`${input.kind} under token ${input.token}`, operation, answer);
}
