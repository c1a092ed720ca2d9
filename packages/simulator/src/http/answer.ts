import { type Effect, FlotillaError, type HttpRequest, type HttpResponse } from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import type { Scheduled } from '../kernel/scheduler.ts';

export interface AnswerOptions {
	readonly kernel: Kernel;
	readonly process: SimulatedProcess;
	/** What error messages call the request. */
	readonly name: string;
	readonly request: HttpRequest;
	readonly timeoutMs: number;
}

/** An answer while it arrives: the seam's rules of time, cancellation, size and reading once. */
export class Answer implements HttpResponse {
	status = 0;
	headers: Readonly<Record<string, string>> = {};
	/** Whether the request has been put on a connection, on which depends what a failure leaves behind. */
	sent = false;
	/** Resolves when the status and headers are here. */
	readonly answered: Promise<HttpResponse>;
	readonly #name: string;
	readonly #isHead: boolean;
	readonly #timer: Scheduled;
	readonly #signal: AbortSignal | undefined;
	readonly #outcome: PromiseWithResolvers<HttpResponse>;
	#over = false;
	#error: Error | undefined;
	#chunks: Uint8Array[] = [];
	#reader: 'none' | 'reading' | 'discarding' = 'none';
	#wake: (() => void) | undefined;
	#discarded: Promise<void> | undefined;

	constructor({ kernel, process, name, request, timeoutMs }: AnswerOptions) {
		this.#name = name;
		this.#isHead = request.method === 'HEAD';
		this.#outcome = Promise.withResolvers();
		this.answered = this.#outcome.promise;
		this.#signal = request.signal;
		this.#timer = kernel.after(process.trueDelayMs(timeoutMs), process, 'http', name, () => {
			this.#fail('FLOTILLA_DEADLINE_EXCEEDED', `took longer than ${timeoutMs} ms`);
		});
		this.#signal?.addEventListener('abort', this.#cancel);
		if (this.#signal?.aborted) this.#cancel();
	}

	/** Whether there is nothing left to do, because it failed, was cancelled or is complete. */
	get over(): boolean {
		return this.#over;
	}

	get body(): AsyncIterable<Uint8Array> {
		return { [Symbol.asyncIterator]: () => this.#read() };
	}

	async bytes(limitBytes: number): Promise<Uint8Array> {
		const announcedBytes = this.#isHead ? 0 : Number(this.headers['content-length'] ?? 0);
		if (announcedBytes > limitBytes) throw this.#tooLarge(limitBytes);
		const chunks: Uint8Array[] = [];
		let sizeBytes = 0;
		for await (const chunk of this.body) {
			sizeBytes += chunk.length;
			if (sizeBytes > limitBytes) throw this.#tooLarge(limitBytes);
			chunks.push(chunk);
		}
		return new Uint8Array(Buffer.concat(chunks, sizeBytes));
	}

	discard(): Promise<void> {
		this.#discarded ??= this.#discard();
		return this.#discarded;
	}

	// The connection's side.

	begin(status: number, headers: Readonly<Record<string, string>>): void {
		if (this.#over) return;
		this.status = status;
		this.headers = headers;
		this.#outcome.resolve(this);
	}

	add(chunk: Uint8Array): void {
		if (this.#over || chunk.length === 0 || this.#isHead || this.#reader === 'discarding') return;
		this.#chunks.push(chunk.slice());
		this.#wake?.();
	}

	finish(): void {
		this.#end(undefined);
	}

	break(reason: string): void {
		const doing = this.sent ? 'broke' : 'found no connection';
		this.#fail('FLOTILLA_HTTP_FAILED', `${doing}: ${reason}`, new Error(reason));
	}

	async #discard(): Promise<void> {
		if (this.#reader === 'reading') {
			// The reader must not take what it has for the whole body.
			this.#end(new TypeError(`The answer to ${this.#name} was discarded while it was read.`));
			return;
		}
		this.#reader = 'discarding';
		this.#chunks = [];
		while (!this.#over) await this.#moment();
	}

	async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
		if (this.#reader !== 'none') throw new TypeError('A body can be read once.');
		this.#reader = 'reading';
		try {
			for (;;) {
				const chunk = this.#chunks.shift();
				if (chunk !== undefined) yield chunk;
				else if (this.#error !== undefined) throw this.#error;
				else if (this.#over) return;
				else await this.#moment();
			}
		} finally {
			this.#end(undefined);
		}
	}

	/** Until something has changed. */
	async #moment(): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#wake = resolve;
		await promise;
		this.#wake = undefined;
	}

	readonly #cancel = (): void => {
		this.#fail('FLOTILLA_CANCELLED', 'was given up', this.#signal?.reason);
	};

	#fail(
		code: 'FLOTILLA_HTTP_FAILED' | 'FLOTILLA_DEADLINE_EXCEEDED' | 'FLOTILLA_CANCELLED',
		what: string,
		cause?: unknown,
	): void {
		const effect: Effect = this.sent ? 'unknown' : 'none';
		const options = { effect, ...(cause !== undefined && { cause }) };
		this.#end(new FlotillaError(code, `${this.#name} ${what}.`, options));
	}

	#tooLarge(limitBytes: number): FlotillaError {
		const message = `The answer to ${this.#name} has more than ${limitBytes} bytes.`;
		// The request was carried out: only its answer is refused.
		const error = new FlotillaError('FLOTILLA_BODY_TOO_LARGE', message, {
			effect: 'unknown',
			details: { limitBytes },
		});
		this.#end(error);
		return error;
	}

	/** The one end: the first caller decides, whatever comes later is ignored. */
	#end(error: Error | undefined): void {
		if (this.#over) return;
		this.#over = true;
		this.#error = error;
		this.#timer.cancel();
		this.#signal?.removeEventListener('abort', this.#cancel);
		if (error !== undefined) {
			this.#chunks = [];
			this.#outcome.reject(error);
		}
		this.#wake?.();
	}
}
