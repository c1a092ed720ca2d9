import type { Clock, Timer } from '../host/clock.ts';

interface Waiting {
	readonly dueMs: number;
	readonly callback: () => void;
	keepAlive: boolean;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
	#nowMs: number;
	readonly #waiting = new Set<Waiting>();

	/** @param startMs What the monotonic clock shows at first. */
	constructor(startMs = 1_000) {
		this.#nowMs = startMs;
	}

	wallMs(): number {
		return 1_700_000_000_000 + this.#nowMs;
	}

	monotonicMs(): number {
		return this.#nowMs;
	}

	setTimer(delayMs: number, callback: () => void): Timer {
		if (!(delayMs <= 2_147_483_647)) throw new TypeError(`a timer of ${delayMs} ms`);
		const dueMs = this.#nowMs + Math.max(0, delayMs);
		const waiting: Waiting = { dueMs, callback, keepAlive: true };
		this.#waiting.add(waiting);
		return {
			keepAlive: (keep) => {
				waiting.keepAlive = keep;
			},
			cancel: () => {
				this.#waiting.delete(waiting);
			},
		};
	}

	defer(callback: () => void): void {
		this.setTimer(0, callback);
	}

	/** Lets time pass and fires what comes due in it, in order. */
	advance(byMs: number): void {
		const endMs = this.#nowMs + byMs;
		for (;;) {
			const [next] = [...this.#waiting].sort((one, other) => one.dueMs - other.dueMs);
			if (next === undefined || next.dueMs > endMs) break;
			this.#waiting.delete(next);
			this.#nowMs = next.dueMs;
			next.callback();
		}
		this.#nowMs = endMs;
	}

	/** How many timers are set. */
	get timers(): number {
		return this.#waiting.size;
	}

	/** Whether a process with this clock would go on for its timers. */
	get keptAlive(): boolean {
		return [...this.#waiting].some(({ keepAlive }) => keepAlive);
	}
}
