import { AsyncResource, createHook } from 'node:async_hooks';
import { reportEscape } from './escape.ts';
import { inside } from './run.ts';

/** Kinds of work that Node does in real time: those it implements itself are in capitals. */
const REAL = /^(?:[A-Z0-9_]+|Timeout|Immediate)$/;

/** Their synchronous forms look the same: of these only what is patched is refused. */
const OFTEN_SYNCHRONOUS = /REQUEST$|^ZLIB$/;

const REMEDY =
	'It ends in real time, outside of the simulation; the stack shows what started it. Services reach ' +
	'the world through their environment.';

/**
 * The net below the patches: sees real work that code of a process starts by a way that is not
 * patched, such as a function that it had copied before. It cannot see synchronous reads, nor
 * cryptography and compression beside the event loop.
 *
 * @returns Takes it away.
 */
export function watchForStrays(): () => void {
	const hook = createHook({
		init(_id, type, _trigger, resource) {
			const machine = inside();
			// What JavaScript makes of these only carries contexts on, under whatever name.
			if (machine === undefined || resource instanceof AsyncResource) return;
			if (!REAL.test(type) || OFTEN_SYNCHRONOUS.test(type)) return;
			reportEscape(machine, type, REMEDY);
		},
		trackPromises: false,
	});
	hook.enable();
	return () => void hook.disable();
}
