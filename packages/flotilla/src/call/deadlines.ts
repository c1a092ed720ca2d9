import type { Clock, Timer } from '../host/clock.ts';

/** Something that ends when its time has come, unless it was removed before. */
export interface Expiring {
	/** On the monotonic clock; `Infinity`: it ends only when all end. */
	readonly deadlineMs: number;
	/** Must not throw. */
	expire(why: 'deadline' | 'closing'): void;
	/** The place in the wheel; managed by it. */
	slot: number;
	after: Expiring | undefined;
	before: Expiring | undefined;
}

const tickMs = 16;
const slotCount = 1_024;
/** The slot behind the wheel, of those that have no deadline. */
const endless = slotCount;

/**
 * A timer wheel: one timer of the host for all deadlines, because a timer each would cost more than
 * the calls that they guard. Deadlines fire up to 16 ms late, never early.
 */
export class Deadlines {
	readonly #clock: Clock;
	readonly #slots: (Expiring | undefined)[] = new Array<undefined>(slotCount + 1).fill(undefined);
	/** Those that have a deadline. */
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
		const slot = tick === Number.POSITIVE_INFINITY ? endless : tick % slotCount;
		const head = this.#slots[slot];
		entry.slot = slot;
		entry.before = undefined;
		entry.after = head;
		if (head !== undefined) head.before = entry;
		this.#slots[slot] = entry;
		if (slot === endless) return;
		this.#count++;
		if (this.#count === 1) this.#timer?.keepAlive(true);
		if (this.#timer === undefined || tick < this.#timerTick) this.#schedule(tick);
	}

	remove(entry: Expiring): void {
		const { slot } = entry;
		if (slot < 0) return;
		if (entry.before !== undefined) entry.before.after = entry.after;
		else this.#slots[slot] = entry.after;
		if (entry.after !== undefined) entry.after.before = entry.before;
		entry.slot = -1;
		entry.after = undefined;
		entry.before = undefined;
		if (slot === endless) return;
		this.#count--;
		// The timer stays, because the next call comes soon; but it is no reason to stay alive.
		if (this.#count === 0) this.#timer?.keepAlive(false);
	}

	/** Ends all that is left, and the timer. */
	close(): void {
		for (let slot = 0; slot <= slotCount; slot++) {
			this.#expireSlot(slot, Number.POSITIVE_INFINITY, 'closing');
		}
		this.#timer?.cancel();
		this.#timer = undefined;
	}

	#schedule(tick: number): void {
		this.#timer?.cancel();
		this.#timerTick = tick;
		const delayMs = tick * tickMs - this.#clock.monotonicMs();
		// At most one turn of the wheel at a time: clocks do not wait as long as deadlines may.
		const waitMs = Math.min(Math.max(0, delayMs), slotCount * tickMs);
		this.#timer = this.#clock.setTimer(waitMs, () => this.#fire());
	}

	#fire(): void {
		this.#timer = undefined;
		const nowMs = this.#clock.monotonicMs();
		const nowTick = Math.floor(nowMs / tickMs);
		const first = Math.max(this.#tick, nowTick - slotCount + 1);
		// Set first, so that what expiring adds lands in a slot that is still to come.
		this.#tick = nowTick + 1;
		for (let tick = first; tick <= nowTick; tick++) {
			this.#expireSlot(tick % slotCount, nowMs, 'deadline');
		}
		if (this.#count > 0) this.#scheduleNext();
	}

	#scheduleNext(): void {
		for (let tick = this.#tick; tick < this.#tick + slotCount; tick++) {
			if (this.#slots[tick % slotCount] === undefined) continue;
			// What expiring added may have set a timer, for later than this.
			if (this.#timer === undefined || tick < this.#timerTick) this.#schedule(tick);
			return;
		}
	}

	#expireSlot(slot: number, untilMs: number, why: 'deadline' | 'closing'): void {
		let entry = this.#slots[slot];
		if (entry === undefined) return;
		// Collected before the first one ends: ending one may remove any other.
		const due: Expiring[] = [];
		for (; entry !== undefined; entry = entry.after) {
			// A later round of the wheel shares the slot.
			if (entry.deadlineMs <= untilMs) due.push(entry);
		}
		for (const one of due) {
			if (one.slot < 0) continue;
			this.remove(one);
			one.expire(why);
		}
	}
}
