import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { FaultName } from 'flotilla/adapter';
import { Chance } from './chance.ts';
import { FaultDecisions, type FaultRecord } from './fault-decisions.ts';
import { type Owner, type Scheduled, Scheduler } from './scheduler.ts';
import { Trace, type Traced } from './trace.ts';

/** A process on a simulated machine, from its start to its crash: nothing of it outlives it. */
export interface SimulatedProcess extends Owner {
	/** Of the run that it belongs to. */
	readonly kernel: Kernel;
	/** The machine's name, such as `orders-2`, which is its address too. */
	readonly machine: string;
	/** Unique in the run: every restart has another one. */
	readonly incarnation: number;
	/** Its own clock: milliseconds since 1970. */
	wallMs(): number;
	/** Its own clock: milliseconds since its start; never goes back. */
	monotonicMs(): number;
	/** How long the world's clock takes while its own clock advances by `ownMs`. */
	trueDelayMs(ownMs: number): number;
	/** For randomness that its code draws. */
	readonly random: { next(): number; uint32(): number };
}

export interface KernelOptions {
	readonly seed: number;
	readonly weights: ReadonlyMap<FaultName, number>;
	/** Only these faults strike, by their ids. */
	readonly only?: ReadonlySet<string> | undefined;
	/** How many entries of the trace to keep in words. */
	readonly entries: number;
}

/** What is to happen when an event has ended. */
interface Ending {
	readonly process: SimulatedProcess;
	readonly run: () => void;
}

const currentProcess = new AsyncLocalStorage<SimulatedProcess>();

/** The simulated process on whose behalf the running code runs; `undefined`: the real world's. */
export function runningProcess(): SimulatedProcess | undefined {
	return currentProcess.getStore();
}

/** Runs `work` as code of a simulated process, with nothing of the caller's own context. */
export function runAs<T>(process: SimulatedProcess, work: () => T): T {
	return scopeOf(process).runInAsyncScope(work);
}

/** Entering a scope that is there costs a tenth of what `AsyncLocalStorage.run` does. */
const scopes = new WeakMap<SimulatedProcess, AsyncResource>();

/** Whoever starts a process, nothing of what surrounds that becomes its own. */
const outside = new AsyncResource('simulation');

function scopeOf(process: SimulatedProcess): AsyncResource {
	const known = scopes.get(process);
	if (known !== undefined) return known;
	const scope = outside.runInAsyncScope(() =>
		currentProcess.run(process, () => new AsyncResource('process')),
	);
	scopes.set(process, scope);
	return scope;
}

/** Runs `work` as code of the real world, such as the harness itself. */
export function runOutside<T>(work: () => T): T {
	return currentProcess.exit(work);
}

/** Time, order, chance, faults and the trace of one run: what every simulated device is built on. */
export class Kernel {
	readonly seed: number;
	readonly chance: Chance;
	readonly trace: Trace;
	readonly faults: FaultDecisions;
	readonly #scheduler: Scheduler;
	#eventMachine = 'world';
	#endings: Ending[] = [];

	constructor({ seed, weights, only, entries }: KernelOptions) {
		this.seed = seed;
		this.chance = new Chance(seed);
		this.trace = new Trace({ entries });
		const priorities = this.chance.stream('order of simultaneous events');
		this.#scheduler = new Scheduler(() => priorities.uint32());
		this.faults = new FaultDecisions({
			chance: this.chance,
			weights,
			only,
			nowMs: () => this.nowMs,
			struck: (record) => this.#struck(record),
		});
	}

	/** Virtual time since the start of the run, in milliseconds, to the microsecond. */
	get nowMs(): number {
		return this.#scheduler.nowMs;
	}

	/** The machine whose event happened last, `world` included: its microtasks may still be running. */
	get eventMachine(): string {
		return this.#eventMachine;
	}

	/** When the next event happens; `undefined` when there is none. */
	get nextMs(): number | undefined {
		return this.#scheduler.nextMs;
	}

	/**
	 * Lets something happen later, as an event of its own: nothing else happens between its start and
	 * the end of the microtasks that it causes. It goes into the trace when it happens.
	 *
	 * @param delayMs In virtual time, from now; below 0 counts as 0.
	 * @param process Whose event it is: it does not happen once that is dead, and later while that
	 *   stands still. `undefined`: the world's.
	 * @param kind For the trace, such as `timer` or `message`.
	 * @param digest What of it goes into the hash of the trace.
	 * @param describe In words; without it the event is in the hash only.
	 */
	after(
		delayMs: number,
		process: SimulatedProcess | undefined,
		kind: string,
		digest: Traced,
		run: () => void,
		describe?: () => string,
	): Scheduled {
		return this.#scheduler.schedule(delayMs, process, () => {
			this.#eventMachine = process?.machine ?? 'world';
			this.trace.record(this.nowMs, this.#eventMachine, kind, digest, describe);
			if (process === undefined) run();
			else runAs(process, run);
		});
	}

	/** Adds something that happens now to the trace. */
	note(machine: string, kind: string, digest: Traced, describe?: () => string): void {
		this.trace.record(this.nowMs, machine, kind, digest, describe);
	}

	/** Makes the next event happen; false: there is none. Its microtasks are the caller's business. */
	step(): boolean {
		const run = this.#scheduler.next();
		run?.();
		return run !== undefined;
	}

	/** Lets something happen when the event that happens now and all its microtasks have ended. */
	atEndOfEvent(process: SimulatedProcess, run: () => void): void {
		this.#endings.push({ process, run });
	}

	/**
	 * To be called when no microtask is left: what was to happen at the end of the event. It may cause
	 * microtasks, after which this is to be called again; false: there was nothing.
	 */
	endEvent(): boolean {
		if (this.#endings.length === 0) return false;
		const endings = this.#endings;
		this.#endings = [];
		for (const { process, run } of endings) if (process.alive) runAs(process, run);
		return true;
	}

	#struck({ id, text }: FaultRecord): void {
		this.note('world', 'fault', id, () => text);
	}
}
