import { runInContext } from '../context/current.ts';
import type { Checked } from '../contract/schema.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { CallContext } from './call-context.ts';
import type { Deadlines, Expiring } from './deadlines.ts';
import { failureOf, invalid } from './failure.ts';

export interface StreamingParts {
	readonly call: CallContext;
	readonly deadlines: Deadlines;
	readonly run: (input: never, call: never) => unknown;
	/** Called once, when the stream has ended, with `ok` or the code of an error. */
	readonly ended: (outcome: string) => void;
}

interface Waiting {
	resolve(result: IteratorResult<unknown>): void;
	reject(error: unknown): void;
}

const done: IteratorResult<unknown> = { done: true, value: undefined };

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
	#values: AsyncIterator<unknown> | undefined;
	#waiting: Waiting | undefined;
	#ended = false;
	/** Why it ended early; thrown once. */
	#failure: unknown;

	constructor(parts: StreamingParts) {
		this.#parts = parts;
		this.deadlineMs = parts.call.deadlineMs;
		if (Number.isFinite(this.deadlineMs)) parts.deadlines.add(this);
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
			this.#pull().catch((error) => this.#fail(failureOf(this.#parts.call, error)));
		});
	}

	/** Leaves: the handler is told by its signal, and by `return()` once it waits no more. */
	return(): Promise<IteratorResult<unknown>> {
		if (!this.#ended) {
			this.#end('ok');
			const left = new FlotillaError('FLOTILLA_CANCELLED', 'The reader left the streaming result.');
			this.#parts.call.cancellation.cancel(left);
		}
		return Promise.resolve(done);
	}

	expire(): void {
		const { operation } = this.#parts.call;
		const message = `${operation.address} was not finished before its deadline.`;
		const error = new FlotillaError('FLOTILLA_DEADLINE_EXCEEDED', message, { effect: 'none' });
		this.#fail(error);
		this.#parts.call.cancellation.cancel(error);
	}

	async #pull(): Promise<void> {
		const { call } = this.#parts;
		this.#values ??= await this.#open();
		const values = this.#values;
		const next = await runInContext(call, () => values.next(), undefined, undefined);
		if (this.#ended) return;
		if (next.done) this.#end('ok');
		else this.#settle({ done: false, value: await this.#checked(next.value) });
	}

	async #open(): Promise<AsyncIterator<unknown>> {
		const { call, run } = this.#parts;
		const { input } = call.operation;
		const checked: Checked = (await input?.check(call.input)) ?? { value: undefined };
		if (checked.issues !== undefined) {
			const refusal = invalid(
				'FLOTILLA_INPUT_INVALID',
				`The input of ${call.operation.address}`,
				checked.issues,
			);
			this.#fail(refusal);
			throw refusal;
		}
		const values = await runInContext(call, run, checked.value as never, call as never);
		return (values as AsyncIterable<unknown>)[Symbol.asyncIterator]();
	}

	async #checked(value: unknown): Promise<unknown> {
		const { operation } = this.#parts.call;
		const checked: Checked = (await operation.output?.check(value)) ?? { value: undefined };
		if (checked.issues === undefined) return checked.value;
		const subject = `A value of ${operation.address}`;
		const refusal = invalid('FLOTILLA_OUTPUT_INVALID', subject, checked.issues);
		this.#fail(refusal);
		throw refusal;
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
		this.#end((error as { code?: string }).code ?? 'FLOTILLA_HANDLER_FAILED');
	}

	#end(outcome: string): void {
		this.#ended = true;
		this.#parts.deadlines.remove(this);
		// Best effort, and not awaited: a generator that waits answers only when it wakes up.
		void runInContext(
			this.#parts.call,
			() => this.#values?.return?.(),
			undefined,
			undefined,
		)?.catch(() => {});
		this.#settle(done);
		this.#parts.ended(outcome);
	}
}
