import type { FaultName } from 'flotilla/adapter';
import { Kernel, type SimulatedProcess } from './kernel.ts';

/** A kernel with faults at their full weight, or at those given. */
export function testingKernel({
	seed = 1,
	faults = [],
	entries = 0,
}: {
	readonly seed?: number;
	readonly faults?: readonly (FaultName | readonly [FaultName, number])[];
	readonly entries?: number;
} = {}): Kernel {
	const weights = new Map<FaultName, number>();
	for (const fault of faults) {
		const [name, weight] = typeof fault === 'string' ? ([fault, 1] as const) : fault;
		weights.set(name, weight);
	}
	return new Kernel({ seed, weights, entries });
}

export interface TestingProcess extends SimulatedProcess {
	alive: boolean;
	pausedUntilMs: number;
}

/** A process whose clock is the world's. */
export function testingProcess(kernel: Kernel, machine: string, incarnation = 1): TestingProcess {
	return {
		kernel,
		machine,
		incarnation,
		alive: true,
		pausedUntilMs: 0,
		wallMs: () => kernel.nowMs,
		monotonicMs: () => kernel.nowMs,
		trueDelayMs: (ownMs) => ownMs,
		random: kernel.chance.stream(`random of ${machine}/${incarnation}`),
	};
}

/** More than any test needs. */
const EVENTS_MAX = 100_000;

/** Lets events happen, each with its microtasks, until a virtual time or until nothing is left. */
export async function run(
	kernel: Kernel,
	untilMs: number = Number.POSITIVE_INFINITY,
): Promise<void> {
	// What the test itself has just begun may have something to do first.
	await new Promise(setImmediate);
	let events = 0;
	while ((kernel.nextMs ?? Number.POSITIVE_INFINITY) <= untilMs && kernel.step()) {
		do await new Promise(setImmediate);
		while (kernel.endEvent());
		if (++events > EVENTS_MAX) throw new Error('The events of this test do not come to an end.');
	}
}

/** Lets time pass: `run` alone ends at the last event before that time. */
export async function pass(kernel: Kernel, ms: number): Promise<void> {
	const untilMs = kernel.nowMs + ms;
	kernel.after(ms, undefined, 'test', 'time passes', () => {});
	await run(kernel, untilMs);
}
