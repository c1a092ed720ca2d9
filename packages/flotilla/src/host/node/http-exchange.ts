import type { Dispatcher } from 'undici';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';
import { plainBytes } from './bytes.ts';

/** How much of a body waits here for its reader before the other side is slowed down. */
const waitingBytesMax = 64 * 1024;

/** Reading the rest of a body keeps the connection; beyond this a new one is cheaper. */
const discardBytesMax = 128 * 1024;

type Controller = Dispatcher.DispatchController;

/**
 * One request and its answer, driven by undici.
 *
 * It speaks undici's handler interface and not `request()`, because that one cannot tell whether a
 * request was put on a connection, which is what `effect` depends on, and because it lets a request
 * that still waits for a connection outlive its deadline.
 */
export class HttpExchange implements Dispatcher.DispatchHandler, HttpResponse {
	status = 0;
	headers: Readonly<Record<string, string>> = {};
	/** Resolves when the status and headers are here. */
	readonly answered: Promise<HttpResponse>;
	readonly #name: string;
	readonly #isHead: boolean;
	readonly #timer: NodeJS.Timeout;
	readonly #signal: AbortSignal | undefined;
	readonly #answer: PromiseWithResolvers<HttpResponse>;
	#controller: Controller | undefined;
	#sent = false;
	#over = false;
	#error: Error | undefined;
	#chunks: Uint8Array[] = [];
	#waitingBytes = 0;
	#reader: 'none' | 'reading' | 'discarding' = 'none';
	#wake: (() => void) | undefined;
	#discarded: Promise<void> | undefined;

	/** @param name What error messages call the request. */
	constructor(name: string, { method, timeoutMs = 30_000, signal }: HttpRequest) {
		this.#name = name;
		this.#isHead = method === 'HEAD';
		this.#answer = Promise.withResolvers();
		this.answered = this.#answer.promise;
		this.#timer = setTimeout(() => this.#expire(timeoutMs), timeoutMs);
		this.#signal = signal;
		signal?.addEventListener('abort', this.#cancel);
		if (signal?.aborted) this.#cancel();
	}

	/** Whether there is nothing left to do, because it failed or was cancelled. */
	get over(): boolean {
		return this.#over;
	}

	get body(): AsyncIterable<Uint8Array> {
		return { [Symbol.asyncIterator]: () => this.#read() };
	}

	async bytes(limitBytes: number): Promise<Uint8Array> {
		const chunks: Uint8Array[] = [];
		let size = 0;
		// Refused before a single byte of it is read.
		if (this.#announcedBytes() > limitBytes) throw this.#tooLarge(limitBytes);
		for await (const chunk of this.body) {
			size += chunk.length;
			if (size > limitBytes) throw this.#tooLarge(limitBytes);
			chunks.push(chunk);
		}
		return plainBytes(Buffer.concat(chunks, size));
	}

	discard(): Promise<void> {
		this.#discarded ??= this.#discard();
		return this.#discarded;
	}

	async #discard(): Promise<void> {
		if (this.#reader === 'reading') {
			// The reader must not take what it has for the whole body.
			this.#stop(new TypeError(`The answer to ${this.#name} was discarded while it was read.`));
			return;
		}
		if (this.#announcedBytes() > discardBytesMax) this.#abandon();
		this.#reader = 'discarding';
		this.#chunks = [];
		this.#controller?.resume();
		while (!this.#over) await this.#moment();
	}

	// undici's side. A controller appears when the request is put on a connection.

	onRequestStart(controller: Controller): void {
		this.#controller = controller;
		// It was given up while it waited for a connection: not a byte of it leaves.
		if (this.#over) controller.abort(this.#error ?? new Error('given up'));
		else this.#sent = true;
	}

	onResponseStart(_controller: Controller, status: number, headers: RawHeaders): void {
		if (status < 200 || this.#over) return; // Informational: the answer is still to come.
		this.status = status;
		this.headers = joined(headers);
		this.#answer.resolve(this);
	}

	onResponseData(controller: Controller, chunk: Buffer): void {
		if (this.#over) return;
		this.#waitingBytes += chunk.length;
		if (this.#reader === 'discarding') {
			if (this.#waitingBytes > discardBytesMax) this.#abandon();
			return;
		}
		this.#chunks.push(plainBytes(chunk));
		if (this.#waitingBytes > waitingBytesMax) controller.pause();
		this.#wake?.();
	}

	onResponseEnd(): void {
		this.#end(undefined);
	}

	onResponseError(_controller: Controller | null, error: Error): void {
		this.#end(this.#failure(error));
	}

	async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
		if (this.#reader !== 'none') throw new TypeError('A body can be read once.');
		this.#reader = 'reading';
		try {
			for (;;) {
				const chunk = this.#chunks.shift();
				if (chunk !== undefined) {
					this.#waitingBytes -= chunk.length;
					yield chunk;
				} else if (this.#error !== undefined) {
					throw this.#error;
				} else if (this.#over) {
					return;
				} else {
					this.#controller?.resume();
					// What arrived during `resume` has woken nobody.
					if (this.#chunks.length === 0 && !this.#over) await this.#moment();
				}
			}
		} finally {
			// The reader left before the end: what is still on its way is in the way of the next request.
			this.#abandon();
		}
	}

	/** How long the body says it is; 0 when it does not say. */
	#announcedBytes(): number {
		return this.#isHead ? 0 : Number(this.headers['content-length'] ?? 0);
	}

	/** Until something has changed. */
	async #moment(): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#wake = resolve;
		await promise;
		this.#wake = undefined;
	}

	#abandon(): void {
		if (this.#over) return;
		this.#end(undefined);
		this.#chunks = [];
		this.#controller?.abort(new Error('given up'));
	}

	readonly #cancel = (): void => {
		const error = new FlotillaError('FLOTILLA_CANCELLED', `${this.#name} was given up.`, {
			effect: this.#effect(),
			cause: this.#signal?.reason,
		});
		this.#stop(error);
	};

	#expire(timeoutMs: number): void {
		const message = `${this.#name} took longer than ${timeoutMs} ms.`;
		this.#stop(
			new FlotillaError('FLOTILLA_DEADLINE_EXCEEDED', message, { effect: this.#effect() }),
		);
	}

	#tooLarge(limitBytes: number): FlotillaError {
		const message = `The answer to ${this.#name} has more than ${limitBytes} bytes.`;
		// The request was carried out: only its answer is refused.
		const effect = 'unknown';
		const error = new FlotillaError('FLOTILLA_BODY_TOO_LARGE', message, {
			effect,
			details: { limitBytes },
		});
		this.#stop(error);
		return error;
	}

	#stop(error: Error): void {
		this.#end(error);
		this.#controller?.abort(error);
	}

	/** The one end: the first caller decides, whatever arrives later is ignored. */
	#end(error: Error | undefined): void {
		if (this.#over) return;
		this.#over = true;
		this.#error = error;
		clearTimeout(this.#timer);
		this.#signal?.removeEventListener('abort', this.#cancel);
		if (error !== undefined) {
			this.#chunks = [];
			this.#answer.reject(error);
		}
		this.#wake?.();
	}

	#failure(error: Error): Error {
		if ((error as NodeJS.ErrnoException).code === 'UND_ERR_INVALID_ARG') {
			return new TypeError(`${this.#name} is no valid request: ${error.message}.`, {
				cause: error,
			});
		}
		const doing = this.#sent ? 'broke' : 'found no connection';
		return new FlotillaError(
			'FLOTILLA_HTTP_FAILED',
			`${this.#name} ${doing}: ${reasonOf(error)}.`,
			{
				effect: this.#effect(),
				cause: error,
			},
		);
	}

	#effect(): 'none' | 'unknown' {
		return this.#sent ? 'unknown' : 'none';
	}
}

type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

function joined(headers: RawHeaders): Readonly<Record<string, string>> {
	const result: Record<string, string> = Object.create(null);
	for (const [name, value] of Object.entries(headers)) {
		if (value !== undefined) result[name] = typeof value === 'string' ? value : value.join(', ');
	}
	return result;
}

/** A name with several addresses fails with one error for each, under an empty message. */
function reasonOf(error: Error): string {
	if (!(error instanceof AggregateError)) return error.message;
	return error.errors.map((one: Error) => one.message).join('; ');
}
