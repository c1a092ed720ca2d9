import { exitCodes } from '../exit-codes.ts';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A terminal and npm both send one Ctrl-C: two within this time are one. */
const SAME_MS = 500;

const KEPT_ALIVE_MS = 1_000_000_000;

/** Somebody asks `dev` to stop: Ctrl-C, SIGTERM, or the terminal is closed. */
export class StopRequest implements Disposable {
	/** Resolves with the signal. */
	readonly signal: Promise<StopSignal>;
	readonly #resolve: (signal: StopSignal) => void;
	#first: { readonly signal: StopSignal; readonly atMs: number } | undefined;
	/** Between two lives of the app nothing else keeps this process going. */
	readonly #keptAlive = setInterval(() => {}, KEPT_ALIVE_MS);
	#onImpatience = (): void => {};

	constructor() {
		const { promise, resolve } = Promise.withResolvers<StopSignal>();
		this.signal = promise;
		this.#resolve = resolve;
		for (const signal of SIGNALS) process.on(signal, this.#stop);
	}

	/** Called when somebody asks a second time, before this process ends. */
	onImpatience(callback: () => void): void {
		this.#onImpatience = callback;
	}

	/** Of the process when it has been asked. */
	get exitCode(): number {
		return this.#first?.signal === 'SIGTERM' ? exitCodes.ok : exitCodes.interrupted;
	}

	[Symbol.dispose](): void {
		clearInterval(this.#keptAlive);
		for (const signal of SIGNALS) process.off(signal, this.#stop);
	}

	readonly #stop = (signal: StopSignal): void => {
		const atMs = performance.now();
		if (this.#first === undefined) {
			this.#first = { signal, atMs };
			this.#resolve(signal);
		} else if (atMs - this.#first.atMs > SAME_MS) {
			this.#onImpatience();
			process.exit(exitCodes.interrupted);
		}
	};
}
