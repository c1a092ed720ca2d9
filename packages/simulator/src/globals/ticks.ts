import { AsyncLocalStorage } from 'node:async_hooks';
import type { Callable, Patches } from './patch.ts';
import { currentRun, inside } from './run.ts';

/**
 * `process.nextTick` of processes, in a queue of our own: an exception out of Node's queue, or a loop
 * in it that has to be stopped, would end the real process.
 */
let queue: (() => void)[] = [];

export function patchNextTick(patches: Patches): void {
	patches.method(process, 'nextTick', (original) => (callback, ...args) => {
		if (inside() === undefined || typeof callback !== 'function') {
			return Reflect.apply(original, process, [callback, ...args]);
		}
		const resume = AsyncLocalStorage.snapshot();
		queue.push(() => resume(() => (callback as Callable)(...args)));
		return undefined;
	});
}

/** Runs what is queued, and what that queues; false: nothing was. */
export function runTicks(): boolean {
	if (queue.length === 0) return false;
	while (queue.length > 0) {
		const ticks = queue;
		queue = [];
		for (const tick of ticks) {
			try {
				tick();
			} catch (error) {
				currentRun().onUncaught(error);
			}
		}
	}
	return true;
}

/** Drops what a run has left behind. */
export function clearTicks(): void {
	queue = [];
}
