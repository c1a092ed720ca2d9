import { isFlotillaError } from '../errors/flotilla-error.ts';
import type { Clock } from '../host/clock.ts';
import { NodeClock } from '../host/node/clock.ts';
import {
	announceProgram,
	type Process,
	type ProcessControl,
	thisProcess,
} from '../host/node/process.ts';
import { limits } from '../limits.ts';

/**
 * Runs the main function of a program.
 *
 * What `start` resolves with is closed when somebody asks the process to stop (SIGTERM, SIGINT); then
 * the process exits with 0. When `start` or the closing fails, standard error gets one line
 * `CODE: message` for an error of the platform, a stack for a bug, and the process exits with 1.
 * So it does when it is asked to stop while `start` is under way and that does not end soon.
 *
 * @param start Undoes what it has done before it rejects. A program that has nothing to close, such
 *   as one that prints its help, resolves with `undefined` and exits with 0.
 * @example
 * await main(async (process) => {
 *   const { data } = await configuration({ schema: Settings, prefix: 'SHOP_', ...process });
 *   return run(shop, { dataDir: data });
 * });
 */
export async function main(
	start: (process: Process) => Promise<AsyncDisposable | undefined>,
): Promise<void> {
	announceProgram();
	return runProgram(thisProcess(), start);
}

/** The same in any process, for tests. */
export async function runProgram(
	control: ProcessControl,
	start: (process: Process) => Promise<AsyncDisposable | undefined>,
	clock: Clock = new NodeClock(),
): Promise<void> {
	// Listened for from the beginning: whoever is asked to stop while it starts closes what it has made.
	const stop = new Promise<void>((resolve) => control.onStop(resolve));
	try {
		const started = await startedUnlessAbandoned(start(control), stop, clock);
		if (started === 'abandoned') {
			const seconds = limits.startAbandonedMs / 1_000;
			control.printError(
				`Asked to stop while it was starting; the start has not ended ${seconds} seconds later and is abandoned.`,
			);
			return control.exit(1);
		}
		if (started !== undefined) {
			await stop;
			await started[Symbol.asyncDispose]();
		}
	} catch (error) {
		control.printError(explanation(error));
		return control.exit(1);
	}
	control.exit(0);
}

/** What `starting` resolves with, unless that takes too long after `stop`. */
async function startedUnlessAbandoned<T>(
	starting: Promise<T>,
	stop: Promise<void>,
	clock: Clock,
): Promise<T | 'abandoned'> {
	let isPending = true;
	let cancel = (): void => {};
	const abandoned = new Promise<'abandoned'>((resolve) => {
		void stop.then(() => {
			if (!isPending) return;
			const timer = clock.setTimer(limits.startAbandonedMs, () => resolve('abandoned'));
			cancel = () => timer.cancel();
		});
	});
	try {
		return await Promise.race([starting, abandoned]);
	} finally {
		isPending = false;
		cancel();
	}
}

/** An error of the platform says all in its message; of a bug the place matters. */
function explanation(error: unknown): string {
	if (isFlotillaError(error)) return error.message;
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
