import type { Timeline } from './explanation/timeline.ts';

/** Why a history breaks a promise: for people first, with the data of one checker in subtypes. */
export interface Explanation {
	/** What is broken, in the field's word: `not-linearizable`, `G-single`, `lost-update`. */
	readonly anomaly: string;
	/** One sentence that names the key, the clients and the values. */
	readonly summary: string;
	/** The argument, a line each, in the order in which a person can follow it. */
	readonly lines: readonly string[];
	/** For a picture, where the operations have times. */
	readonly timeline?: Timeline;
}

/**
 * What a checker found. `unknown` is never a pass: the history may be wrong, but the budget ended
 * before that was known.
 */
export type Verdict<E extends Explanation = Explanation> =
	| { readonly verdict: 'ok' }
	| { readonly verdict: 'violation'; readonly explanation: E }
	| { readonly verdict: 'unknown'; readonly reason: string };
