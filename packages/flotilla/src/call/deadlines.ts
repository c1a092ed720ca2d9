import type { Clock, Timer } from '../host/clock.ts';

/** Something that ends when its time has come, unless it was removed before. */
export interface Expiring {
	/** On the monotonic clock. */
	readonly deadlineMs: number;
	/** Must not throw. */
	expire(): void;
	/** The place in the wheel; managed by it. */
	slot: number;
	after: Expiring | undefined;
	before: Expiring | undefined;
}

const tickMs = 16;
const slotCount = 1_024;

/**
 * A timer wheel: one timer of the host for all deadlines, because a timer each would cost more than
 * the calls that they guard. Deadlines fire up to 16 ms late, never early.
 */
export class Deadlines {
	readonly #clock: Clock;
	readonly #slots: (Expiring | undefined)[] = new Array<undefined>(slotCount).fill(undefined);
	#count = 0;
	/** All ticks before this one are done. */
	#tick = 0;
	#timer: Timer | undefined;
	#timerTick = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	add(entry: Expiring): void {
		const tick = Math.max(Math.ceil(entry.deadlineMs / tickMs), this.#tick);
		const slot = tick % slotCount;
		const head = this.#slots[slot];
		entry.slot = slot;
		entry.before = undefined;
		entry.after = head;
		if (head !== undefined) head.before = entry;
		this.#slots[slot] = entry;
		this.#count++;
		if (this.#count === 1) this.#timer?.keepAlive(true);
		if (this.#timer === undefined || tick < this.#timerTick) this.#schedule(tick);
	}

	remove(entry: Expiring): void {
		if (entry.slot < 0) return;
		if (entry.before !== undefined) entry.before.after = entry.after;
		else this.#slots[entry.slot] = entry.after;
		if (entry.after !== undefined) entry.after.before = entry.before;
		entry.slot = -1;
		entry.after = undefined;
		entry.before = undefined;
		this.#count--;
		// The timer stays, because the next call comes soon; but it is no reason to stay alive.
		if (this.#count === 0) this.#timer?.keepAlive(false);
	}

	/** Forgets all entries and stops the timer. */
	close(): void {
		this.#timer?.cancel();
		this.#timer = undefined;
		this.#slots.fill(undefined);
		this.#count = 0;
	}

	#schedule(tick: number): void {
		this.#timer?.cancel();
		this.#timerTick = tick;
		const delayMs = tick * tickMs - this.#clock.monotonicMs();
		this.#timer = this.#clock.setTimer(Math.max(0, delayMs), () => this.#fire());
	}

	#fire(): void {
		this.#timer = undefined;
		const nowMs = this.#clock.monotonicMs();
		const nowTick = Math.floor(nowMs / tickMs);
		const first = Math.max(this.#tick, nowTick - slotCount + 1);
		for (let tick = first; tick <= nowTick; tick++) this.#expireSlot(tick % slotCount, nowMs);
		this.#tick = nowTick + 1;
		if (this.#count === 0 || this.#timer !== undefined) return;
		for (let tick = this.#tick; tick < this.#tick + slotCount; tick++) {
			if (this.#slots[tick % slotCount] === undefined) continue;
			this.#schedule(tick);
			return;
		}
	}

	#expireSlot(slot: number, nowMs: number): void {
		let entry = this.#slots[slot];
		while (entry !== undefined) {
			const after: Expiring | undefined = entry.after;
			// A later round of the wheel shares the slot.
			if (entry.deadlineMs <= nowMs) {
				this.remove(entry);
				entry.expire();
			}
			entry = after;
		}
	}
}
