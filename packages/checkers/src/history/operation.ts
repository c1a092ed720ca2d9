/**
 * How an operation ended for its caller:
 * `ok`: it took effect once, between call and return, and `output` is its answer;
 * `failed`: it certainly had no effect, and never will;
 * `unknown`: no answer came (a timeout, a crash). It may take effect at any time after its call,
 * or never. Its process makes no further call under the same name.
 */
export type Outcome = 'ok' | 'failed' | 'unknown';

/** One operation of one client, as its caller saw it. A history is an array of them, in any order. */
export interface Operation<Input = unknown, Output = unknown> {
	/** The client. It runs one operation at a time; who needs two at once is two processes. */
	readonly process: number | string;
	readonly input: Input;
	/** The answer; absent where the outcome is `failed` or `unknown`. */
	readonly output?: Output;
	/** When the call left. Any unit, only compared; the whole history uses one clock. */
	readonly calledAt: number;
	/**
	 * When the answer arrived, not before `calledAt`; `Infinity` where none did. An operation that
	 * returned before another was called took effect before it; at equal times neither did.
	 */
	readonly returnedAt: number;
	readonly outcome: Outcome;
}
