import type { RandomSource } from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';

/** The wall clock of every machine at the start of a run, before its clock goes wrong: 2026-01-01. */
const startOfTimeMs = 1_767_225_600_000;

/** How a machine's clock differs from the world's. It stays so over restarts of its processes. */
export interface MachineClock {
	/** What its wall clock is ahead, negative when it is behind. */
	offsetMs: number;
	/** How much faster than the world's it goes: 0.01 is one percent. */
	readonly drift: number;
}

/** See `SimulatedProcess`. */
export class MachineProcess implements SimulatedProcess {
	readonly kernel: Kernel;
	readonly machine: string;
	readonly incarnation: number;
	readonly random: RandomSource;
	readonly #clock: MachineClock;
	readonly #startedMs: number;
	#alive = true;
	#pausedUntilMs = 0;

	constructor(kernel: Kernel, machine: string, incarnation: number, clock: MachineClock) {
		this.machine = machine;
		this.incarnation = incarnation;
		this.kernel = kernel;
		this.#clock = clock;
		this.#startedMs = kernel.nowMs;
		const stream = kernel.chance.stream(`random of ${machine}/${incarnation}`);
		this.random = traced(kernel, stream);
	}

	get alive(): boolean {
		return this.#alive;
	}

	get pausedUntilMs(): number {
		return this.#pausedUntilMs;
	}

	wallMs(): number {
		const { offsetMs, drift } = this.#clock;
		return Math.floor(startOfTimeMs + offsetMs + this.kernel.nowMs * (1 + drift));
	}

	monotonicMs(): number {
		return (this.kernel.nowMs - this.#startedMs) * (1 + this.#clock.drift);
	}

	trueDelayMs(ownMs: number): number {
		return ownMs / (1 + this.#clock.drift);
	}

	/** Nothing of it happens until then; the clocks go on meanwhile. */
	pause(untilMs: number): void {
		this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
	}

	/** Lets a process that stands still go on. */
	resume(): void {
		this.#pausedUntilMs = 0;
	}

	/** From now on nothing of it happens. */
	die(): void {
		this.#alive = false;
	}
}

/** What code draws decides what it does, so the hash has to see it. */
export function traced({ trace }: Kernel, stream: RandomSource): RandomSource {
	const seen = (value: number): number => {
		trace.add(value);
		return value;
	};
	return { next: () => seen(stream.next()), uint32: () => seen(stream.uint32()) };
}
