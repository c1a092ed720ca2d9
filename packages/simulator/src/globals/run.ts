import type { FlotillaError } from 'flotilla/adapter';
import { type Kernel, runningProcess, type SimulatedProcess } from '../kernel/kernel.ts';

/** Code of a simulated process reached for the real world. */
export interface Escape {
	/** What it used, such as `fetch` or `node:fs readFile`. */
	readonly name: string;
	/** What to use instead, as a sentence. */
	readonly remedy: string;
	readonly machine: string;
	/** Virtual time. */
	readonly atMs: number;
	/** FLOTILLA_SIM_ESCAPE, with the stack of the code that did it. */
	readonly error: FlotillaError;
}

/** Something that a simulated process wrote to its console. */
export interface ConsoleLine {
	readonly machine: string;
	/** The method of `console`, such as `warn`, or `stdout` or `stderr`. */
	readonly method: string;
	readonly text: string;
	/** Virtual time. */
	readonly atMs: number;
}

/** What the patched globals need of the run that is being driven. */
export interface Run {
	readonly kernel: Kernel;
	/** Called at once. The code that escaped may swallow what it then gets thrown. */
	readonly onEscape: (escaped: Escape) => void;
	readonly onConsole: (line: ConsoleLine) => void;
	/** A callback of a process, of which nobody waits for the end, threw. */
	readonly onUncaught: (error: unknown) => void;
}

/** One run at a time in a thread, because the globals are the thread's. */
let current: Run | undefined;

export function enterRun(run: Run): void {
	if (current !== undefined) throw new TypeError('Another run is being driven in this thread.');
	current = run;
}

export function leaveRun(): void {
	current = undefined;
}

/** The run that is being driven. */
export function currentRun(): Run {
	if (current === undefined) throw new TypeError('No run is being driven.');
	return current;
}

/**
 * The process whose code asks; `undefined`: code of the real world asks, and gets what is real. So does
 * what code of an earlier run has left behind, such as a file that it had begun to read.
 */
export function inside(): SimulatedProcess | undefined {
	if (current === undefined) return undefined;
	const process = runningProcess();
	return process?.kernel === current.kernel ? process : undefined;
}
