import type { Clock, Timer } from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { MICROSECOND_MS } from '../kernel/scheduler.ts';

/** The clock of a simulated process: virtual, and as wrong as its machine's. */
export function clockOf(kernel: Kernel, process: SimulatedProcess): Clock {
	let lastDeferMs = 0;
	return {
		wallMs: () => process.wallMs(),
		monotonicMs: () => process.monotonicMs(),
		setTimer: (delayMs, callback): Timer => {
			// A timer never fires early: rounding to the event's microsecond must not make it so.
			const trueMs = process.trueDelayMs(Math.max(0, delayMs)) + MICROSECOND_MS;
			const event = kernel.after(trueMs, process, 'timer', process.incarnation, callback);
			return { cancel: () => event.cancel(), keepAlive: () => {} };
		},
		defer: (callback) => {
			// Turns of one process come in order, whatever chance says of those of others.
			lastDeferMs = Math.max(kernel.nowMs, lastDeferMs + MICROSECOND_MS);
			const waitMs = lastDeferMs - kernel.nowMs;
			kernel.after(waitMs, process, 'turn', process.incarnation, callback);
		},
	};
}
