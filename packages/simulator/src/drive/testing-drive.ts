import type { ConsoleLine } from '../globals/run.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { type TestingProcess, testingKernel, testingProcess } from '../kernel/testing-kernel.ts';
import { type DriveEnd, type DriveFailure, type DriveOptions, drive } from './drive.ts';

/** The wall clock of the machines of these tests when virtual time is 0: 2026-01-02T03:04:05.678Z. */
export const startMs = 1_767_323_045_678;

/** A process whose monotonic clock is 1 s ahead of virtual time, and whose wall clock is `startMs`. */
export function machineProcess(
	kernel: Kernel,
	machine = 'orders-1',
	incarnation = 1,
): TestingProcess {
	return {
		...testingProcess(kernel, machine, incarnation),
		wallMs: () => startMs + kernel.nowMs,
		monotonicMs: () => 1_000 + kernel.nowMs,
	};
}

export interface Driven<T> {
	readonly end: DriveEnd;
	/** What `work` returned; `undefined` when it did not. */
	readonly value: T | undefined;
	readonly kernel: Kernel;
	readonly lines: readonly ConsoleLine[];
}

/** Runs `work` as the code of a process, to its end. */
export async function driveWork<T>(
	work: (kernel: Kernel, process: SimulatedProcess) => Promise<T> | T,
	options: DriveOptions & { readonly seed?: number } = {},
): Promise<Driven<T>> {
	const kernel = testingKernel({ seed: options.seed ?? 1 });
	const process = machineProcess(kernel);
	const lines: ConsoleLine[] = [];
	let done = false;
	let value: T | undefined;
	kernel.after(5, process, 'start', '', () => {
		void (async () => {
			value = await work(kernel, process);
			done = true;
		})();
	});
	const end = await drive(kernel, () => done, {
		onConsole: (line) => lines.push(line),
		...options,
	});
	return { end, value, kernel, lines };
}

/** The value of `work`, which must come to its end. */
export async function virtually<T>(
	work: (kernel: Kernel, process: SimulatedProcess) => Promise<T> | T,
	options: DriveOptions & { readonly seed?: number } = {},
): Promise<T> {
	const { end, value } = await driveWork(work, options);
	if (end.kind === 'failed') throw end.failure.error;
	if (end.kind === 'idle') throw new Error('nothing was left to happen');
	return value as T;
}

/** How a run fails in which a process does `work`. */
export async function failureOf(
	work: (kernel: Kernel, process: SimulatedProcess) => unknown,
	options: DriveOptions = {},
): Promise<DriveFailure> {
	const { end } = await driveWork(work, options);
	if (end.kind !== 'failed') throw new Error(`the run ended: ${end.kind}`);
	return end.failure;
}
