import { FlotillaError } from 'flotilla/adapter';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import type { Callable, Patches } from './patch.ts';
import { currentRun, inside } from './run.ts';
import { framesOfCaller } from './stacks.ts';

/**
 * Reports that code of a process reached for the real world, which fails the run.
 *
 * @returns The error that the code should get, if it can be given one.
 */
export function reportEscape(
	process: SimulatedProcess,
	name: string,
	remedy: string,
): FlotillaError {
	const { kernel, onEscape } = currentRun();
	const { machine } = process;
	const { nowMs: atMs } = kernel;
	const error = new FlotillaError(
		'FLOTILLA_SIM_ESCAPE',
		`${machine} used ${name} at ${atMs} ms of virtual time. ${remedy}`,
		{ details: { machine, atMs, name } },
	);
	Error.captureStackTrace(error, reportEscape);
	onEscape({ name, remedy, machine, atMs, error });
	return error;
}

/** Refuses a function, or a class, to code of a process. */
export function refuse(
	patches: Patches,
	target: object,
	key: PropertyKey,
	name: string,
	remedy: string,
): void {
	const original = (target as Record<PropertyKey, unknown>)[key];
	if (typeof original !== 'function') return;
	const check = (): void => {
		const process = inside();
		if (process !== undefined && !isNodeLoading()) throw reportEscape(process, name, remedy);
	};
	patches.value(
		target,
		key,
		new Proxy(original as Callable, {
			apply(called, self, args) {
				check();
				return Reflect.apply(called, self, args);
			},
			construct(called, args, newTarget) {
				check();
				return Reflect.construct(called, args, newTarget) as object;
			},
		}),
	);
}

/** Whether Node itself asks, to read a module that code of a process imports: that may be. */
function isNodeLoading(): boolean {
	const frames = framesOfCaller();
	const ofNode = frames.slice(
		0,
		frames.findIndex((frame) => !/\(node:|at node:/.test(frame)),
	);
	return ofNode.some((frame) => frame.includes('node:internal/modules/'));
}
