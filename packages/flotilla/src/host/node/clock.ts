import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../clock.ts';

/** Beyond this Node.js fires at once instead of late, so it must never get that far. */
const delayMsMax = 2_147_483_647;

/** The clock of the operating system. */
export class NodeClock implements Clock {
	wallMs(): number {
		return Date.now();
	}

	monotonicMs(): number {
		return performance.now();
	}

	setTimer(delayMs: number, callback: () => void): Timer {
		// Negated, so that NaN is refused as well.
		if (!(delayMs <= delayMsMax)) {
			throw new TypeError(`A timer waits at most ${delayMsMax} ms, not ${delayMs}.`);
		}
		return new NodeTimer(delayMs, callback);
	}

	defer(callback: () => void): void {
		setImmediate(callback);
	}
}

class NodeTimer implements Timer {
	readonly #dueMs: number;
	readonly #callback: () => void;
	#handle: NodeJS.Timeout;

	constructor(delayMs: number, callback: () => void) {
		this.#dueMs = performance.now() + delayMs;
		this.#callback = callback;
		// Rounded up: Node.js cuts a fraction off.
		this.#handle = setTimeout(NodeTimer.#expire, Math.max(0, Math.ceil(delayMs)), this);
	}

	keepAlive(keep: boolean): void {
		if (keep) this.#handle.ref();
		else this.#handle.unref();
	}

	cancel(): void {
		clearTimeout(this.#handle);
	}

	static #expire(this: void, timer: NodeTimer): void {
		// The event loop counts whole milliseconds and can be early by nearly one. A deadline that was
		// checked too early would wait for a timer that does not come again.
		const earlyMs = timer.#dueMs - performance.now();
		if (earlyMs > 0) {
			const keep = timer.#handle.hasRef();
			timer.#handle = setTimeout(NodeTimer.#expire, Math.ceil(earlyMs), timer);
			timer.keepAlive(keep);
			return;
		}
		timer.#callback();
	}
}
