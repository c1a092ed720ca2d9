import { runInContext } from '../context/current.ts';
import type { Checked, WireSchema } from '../contract/schema.ts';
import { wireForm } from '../contract/wire-form.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { CallContext } from './call-context.ts';
import type { Deadlines, Expiring } from './deadlines.ts';
import { failureOf, invalid } from './failure.ts';
import { deadlineError, stoppingError } from './given-up.ts';

export interface StreamingParts {
	readonly call: CallContext;
	/** The values are wanted in wire form. */
	readonly wire: boolean;
	readonly deadlines: Deadlines;
	readonly run: (input: never, call: never) => unknown;
	/** Called once, when the stream has ended, with why when it went wrong. */
	readonly ended: (error: unknown) => void;
}

interface Waiting {
	resolve(result: IteratorResult<unknown>): void;
	reject(error: unknown): void;
}

const done: IteratorResult<unknown> = Object.freeze({ done: true, value: undefined });

/**
 * A streaming result while it is read. Written by hand rather than as an async generator, because
 * `return()` on a generator waits for the pending `next()`: whoever leaves would wait for the next
 * value, which may never come.
 */
export class StreamingResult implements AsyncIterableIterator<unknown>, Expiring {
	readonly deadlineMs: number;
	slot = -1;
	after: Expiring | undefined = undefined;
	before: Expiring | undefined = undefined;
	readonly #parts: StreamingParts;
	/** Of the handler; `undefined` before the first `next()`, and once it has ended by itself. */
	#values: AsyncIterator<unknown> | undefined;
	#opened = false;
	#waiting: Waiting | undefined;
	#ended = false;
	/** Why it ended early; thrown once. */
	#failure: unknown;

	constructor(parts: StreamingParts) {
		this.#parts = parts;
		this.deadlineMs = parts.call.deadlineMs;
		parts.deadlines.add(this);
		parts.call.cancellation.subscribe((reason) => this.#fail(reason));
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	next(): Promise<IteratorResult<unknown>> {
		if (this.#failure !== undefined) {
			const failure = this.#failure;
			this.#failure = undefined;
			return Promise.reject(failure);
		}
		if (this.#ended) return Promise.resolve(done);
		if (this.#waiting !== undefined) {
			return Promise.reject(new TypeError('a streaming result is read by one reader, one by one'));
		}
		return new Promise((resolve, reject) => {
			this.#waiting = { resolve, reject };
			this.#pull().catch((error: unknown) => this.#fail(failureOf(this.#parts.call, error)));
		});
	}

	/** Leaves: the handler is told by its signal, and by `return()` once it waits no more. */
	return(): Promise<IteratorResult<unknown>> {
		if (!this.#ended) {
			this.#end(undefined);
			const left = new FlotillaError('FLOTILLA_CANCELLED', 'The reader left the streaming result.');
			this.#parts.call.cancellation.cancel(left);
		}
		return Promise.resolve(done);
	}

	expire(why: 'deadline' | 'closing'): void {
		const { operation, cancellation } = this.#parts.call;
		const error = why === 'deadline' ? deadlineError(operation) : stoppingError(operation);
		this.#fail(error);
		cancellation.cancel(error);
	}

	async #pull(): Promise<void> {
		if (!this.#opened) {
			this.#opened = true;
			const values = await this.#open();
			if (values === undefined) return;
			this.#values = values;
			if (this.#ended) this.#leaveHandler();
		}
		const values = this.#values;
		if (values === undefined) return;
		const next = await this.#next(values);
		if (this.#ended) return;
		if (next.done) this.#end(undefined);
		else await this.#deliver(next.value);
	}

	async #next(values: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
		const { call } = this.#parts;
		try {
			const next = await runInContext(call, () => values.next(), undefined, undefined);
			if (next.done) this.#values = undefined;
			return next;
		} catch (error) {
			this.#values = undefined;
			throw error;
		}
	}

	/** The values of the handler; `undefined` when nobody wants them, or the input is not valid. */
	async #open(): Promise<AsyncIterator<unknown> | undefined> {
		const { call, run } = this.#parts;
		const { operation } = call;
		const checked: Checked = (await operation.input?.check(call.input)) ?? { value: undefined };
		if (checked.issues !== undefined) {
			this.#fail(invalid('FLOTILLA_INPUT_INVALID', operation, 'The input', checked.issues));
			return undefined;
		}
		if (this.#ended) return undefined;
		const values = await runInContext(call, run, checked.value as never, call as never);
		return (values as AsyncIterable<unknown>)[Symbol.asyncIterator]();
	}

	async #deliver(value: unknown): Promise<void> {
		const { operation } = this.#parts.call;
		const output = operation.output as WireSchema;
		const checked: Checked = await output.check(value);
		if (checked.issues !== undefined) {
			this.#fail(invalid('FLOTILLA_OUTPUT_INVALID', operation, 'A value', checked.issues));
			return;
		}
		const { wire } = this.#parts;
		this.#settle({
			done: false,
			value: wire ? wireForm(output, value, checked.value) : checked.value,
		});
	}

	#settle(result: IteratorResult<unknown>): void {
		const waiting = this.#waiting;
		this.#waiting = undefined;
		waiting?.resolve(result);
	}

	#fail(error: unknown): void {
		if (this.#ended) return;
		const waiting = this.#waiting;
		this.#waiting = undefined;
		if (waiting === undefined) this.#failure = error;
		else waiting.reject(error);
		this.#end(error);
	}

	#end(error: unknown): void {
		this.#ended = true;
		this.#parts.deadlines.remove(this);
		this.#leaveHandler();
		this.#settle(done);
		this.#parts.ended(error);
	}

	/** Best effort, and not awaited: a generator that waits answers only when it wakes up. */
	#leaveHandler(): void {
		const values = this.#values;
		this.#values = undefined;
		const leave = async (): Promise<void> => {
			await values?.return?.();
		};
		runInContext(this.#parts.call, leave, undefined, undefined).catch(() => {});
	}
}
