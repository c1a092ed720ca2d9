import { performance } from 'node:perf_hooks';
import { endAtOnce } from './end-process.ts';

export type StopSignal = 'SIGTERM' | 'SIGINT';

/**
 * A terminal sends Ctrl-C to every process in the foreground, and npm passes its own copy on to its
 * child: one key press arrives twice. Nobody presses it again this fast.
 */
const echoMs = 250;

/**
 * Calls `callback` on the first SIGTERM or SIGINT, instead of letting it end the process. A second
 * one ends it at once, with the status that a shell reports for that signal (128 + its number):
 * whoever asks twice does not want to wait, not even for the log.
 *
 * @returns Gives the signals back to whoever had them before. Idempotent.
 */
export function onStopSignal(callback: (signal: StopSignal) => void): () => void {
	let first: { readonly signal: StopSignal; readonly atMs: number } | undefined;

	function stop(signal: StopSignal): void {
		const atMs = performance.now();
		if (first === undefined) {
			first = { signal, atMs };
			callback(signal);
			return;
		}
		const isEcho = signal === 'SIGINT' && first.signal === 'SIGINT' && atMs - first.atMs < echoMs;
		if (!isEcho) endAtOnce(signal);
	}

	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
	return () => {
		process.off('SIGTERM', stop);
		process.off('SIGINT', stop);
	};
}
