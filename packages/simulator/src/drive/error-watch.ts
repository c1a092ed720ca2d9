import {
	type Kernel,
	runningProcess,
	runOutside,
	type SimulatedProcess,
} from '../kernel/kernel.ts';

export interface ErrorWatchOptions {
	/** Of the run: what processes of earlier ones still do is nobody's business. */
	readonly kernel: Kernel;
	readonly onError: (
		kind: 'uncaught' | 'unhandled-rejection',
		machine: string,
		error: unknown,
	) => void;
	/** Node has recovered from what was stopped. */
	readonly onStopped: () => void;
}

type Listener = (...args: unknown[]) => void;

const EVENTS = ['uncaughtException', 'unhandledRejection', 'rejectionHandled'] as const;
type EventName = (typeof EVENTS)[number];

/**
 * Hears of errors that nobody handles before anyone else in the real process does. Those of simulated
 * processes belong to the run, those of dead ones to nobody, all others go where they would have gone.
 */
export class ErrorWatch {
	readonly #options: ErrorWatchOptions;
	readonly #others = new Map<EventName, readonly Listener[]>();
	readonly #rejected = new Map<unknown, { machine: SimulatedProcess; reason: unknown }>();
	#stopped: unknown;

	constructor(options: ErrorWatchOptions) {
		this.#options = options;
	}

	start(): void {
		for (const event of EVENTS) {
			this.#others.set(event, process.rawListeners(event as 'uncaughtException') as Listener[]);
			process.removeAllListeners(event);
			process.on(event as 'uncaughtException', this.#listeners[event] as never);
		}
	}

	stop(): void {
		for (const [event, listeners] of this.#others) {
			process.off(event, this.#listeners[event]);
			for (const listener of listeners) process.on(event as 'uncaughtException', listener as never);
		}
		this.#others.clear();
		this.#rejected.clear();
	}

	/** Marks an error that is about to be thrown as one of ours. */
	stopped(error: unknown): unknown {
		this.#stopped = error;
		return error;
	}

	/** After an event and all its microtasks: whoever rejected a promise is not going to handle it. */
	settle(): void {
		if (this.#rejected.size === 0) return;
		for (const { machine, reason } of this.#rejected.values()) {
			this.#options.onError('unhandled-rejection', machine.machine, reason);
		}
		this.#rejected.clear();
	}

	readonly #listeners: Readonly<Record<EventName, Listener>> = {
		uncaughtException: (error, origin) => {
			if (this.#stopped !== undefined && error === this.#stopped) {
				this.#options.onStopped();
				return;
			}
			const machine = runningProcess();
			if (machine === undefined) this.#passOn('uncaughtException', error, origin);
			else if (this.#isOurs(machine)) this.#options.onError('uncaught', machine.machine, error);
		},
		unhandledRejection: (reason, promise) => {
			const machine = runningProcess();
			if (machine === undefined) this.#passOn('unhandledRejection', reason, promise);
			else if (this.#isOurs(machine)) this.#rejected.set(promise, { machine, reason });
		},
		rejectionHandled: (promise) => {
			const ours = this.#rejected.delete(promise);
			if (!ours && runningProcess() === undefined) this.#passOn('rejectionHandled', promise);
		},
	};

	#isOurs({ alive, kernel }: SimulatedProcess): boolean {
		return alive && kernel === this.#options.kernel;
	}

	#passOn(event: EventName, ...args: unknown[]): void {
		const others = this.#others.get(event) ?? [];
		if (others.length === 0 && event !== 'rejectionHandled') {
			// Nobody else listens: what Node then does is end.
			this.stop();
			runOutside(() =>
				setImmediate(() => {
					throw args[0];
				}),
			);
			return;
		}
		for (const listener of others) Reflect.apply(listener, process, args);
	}
}
