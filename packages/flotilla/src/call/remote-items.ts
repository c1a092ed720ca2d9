import { FlotillaError } from '../errors/flotilla-error.ts';
import type { ClientConnection } from '../fabric/client-connection.ts';
import { type FrameKind, frameKind, malformed, parseBody } from '../fabric/frame.ts';
import { limits } from '../limits.ts';
import type { CallContext } from './call-context.ts';

interface Waiting {
	resolve(result: IteratorResult<unknown>): void;
	reject(error: unknown): void;
}

/** The items of a streaming result from another instance. So many are sent ahead, and no more. */
export class RemoteItems implements AsyncIterableIterator<unknown> {
	/** Resolves with the first item or the end; rejects when it failed before. */
	readonly begun: Promise<void>;
	readonly #connection: ClientConnection;
	readonly #number: number;
	readonly #items: unknown[] = [];
	#waiting: Waiting | undefined;
	#end: { readonly error: unknown } | undefined;
	#taken = 0;
	/** How many more have been asked for than have come. */
	#due: number = limits.streamItemsAhead;
	#begin: Waiting | undefined;

	constructor(
		connection: ClientConnection,
		request: string,
		call: CallContext,
		errorOf: (kind: FrameKind, body: string) => unknown,
	) {
		this.#connection = connection;
		this.begun = new Promise<void>((resolve, reject) => {
			this.#begin = { resolve: () => resolve(), reject };
		});
		this.begun.catch(() => {});
		this.#number = connection.ask(frameKind.request, request, {
			frame: (kind, body) => {
				if (kind === frameKind.item) this.#take(body);
				else this.#finish(kind === frameKind.end ? undefined : errorOf(kind, body));
			},
			lost: () => {
				const message = `The connection was lost while ${call.operation.address} was read.`;
				this.#finish(new FlotillaError('FLOTILLA_CONNECTION_LOST', message, { effect: 'none' }));
			},
		});
		call.cancellation.subscribe((reason) => {
			this.#connection.cancel(this.#number, reason.code);
			this.#finish(reason);
		});
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	next(): Promise<IteratorResult<unknown>> {
		if (this.#items.length > 0) {
			const value = this.#items.shift();
			// Asked for in halves: a frame for every item would be one too many.
			if (++this.#taken * 2 >= limits.streamItemsAhead) {
				this.#connection.grant(this.#number, this.#taken);
				this.#due += this.#taken;
				this.#taken = 0;
			}
			return Promise.resolve({ done: false, value });
		}
		if (this.#end !== undefined) {
			const { error } = this.#end;
			this.#end = { error: undefined };
			return error === undefined
				? Promise.resolve({ done: true, value: undefined })
				: Promise.reject(error);
		}
		return new Promise((resolve, reject) => {
			this.#waiting = { resolve, reject };
		});
	}

	return(): Promise<IteratorResult<unknown>> {
		this.#connection.cancel(this.#number, 'FLOTILLA_CANCELLED');
		this.#finish(undefined);
		this.#items.length = 0;
		return Promise.resolve({ done: true, value: undefined });
	}

	#take(body: string): void {
		if (this.#due === 0) throw malformed('it is an item more than were asked for');
		this.#due -= 1;
		const value = parseBody(body);
		this.#begin?.resolve({ done: true, value: undefined });
		const waiting = this.#waiting;
		this.#waiting = undefined;
		if (waiting === undefined) {
			this.#items.push(value);
			return;
		}
		this.#items.push(value);
		this.next().then(waiting.resolve, waiting.reject);
	}

	#finish(error: unknown): void {
		if (this.#end !== undefined) return;
		this.#end = { error };
		if (error === undefined) this.#begin?.resolve({ done: true, value: undefined });
		else this.#begin?.reject(error);
		const waiting = this.#waiting;
		this.#waiting = undefined;
		if (waiting !== undefined) this.next().then(waiting.resolve, waiting.reject);
	}
}
