import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Context } from './context.ts';
import { currentContext, runInContext } from './current.ts';

/**
 * The wish that some work should stop. It spreads from a caller to all that it called; work that
 * does not look at it goes on, but nobody waits for it any more.
 */
export class Cancellation {
	#reason: FlotillaError | undefined;
	#listeners: Set<(reason: FlotillaError) => void> | undefined;
	#controller: AbortController | undefined;
	/** Of whoever asked for the signal. */
	#context: Context | undefined;

	/** Why, once cancelled. */
	get reason(): FlotillaError | undefined {
		return this.#reason;
	}

	/** Cancels; the first reason counts. */
	cancel(reason: FlotillaError): void {
		if (this.#reason !== undefined) return;
		this.#reason = reason;
		const listeners = this.#listeners;
		this.#listeners = undefined;
		this.#abort(reason);
		for (const listener of listeners ?? []) listener(reason);
	}

	/** Calls `listener` once when cancelled, at once when it is already. */
	subscribe(listener: (reason: FlotillaError) => void): void {
		if (this.#reason !== undefined) {
			listener(this.#reason);
			return;
		}
		this.#listeners ??= new Set();
		this.#listeners.add(listener);
	}

	unsubscribe(listener: (reason: FlotillaError) => void): void {
		this.#listeners?.delete(listener);
	}

	/** The same as an `AbortSignal`, made when first asked for: most calls never do. */
	get signal(): AbortSignal {
		if (this.#controller === undefined) {
			this.#controller = new AbortController();
			this.#context = currentContext();
			if (this.#reason !== undefined) this.#controller.abort(this.#reason);
		}
		return this.#controller.signal;
	}

	/**
	 * Listeners run in the context in which the signal was asked for: what cancels may be a timer, or
	 * a call of somebody else, and what a listener does must not happen in that one's name.
	 */
	#abort(reason: FlotillaError): void {
		const controller = this.#controller;
		if (controller === undefined) return;
		runInContext(this.#context, () => controller.abort(reason), undefined, undefined);
	}

	/** A cancellation that follows `signal` until `release` is called. */
	static follow(signal: AbortSignal): { cancellation: Cancellation; release: () => void } {
		const cancellation = new Cancellation();
		const abort = (): void => {
			cancellation.cancel(
				new FlotillaError('FLOTILLA_CANCELLED', 'The caller aborted.', { cause: signal.reason }),
			);
		};
		if (signal.aborted) abort();
		else signal.addEventListener('abort', abort, { once: true });
		return { cancellation, release: () => signal.removeEventListener('abort', abort) };
	}
}
