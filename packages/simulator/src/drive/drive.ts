import { Script } from 'node:vm';
import { FlotillaError } from 'flotilla/adapter';
import { installGlobals } from '../globals/install.ts';
import { rememberGlobals } from '../globals/overwritten.ts';
import { type ConsoleLine, type Escape, enterRun, leaveRun } from '../globals/run.ts';
import { watchForStrays } from '../globals/strays.ts';
import { clearTicks, runTicks } from '../globals/ticks.ts';
import { type Kernel, runOutside } from '../kernel/kernel.ts';
import { ErrorWatch } from './error-watch.ts';

/** Why a run cannot go on: code of a process, or of the simulator, did what it must not. */
export interface DriveFailure {
	readonly kind: 'uncaught' | 'unhandled-rejection' | 'escape' | 'stuck';
	/** `world` when no process was running. */
	readonly machine: string;
	/** Virtual time. */
	readonly atMs: number;
	/** What was thrown, or a FlotillaError: FLOTILLA_SIM_ESCAPE or FLOTILLA_SIM_STUCK. */
	readonly error: unknown;
	/** Of an escape. */
	readonly escape?: Escape;
}

export interface DriveOptions {
	/**
	 * How the microtasks of an event are drained; both give the same trace. `tick`, the default, is
	 * faster. `macrotask` uses nothing undocumented, but cannot stop an event that does not end.
	 */
	readonly drain?: 'tick' | 'macrotask';
	/** Real milliseconds after which other code of the thread gets a turn: 20. */
	readonly sliceMs?: number;
	/** Real milliseconds after which an event that does not end is stopped: 10_000. */
	readonly stuckAfterMs?: number;
	/** How many events may happen at one moment of virtual time: 100_000. */
	readonly eventsAtOneTime?: number;
	/** How many within one second of virtual time, which ends loops of `setImmediate`: 1_000_000. */
	readonly eventsInOneSecond?: number;
	/** What processes write to their consoles; absent: it is dropped. */
	readonly onConsole?: (line: ConsoleLine) => void;
}

/** How a drive ended. */
export type DriveEnd =
	| { readonly kind: 'reached' }
	/** Nothing is left to happen, and `until` is not true. */
	| { readonly kind: 'idle' }
	| { readonly kind: 'failed'; readonly failure: DriveFailure };

/**
 * Makes events happen until `until()` is true, which is asked before each, nothing is left to happen,
 * or something fails the run. An event and all microtasks that it causes end before the next one.
 *
 * It patches the globals of this thread for good, and hears of unhandled errors first while it runs.
 * One drive at a time in a thread. Rejects with what `until` throws.
 */
export async function drive(
	kernel: Kernel,
	until: () => boolean,
	options: DriveOptions = {},
): Promise<DriveEnd> {
	installGlobals();
	return await runOutside(() => new Drive(kernel, until, options).run());
}

/** A slice looks at the real clock once in so many events. */
const EVENTS_PER_LOOK = 32;

/** By which the script below finds the slice to run. */
const SLICE: unique symbol = Symbol.for('flotilla.slice');

const sliceScript = new Script(`globalThis[Symbol.for('flotilla.slice')]()`, {
	filename: import.meta.url,
});

/** Undocumented, but there since Node 0.10: runs Node's ticks and the microtasks, and returns. */
const { _tickCallback: runMicrotasks } = process as unknown as { _tickCallback: () => void };

class Drive {
	readonly #kernel: Kernel;
	readonly #until: () => boolean;
	readonly #options: DriveOptions;
	readonly #stuckAfterMs: number;
	readonly #errors: ErrorWatch;
	readonly #end = Promise.withResolvers<DriveEnd>();
	#outcome: DriveEnd | undefined;
	#eventsNow = 0;
	#eventsThisSecond = 0;
	#secondBeganMs = 0;
	#lastMs = -1;

	constructor(kernel: Kernel, until: () => boolean, options: DriveOptions) {
		this.#kernel = kernel;
		this.#until = until;
		this.#options = options;
		this.#stuckAfterMs = options.stuckAfterMs ?? 10_000;
		this.#errors = new ErrorWatch({
			kernel,
			onError: (kind, machine, error) => this.#fail(kind, machine, error),
			onStopped: () => this.#settle(),
		});
	}

	async run(): Promise<DriveEnd> {
		const { onConsole = () => {} } = this.#options;
		enterRun({
			kernel: this.#kernel,
			onConsole,
			onEscape: (escaped) => this.#fail('escape', escaped.machine, escaped.error, escaped),
			onUncaught: (error) => this.#fail('uncaught', this.#kernel.eventMachine, error),
		});
		const unwatch = watchForStrays();
		const restoreGlobals = rememberGlobals();
		this.#errors.start();
		setImmediate(this.#turn);
		try {
			return await this.#end.promise;
		} finally {
			this.#errors.stop();
			unwatch();
			restoreGlobals();
			clearTicks();
			leaveRun();
		}
	}

	/** Must be a macrotask: within a microtask nothing can be drained. */
	readonly #turn = (): void => {
		try {
			if (this.#options.drain === 'macrotask') this.#event();
			else this.#sliceWithin(this.#stuckAfterMs);
		} catch (error) {
			if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
				this.#end.reject(error);
				return;
			}
			this.#fail('stuck', this.#kernel.eventMachine, this.#stuck(`for ${this.#stuckAfterMs} ms`));
			// What was stopped had entered contexts in Node that it never left. Only Node's handling of an
			// uncaught exception leaves them all, so this becomes one; `ErrorWatch` goes on from there.
			throw this.#errors.stopped(error);
		}
		if (this.#outcome === undefined) setImmediate(this.#turn);
		else this.#settle();
	};

	/** Only a script can be given a time after which it is stopped, whatever loop it is in. */
	#sliceWithin(timeout: number): void {
		Reflect.set(globalThis, SLICE, this.#slice);
		try {
			sliceScript.runInThisContext({ timeout });
		} finally {
			Reflect.deleteProperty(globalThis, SLICE);
		}
	}

	/** Many events, each drained by itself. */
	readonly #slice = (): void => {
		const endMs = performance.now() + (this.#options.sliceMs ?? 20);
		do {
			for (let count = 0; count < EVENTS_PER_LOOK; count++) {
				if (!this.#step()) return;
				do this.#drain();
				while (this.#kernel.endEvent());
			}
		} while (performance.now() < endMs);
	};

	#drain(): void {
		do runMicrotasks();
		while (runTicks());
		this.#errors.settle();
	}

	/** One event; Node drains the microtasks when this has returned. */
	readonly #event = (): void => {
		if (runTicks()) return;
		this.#errors.settle();
		if (this.#kernel.endEvent()) return;
		this.#step();
	};

	#step(): boolean {
		if (this.#outcome !== undefined) return false;
		if (this.#until()) {
			this.#outcome = { kind: 'reached' };
			return false;
		}
		const kernel = this.#kernel;
		try {
			if (!kernel.step()) this.#outcome = { kind: 'idle' };
		} catch (error) {
			this.#fail('uncaught', kernel.eventMachine, error);
		}
		runTicks();
		this.#countEvents();
		return true;
	}

	#countEvents(): void {
		const { nowMs, eventMachine } = this.#kernel;
		if (nowMs !== this.#lastMs) {
			this.#lastMs = nowMs;
			this.#eventsNow = 0;
		}
		if (nowMs - this.#secondBeganMs > 1_000) {
			this.#secondBeganMs = nowMs;
			this.#eventsThisSecond = 0;
		}
		const { eventsAtOneTime = 100_000, eventsInOneSecond = 1_000_000 } = this.#options;
		if (++this.#eventsNow > eventsAtOneTime) {
			this.#fail('stuck', eventMachine, this.#stuck(`for ${eventsAtOneTime} events`));
		}
		if (++this.#eventsThisSecond > eventsInOneSecond) {
			const howLong = `for ${eventsInOneSecond} events within a second`;
			this.#fail('stuck', eventMachine, this.#stuck(howLong));
		}
	}

	#stuck(howLong: string): FlotillaError {
		const { eventMachine: machine, nowMs: atMs } = this.#kernel;
		const message = `${machine} ran on ${howLong} at ${atMs} ms of virtual time.`;
		return new FlotillaError('FLOTILLA_SIM_STUCK', message, { details: { machine, atMs } });
	}

	/** The first failure is the one: what comes after it is often its consequence. */
	#fail(kind: DriveFailure['kind'], machine: string, error: unknown, escaped?: Escape): void {
		if (this.#outcome?.kind === 'failed') return;
		const { nowMs: atMs } = this.#kernel;
		const failure = {
			kind,
			machine,
			atMs,
			error,
			...(escaped !== undefined && { escape: escaped }),
		};
		this.#outcome = { kind: 'failed', failure };
	}

	#settle(): void {
		if (this.#outcome !== undefined) this.#end.resolve(this.#outcome);
	}
}
