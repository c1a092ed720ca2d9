import { exitCodes } from '../exit-codes.ts';

/**
 * A terminal sends Ctrl-C to every process of a command, and the launcher passes it on: two of them
 * within this time are one.
 */
const SAME_MS = 500;

/** Ctrl-C asks to stop; a second one does not wait for that. */
export class Interruption implements Disposable {
	readonly #controller = new AbortController();
	#firstMs: number | undefined;

	constructor() {
		process.on('SIGINT', this.#interrupt);
		process.on('SIGTERM', this.#interrupt);
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Of the process when it was asked to stop. */
	get exitCode(): number | undefined {
		return this.signal.aborted ? exitCodes.interrupted : undefined;
	}

	[Symbol.dispose](): void {
		process.off('SIGINT', this.#interrupt);
		process.off('SIGTERM', this.#interrupt);
	}

	readonly #interrupt = (): void => {
		const nowMs = performance.now();
		this.#firstMs ??= nowMs;
		if (nowMs - this.#firstMs > SAME_MS) process.exit(exitCodes.interrupted);
		this.#controller.abort();
	};
}
