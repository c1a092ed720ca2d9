import type { Operation } from '../contract/compile-operations.ts';
import type { CodedError } from '../errors/coded-error.ts';
import type { ErrorCode } from '../errors/error-table.ts';
import { effectUnheard, failure, lost } from './failure.ts';
import type { Web } from './web.ts';

/** Of timers, in every browser and in Node: 24 days. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * One call of a client: how long it may take, and what ends it early. Whoever makes one ends it, by
 * `finally`: `using` would bring a helper of the bundler into every page.
 */
export class Exchange {
	readonly operation: Operation;
	readonly #web: Web;
	readonly #controller = new AbortController();
	readonly #caller: AbortSignal | undefined;
	readonly #cancelDeadline: () => void;
	#cancelSilence: () => void = () => {};
	#ended: CodedError | undefined;
	/** Whether anything has left: before that nothing can have taken effect. */
	#isSent = false;

	constructor(
		web: Web,
		operation: Operation,
		options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
	) {
		this.operation = operation;
		this.#web = web;
		this.#caller = options.signal;
		const { timeoutMs = operation.timeoutMs } = options;
		if (!(timeoutMs > 0)) throw new TypeError(`timeoutMs is ${timeoutMs}, not more than 0.`);
		// A timer that is set for longer fires at once.
		this.#cancelDeadline =
			timeoutMs <= TIMER_MAX_MS
				? web.setTimer(timeoutMs, () => {
						this.#giveUp('FLOTILLA_DEADLINE_EXCEEDED', `in ${timeoutMs} ms`);
					})
				: () => {};
		this.#caller?.addEventListener('abort', this.#leave);
		if (this.#caller?.aborted) this.#leave();
	}

	/** For `fetch`: aborts when it is ended early. */
	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Why it was ended early; `undefined` as long as it was not. */
	get ended(): CodedError | undefined {
		return this.#ended;
	}

	/** From now on something may have taken effect. */
	sending(): void {
		this.#isSent = true;
	}

	/** What somebody else has promised, unless this ends before: then it rejects with why. */
	async whileOpen<T>(promised: T | Promise<T>): Promise<T> {
		const over = Promise.withResolvers<never>();
		const leave = (): void => over.reject(this.#ended);
		this.signal.addEventListener('abort', leave);
		if (this.signal.aborted) leave();
		try {
			return await Promise.race([promised, over.promise]);
		} finally {
			this.signal.removeEventListener('abort', leave);
		}
	}

	/** Ends it unless this is called again within that time. */
	expectLife(withinMs: number): void {
		this.#cancelSilence();
		this.#cancelSilence = this.#web.setTimer(withinMs, () => this.#endEarly(lost(this.operation)));
	}

	/** Waits, unless it ends before. */
	pause(forMs: number): Promise<void> {
		return new Promise((resolve) => {
			const go = (): void => {
				cancel();
				this.signal.removeEventListener('abort', go);
				resolve();
			};
			const cancel = this.#web.setTimer(forMs, go);
			this.signal.addEventListener('abort', go);
			if (this.signal.aborted) go();
		});
	}

	/** Lets go of its timers. */
	end(): void {
		this.#cancelDeadline();
		this.#cancelSilence();
		this.#caller?.removeEventListener('abort', this.#leave);
	}

	readonly #leave = (): void => this.#giveUp('FLOTILLA_CANCELLED', 'before the caller gave up');

	#giveUp(code: ErrorCode, when: string): void {
		const text = `${this.operation.address} did not answer ${when}. Where its effect matters, try again under the same idempotency key.`;
		const effect = this.#isSent ? effectUnheard(this.operation) : 'none';
		this.#endEarly(failure(code, effect, this.operation, text));
	}

	#endEarly(why: CodedError): void {
		this.#ended ??= why;
		this.#controller.abort();
	}
}
