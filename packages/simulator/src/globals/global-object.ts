import type { SimulatedProcess } from '../kernel/kernel.ts';
import { readTag } from '../modules/tagged-url.ts';
import type { Patches } from './patch.ts';
import { inside } from './run.ts';
import { framesOfCaller } from './stacks.ts';

/**
 * New properties of `globalThis` belong to the process that assigns them: `globalThis.cache ??= new Map()`
 * would connect all machines of a run, and all runs of a thread.
 *
 * What the global object does not have itself it asks its prototype for, so that is where they are kept.
 */
export function patchGlobalObject(patches: Patches): void {
	const real = Object.getPrototypeOf(globalThis) as object;
	const virtual = new Proxy(real, {
		get(target, name, receiver) {
			const own = ownOf(name);
			return own === undefined ? Reflect.get(target, name, receiver) : own.get(name);
		},
		has: (target, name) => ownOf(name) !== undefined || Reflect.has(target, name),
		set(target, name, value, receiver) {
			const globals = storeFor();
			if (globals === undefined) return Reflect.set(target, name, value, receiver);
			globals.set(name, value);
			return true;
		},
	});
	Object.setPrototypeOf(globalThis, virtual);
	patches.onUndo(() => Object.setPrototypeOf(globalThis, real));
}

type Globals = Map<PropertyKey, unknown>;

const globalsOf = new WeakMap<SimulatedProcess, Globals>();

/** Of apps that are looked at, or loaded for the packages that they share, outside of a simulation. */
const ofNobody: Globals = new Map();

/** The globals that have the name, among those of the process. */
function ownOf(name: PropertyKey): Globals | undefined {
	const process = inside();
	const globals = process === undefined ? ofNobody : globalsOf.get(process);
	return globals?.has(name) ? globals : undefined;
}

function storeFor(): Globals | undefined {
	const process = inside();
	if (process === undefined) return isOfApp() ? ofNobody : undefined;
	let globals = globalsOf.get(process);
	if (globals === undefined) {
		globals = new Map();
		globalsOf.set(process, globals);
	}
	return globals;
}

/** Whether the code that assigns was loaded for one incarnation. */
function isOfApp(): boolean {
	const [caller = ''] = framesOfCaller();
	const [file] = /(?:file|node):[^\s)]+/.exec(caller) ?? [];
	return readTag(file?.replace(/(?::\d+)+$/, '')) !== undefined;
}
