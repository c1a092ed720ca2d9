/**
 * How many `process.nextTick` in a row a function may wait for: some libraries settle promises that
 * way without leaving the turn.
 */
const TICKS_MAX = 8;

/**
 * Calls `callback` before the event loop goes on to the next timer, input or immediate, but after
 * every microtask that is queued now or that those queue in turn.
 *
 * Node runs all ticks before all microtasks, so a tick that a microtask asks for comes after all of
 * them.
 */
export function endOfTurn(callback: () => void): void {
	afterMicrotasks(TICKS_MAX, callback);
}

function afterMicrotasks(times: number, callback: () => void): void {
	if (times === 0) {
		callback();
		return;
	}
	queueMicrotask(() => process.nextTick(afterMicrotasks, times - 1, callback));
}
