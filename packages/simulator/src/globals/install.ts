import { syncBuiltinESMExports } from 'node:module';
// Its first import reads all of `process`, the standard streams too: not to be done by simulated code.
import 'node:process';
import { patchCollected } from './collected.ts';
import { patchDate } from './date.ts';
import { patchElapsed, patchProcessClock } from './elapsed.ts';
import { forbid } from './forbidden.ts';
import { patchGlobalObject } from './global-object.ts';
import { patchLocale } from './locale.ts';
import { Patches } from './patch.ts';
import { patchRandomness } from './randomness.ts';
import { patchStacks } from './stacks.ts';
import { patchConsole, patchSurroundings } from './surroundings.ts';
import { patchNextTick } from './ticks.ts';
import { patchTimers } from './timers.ts';
import { patchTimerPromises } from './timers-promises.ts';

let installed: (() => void) | undefined;

/**
 * Patches the ambient world of this thread: code of a simulated process gets virtual time, seeded
 * chance and refusals, all other code gets the originals. Once is enough: again does nothing.
 *
 * Not reached: a function that was copied before (`const wait = setTimeout`), for which there is
 * `watchForStrays`; values that Node's modules export by name (`import { pid } from 'node:process'`); and
 * globals that code overwrites or defines, for all others of the run too, by any other way than an
 * assignment: the next run has them as they were, by `rememberGlobals`.
 *
 * @returns Undoes it.
 * @throws TypeError in a worker thread of a process whose time zone is not UTC.
 */
export function installGlobals(): () => void {
	installed ??= patchAll();
	return installed;
}

function patchAll(): () => void {
	const patches = new Patches();
	const undo = (): void => {
		patches.undo();
		syncBuiltinESMExports();
		installed = undefined;
	};
	try {
		// First, because it loads modules that change others: node:domain, for one, a part of `process`.
		forbid(patches);
		patchDate(patches);
		patchLocale(patches);
		patchTimers(patches, builtin('node:timers'));
		patchTimerPromises(patches, builtin('node:timers/promises'));
		patchNextTick(patches);
		patchElapsed(patches, builtin('node:perf_hooks'));
		patchProcessClock(patches);
		patchRandomness(patches, builtin('node:crypto'));
		patchSurroundings(patches, builtin('node:os'));
		patchConsole(patches);
		patchCollected(patches);
		patchStacks(patches);
		patchGlobalObject(patches);
	} catch (error) {
		undo();
		throw error;
	}
	syncBuiltinESMExports();
	return undo;
}

/** The object behind `require`, from which the named exports of the module are taken again. */
function builtin(name: string): Readonly<Record<string, unknown>> {
	return process.getBuiltinModule(name) as unknown as Readonly<Record<string, unknown>>;
}
