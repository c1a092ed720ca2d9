import { AsyncLocalStorage } from 'node:async_hooks';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { MICROSECOND_MS, type Scheduled } from '../kernel/scheduler.ts';
import type { Callable, Patches } from './patch.ts';
import { currentRun, inside } from './run.ts';

/** Node takes what is out of this range for 1. */
const SHORTEST_MS = 1;
const LONGEST_MS = 2_147_483_647;

const IMMEDIATELY = -1;

/**
 * The timers of one process. Each is an event of its own. Chance decides the order of simultaneous
 * events, but Node keeps that of timers which are due at one time, so they stand in line: whichever
 * event of that time comes first takes the first timer.
 */
class ProcessTimers {
	readonly #process: SimulatedProcess;
	readonly #lines = new Map<number, VirtualTimer[]>();
	readonly #byId = new Map<number, VirtualTimer>();
	#lastId = 0;

	constructor(process: SimulatedProcess) {
		this.#process = process;
	}

	nextId(): number {
		return ++this.#lastId;
	}

	/** @param delayMs By the process's own clock; `IMMEDIATELY`: after what it has put there before. */
	line(timer: VirtualTimer, delayMs: number): { event: Scheduled; leave: () => void } {
		const { kernel } = currentRun();
		const isTimed = delayMs !== IMMEDIATELY;
		// A timer never fires early: rounding to the event's microsecond must not make it so.
		const trueMs = (isTimed ? this.#process.trueDelayMs(delayMs) : 0) + MICROSECOND_MS;
		const due = isTimed ? Math.round((kernel.nowMs + trueMs) * 1_000) : IMMEDIATELY;
		const waiting = this.#lines.get(due);
		const line = waiting ?? [];
		if (waiting === undefined) this.#lines.set(due, line);
		line.push(timer);
		const emptied = (): void => {
			if (line.length === 0 && this.#lines.get(due) === line) this.#lines.delete(due);
		};
		const kind = isTimed ? 'timer' : 'immediate';
		const event = kernel.after(trueMs, this.#process, kind, timer.id, () => {
			const first = line.shift();
			emptied();
			first?.fire();
		});
		return {
			event,
			leave: () => {
				const place = line.indexOf(timer);
				if (place >= 0) line.splice(place, 1);
				emptied();
			},
		};
	}

	remember(timer: VirtualTimer): void {
		this.#byId.set(timer.id, timer);
	}

	forget(timer: VirtualTimer): void {
		this.#byId.delete(timer.id);
	}

	find(id: number): VirtualTimer | undefined {
		return this.#byId.get(id);
	}
}

const timersOf = new WeakMap<SimulatedProcess, ProcessTimers>();

function timersOfProcess(process: SimulatedProcess): ProcessTimers {
	let timers = timersOf.get(process);
	if (timers === undefined) {
		timers = new ProcessTimers(process);
		timersOf.set(process, timers);
	}
	return timers;
}

/** What `setTimeout`, `setInterval` and `setImmediate` give to code of a process. */
class VirtualTimer {
	readonly id: number;
	readonly #timers: ProcessTimers;
	readonly #run: () => void;
	readonly #delayMs: number;
	readonly #repeats: boolean;
	#place: { event: Scheduled; leave: () => void } | undefined;
	#isCleared = false;
	#hasRef = true;

	constructor(
		timers: ProcessTimers,
		callback: Callable,
		args: unknown[],
		{ delayMs, repeats }: { readonly delayMs: number; readonly repeats: boolean },
	) {
		this.id = timers.nextId();
		this.#timers = timers;
		this.#delayMs = delayMs;
		this.#repeats = repeats;
		// Whatever travels with the code that waits, such as its call, travels on.
		const resume = AsyncLocalStorage.snapshot();
		this.#run = () => resume(() => Reflect.apply(callback, this, args));
		this.#place = timers.line(this, delayMs);
	}

	fire(): void {
		this.#place = undefined;
		if (!this.#repeats) this.#timers.forget(this);
		this.#run();
		if (this.#repeats && !this.#isCleared && this.#place === undefined) this.#start();
	}

	clear(): void {
		this.#isCleared = true;
		this.#timers.forget(this);
		this.#leave();
	}

	/** Node's timers keep their process alive; a simulated process ends only when its machine does. */
	ref(): this {
		this.#hasRef = true;
		return this;
	}

	unref(): this {
		this.#hasRef = false;
		return this;
	}

	hasRef(): boolean {
		return this.#hasRef;
	}

	refresh(): this {
		if (this.#isCleared) return this;
		this.#leave();
		this.#start();
		return this;
	}

	close(): this {
		this.clear();
		return this;
	}

	[Symbol.toPrimitive](): number {
		if (!this.#isCleared) this.#timers.remember(this);
		return this.id;
	}

	[Symbol.dispose](): void {
		this.clear();
	}

	#start(): void {
		this.#place = this.#timers.line(this, this.#delayMs);
	}

	#leave(): void {
		this.#place?.event.cancel();
		this.#place?.leave();
		this.#place = undefined;
	}
}

/** The timers of `node:timers`, in virtual time by the machine's own clock. */
export function patchTimers(patches: Patches, timers: Readonly<Record<string, unknown>>): void {
	const replace = (name: string, make: (original: Callable) => Callable): void => {
		patches.method(timers as object, name, make);
		patches.value(globalThis, name, (timers as Record<string, unknown>)[name]);
	};
	for (const name of ['setTimeout', 'setInterval']) {
		replace(name, (original) => (callback, delayMs, ...args) => {
			const process = inside();
			if (process === undefined || typeof callback !== 'function') {
				return original(callback, delayMs, ...args);
			}
			return new VirtualTimer(timersOfProcess(process), callback as Callable, args, {
				delayMs: ownDelay(delayMs),
				repeats: name === 'setInterval',
			});
		});
	}
	replace('setImmediate', (original) => (callback, ...args) => {
		const process = inside();
		if (process === undefined || typeof callback !== 'function') return original(callback, ...args);
		return new VirtualTimer(timersOfProcess(process), callback as Callable, args, {
			delayMs: IMMEDIATELY,
			repeats: false,
		});
	});
	for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
		replace(name, (original) => (timer) => {
			const virtual = timer instanceof VirtualTimer ? timer : findVirtual(timer);
			if (virtual === undefined) return original(timer);
			virtual.clear();
			return undefined;
		});
	}
}

function findVirtual(id: unknown): VirtualTimer | undefined {
	if (typeof id !== 'number' && typeof id !== 'string') return undefined;
	const process = inside();
	return process === undefined ? undefined : timersOf.get(process)?.find(Number(id));
}

function ownDelay(delayMs: unknown): number {
	const ms = Number(delayMs);
	return ms >= SHORTEST_MS && ms <= LONGEST_MS ? Math.trunc(ms) : SHORTEST_MS;
}
