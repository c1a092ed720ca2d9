/**
 * The end of the process, which must not wait for whoever reads its log. `process.exit` does: it
 * writes out what is left, and joins the threads of the pool, one of which may stand in a write to a
 * pipe that nobody reads.
 */
import { constants } from 'node:os';

/** Something that has more to write before the process ends. */
export interface Unwritten {
	/** Resolves when all is written, or when it has waited long enough. */
	flush(): Promise<void>;
}

const unwritten = new Set<Unwritten>();

/** From now on `endProcess` waits for it, within bounds. */
export function holdEnd(holder: Unwritten): void {
	unwritten.add(holder);
}

/** Nothing is left to write. Idempotent. */
export function releaseEnd(holder: Unwritten): void {
	unwritten.delete(holder);
}

/**
 * Exits with `code` when all is written. When a reader stands still, a signal ends the process:
 * SIGTERM, which counts as a stop that was asked for, instead of 0, SIGKILL instead of a failure.
 */
export function endProcess(code: number): void {
	if (unwritten.size === 0) process.exit(code);
	void Promise.all([...unwritten].map((holder) => holder.flush())).then(() => {
		if (unwritten.size === 0) process.exit(code);
		endBySignal(code === 0 ? 'SIGTERM' : 'SIGKILL');
	});
}

/** Ends at once, with the status that a shell reports for that signal: 128 + its number. */
export function endAtOnce(signal: 'SIGTERM' | 'SIGINT'): void {
	if (unwritten.size === 0) process.exit(128 + constants.signals[signal]);
	endBySignal(signal);
}

function endBySignal(signal: NodeJS.Signals): void {
	// Without a listener, the signal does what it does to any process.
	if (signal !== 'SIGKILL') process.removeAllListeners(signal);
	process.kill(process.pid, signal);
	// Still here: the first process of a container is not ended by its own signals. Aborting ends it,
	// after a stack is printed; opened as a stream, a pipe that is full refuses it instead of waiting.
	void process.stderr;
	process.abort();
}
