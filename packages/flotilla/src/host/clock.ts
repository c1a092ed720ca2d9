/**
 * Time as the platform sees it. Every duration is in milliseconds and may have a fraction. Callbacks run
 * in no call's context in particular: what belongs to a call is entered by whoever resumes it.
 */
export interface Clock {
	/** Milliseconds since 1970-01-01T00:00Z. May jump in both directions: never measure with it. */
	wallMs(): number;

	/** Milliseconds since an arbitrary moment; never goes back. For durations and deadlines. */
	monotonicMs(): number;

	/**
	 * Calls `callback` once, at least `delayMs` from now, in a turn of its own.
	 *
	 * @param delayMs 0 to 2_147_483_647; below 0 counts as 0.
	 * @param callback Must not throw: nobody is there to catch it.
	 */
	setTimer(delayMs: number, callback: () => void): Timer;

	/**
	 * Calls `callback` in a turn of its own, after every microtask that is queued now or that those
	 * queue in turn. What is still pending then waits for the outside world.
	 */
	defer(callback: () => void): void;
}

/** A timer that has not fired yet keeps its process alive, unless told otherwise. */
export interface Timer {
	/** Whether waiting for this timer alone is a reason for the process to go on; true at first. */
	keepAlive(keep: boolean): void;
	/** After this returns the callback will not run. Harmless when it already ran. */
	cancel(): void;
}
