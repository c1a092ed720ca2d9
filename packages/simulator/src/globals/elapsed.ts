import type { SimulatedProcess } from '../kernel/kernel.ts';
import { refuse, reportEscape } from './escape.ts';
import type { Callable, Patches } from './patch.ts';
import { inside } from './run.ts';

const USE_NOW = 'Use performance.now(), or a span.';

/** `performance` and the time stamps of events, by the monotonic clock of the process. */
export function patchElapsed(patches: Patches, perfHooks: Readonly<Record<string, unknown>>): void {
	const { performance } = globalThis;
	const realNow = performance.now.bind(performance);
	patches.value(performance, 'now', () => inside()?.monotonicMs() ?? realNow());
	patches.getter(performance, 'timeOrigin', (_self, original) => {
		const process = inside();
		return process === undefined ? original() : originOf(process);
	});
	patches.method(performance, 'mark', (original) => (name, options) => {
		const process = inside();
		if (process === undefined) return Reflect.apply(original, performance, [name, options]);
		// Not recorded: the timeline is the thread's.
		return new PerformanceMark(String(name), {
			startTime: process.monotonicMs(),
			...(options as PerformanceMarkOptions | undefined),
		});
	});
	for (const name of ['measure', 'timerify', 'eventLoopUtilization', 'toJSON']) {
		refuse(patches, performance, name, `performance.${name}`, USE_NOW);
	}
	for (const name of ['getEntries', 'getEntriesByName', 'getEntriesByType']) {
		patches.method(
			performance,
			name,
			(original) =>
				(...args) =>
					inside() === undefined ? Reflect.apply(original, performance, args) : [],
		);
	}
	patches.getter(performance, 'nodeTiming', (_self, original) => {
		const process = inside();
		if (process !== undefined) throw reportEscape(process, 'performance.nodeTiming', USE_NOW);
		return original();
	});
	for (const name of [
		'monitorEventLoopDelay',
		'PerformanceObserver',
		'timerify',
		'eventLoopUtilization',
	]) {
		refuse(patches, perfHooks, name, `node:perf_hooks ${name}`, USE_NOW);
	}
	patches.getter(Event.prototype, 'timeStamp', (_self, original) => {
		const process = inside();
		return process === undefined ? original() : process.monotonicMs();
	});
}

interface PerformanceMarkOptions {
	readonly startTime?: number;
	readonly detail?: unknown;
}

const origins = new WeakMap<SimulatedProcess, number>();

/** It stays what it was when it was first asked for, whatever the wall clock does. */
function originOf(process: SimulatedProcess): number {
	let origin = origins.get(process);
	if (origin === undefined) {
		origin = process.wallMs() - process.monotonicMs();
		origins.set(process, origin);
	}
	return origin;
}

/** `process.hrtime` and `process.uptime`. */
export function patchProcessClock(patches: Patches): void {
	const real = process.hrtime;
	const nanoseconds = (machine: SimulatedProcess): bigint =>
		BigInt(Math.round(machine.monotonicMs() * 1_000)) * 1_000n;
	const hrtime: Callable = (previous) => {
		const machine = inside();
		if (machine === undefined) return real(previous as [number, number] | undefined);
		const [seconds, rest] = (previous ?? [0, 0]) as [number, number];
		const passed = nanoseconds(machine) - (BigInt(seconds) * BILLION + BigInt(rest));
		return [Number(passed / BILLION), Number(passed % BILLION)];
	};
	const bigint = (): bigint => {
		const machine = inside();
		return machine === undefined ? real.bigint() : nanoseconds(machine);
	};
	patches.value(process, 'hrtime', Object.assign(hrtime, { bigint }));
	patches.method(process, 'uptime', (original) => () => {
		const machine = inside();
		return machine === undefined ? original() : machine.monotonicMs() / 1_000;
	});
}

const BILLION = 1_000_000_000n;
