import type { ErrorCode } from '../errors/error-table.ts';

/** What a try of a call between instances came to. */
export interface FailedTry {
	readonly code: ErrorCode;
	/** How many tries there have been. */
	readonly tries: number;
	readonly triesMax: number;
	/** Until the caller stops waiting. */
	readonly remainingMs: number;
	/** How long until the next try. */
	readonly waitMs: number;
	/** Whether something of the answer has been handed on. */
	readonly isAnswered: boolean;
	/** Whether it ran, and failed by a call of its own. */
	readonly isFromBelow: boolean;
}

/**
 * Whether a call may be tried again at another instance, as a caller would have to decide it.
 *
 * What a second run would do does not matter here, because there is none: a query changes nothing, a
 * command goes out under one idempotency key, and one without a record says itself that running twice
 * is like running once. An instance that is overloaded is left alone: more tries are no relief. What
 * failed further down has been tried again there; trying it at each level would multiply the tries.
 */
export function mayTryAgain(failed: FailedTry): boolean {
	const { code, tries, triesMax, remainingMs, waitMs, isAnswered, isFromBelow } = failed;
	if (isAnswered || isFromBelow || tries >= triesMax || waitMs >= remainingMs) return false;
	return code === 'FLOTILLA_UNAVAILABLE' || code === 'FLOTILLA_CONNECTION_LOST';
}

/** The longest wait before the next try: it doubles, and the caller draws a part of it. */
export function waitCeilingMs(tries: number, firstMs: number, maxMs: number): number {
	return Math.min(firstMs * 2 ** Math.min(tries - 1, 20), maxMs);
}
