import { readTag } from '../modules/tagged-url.ts';
import type { Patches } from './patch.ts';
import { inside } from './run.ts';

/** What of a frame is needed here; V8's own. */
interface Frame {
	getFileName(): string | null | undefined;
	toString(): string;
}

const simulator = new URL('../', import.meta.url).href;
const OF_TESTS = /(?:\.test|\/testing-[^/]*)\.ts(?::|$)/;

/**
 * The stack of an error is text that code may store or send. Without this, it would tell how many
 * processes this thread has had before and by what the simulation is driven, and so differ between runs.
 */
export function patchStacks(all: Patches): void {
	const usual = Error.stackTraceLimit;
	all.value(Error, 'stackTraceLimit', DEEP);
	all.value(Error, 'prepareStackTrace', (error: Error, frames: readonly Frame[]) => {
		const limit = Error.stackTraceLimit === DEEP ? usual : Error.stackTraceLimit;
		const seen = inside() === undefined ? frames : frames.filter(isOfProcess);
		const shown = seen.slice(0, limit).map((frame) => `    at ${withoutTag(frame)}`);
		return [headOf(error), ...shown].join('\n');
	});
}

/**
 * Frames that are taken at first. Those that awaited come last, after those of what drives the simulation,
 * which must not push them out.
 */
const DEEP = 60;

/** The frames of the code that called one of the patched functions, as Node has them. */
export function framesOfCaller(): readonly string[] {
	const { prepareStackTrace, stackTraceLimit } = Error;
	Error.prepareStackTrace = real;
	Error.stackTraceLimit = 30;
	try {
		const frames = new Error().stack?.split('\n').slice(1) ?? [];
		return frames.filter((frame) => !frame.includes(patches) || OF_TESTS.test(frame));
	} finally {
		Error.prepareStackTrace = prepareStackTrace;
		Error.stackTraceLimit = stackTraceLimit;
	}
}

const real = Error.prepareStackTrace;
const patches = new URL('./', import.meta.url).href;

/** Neither Node nor what drives the simulation. */
function isOfProcess(frame: Frame): boolean {
	const file = frame.getFileName() ?? '';
	return !file.startsWith('node:') && (!file.startsWith(simulator) || OF_TESTS.test(file));
}

function withoutTag(frame: Frame): string {
	const file = frame.getFileName();
	const tag = readTag(file ?? undefined);
	return tag === undefined ? String(frame) : String(frame).replace(String(file), tag.url);
}

/** As V8 has it; what an error says of itself may throw. */
function headOf(error: Error): string {
	try {
		return Error.prototype.toString.call(error);
	} catch {
		return 'Error';
	}
}
