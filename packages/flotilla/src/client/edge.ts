import type { Invoker } from '../call/client.ts';
import { mayTryAgain, waitCeilingMs } from '../call/retry.ts';
import type { HttpOperation, Operation } from '../contract/compile-operations.ts';
import type { WireSchema } from '../contract/schema.ts';
import type { CodedError } from '../errors/coded-error.ts';
import type { ErrorCode } from '../errors/error-table.ts';
import { answerOf, checked, eventsOf, jsonOf, problemError, refusalOf } from './answer.ts';
import { serverEvents } from './event-stream.ts';
import { Exchange } from './exchange.ts';
import { failure, isOurs, lost, madeUnsure, tooLarge } from './failure.ts';
import type { HttpCallOptions, HttpClientOptions } from './http-client.ts';
import { httpRequestOf } from './request.ts';
import type { Web } from './web.ts';

const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 3_000;
/** An edge gives a sign of life every 15 s, or what its limit says; far beyond that it is gone. */
const SILENCE_MAX_MS = 60_000;

/** Carries the calls of a client to the edge of a fleet. */
export class Edge implements Invoker<HttpCallOptions> {
	readonly #web: Web;
	readonly #baseUrl: string;
	readonly #token: HttpClientOptions['token'];
	readonly #fetch: NonNullable<HttpClientOptions['fetch']>;
	readonly #attemptsMax: number;

	/** @throws {TypeError} There is no address, or `attemptsMax` is out of its range. */
	constructor(options: HttpClientOptions, web: Web) {
		const { baseUrl = web.origin, attemptsMax = 3, token, fetch = web.fetch } = options;
		if (baseUrl === undefined) throw new TypeError('Outside of a page a client needs a baseUrl.');
		if (!/^https?:\/\/[^?#]+$/.test(baseUrl) || !URL.canParse(baseUrl)) {
			throw new TypeError(`baseUrl is '${baseUrl}', not an address such as https://shop.example.`);
		}
		if (!(Number.isInteger(attemptsMax) && attemptsMax >= 1 && attemptsMax <= 10)) {
			throw new TypeError(`attemptsMax is ${attemptsMax}, not 1 to 10.`);
		}
		this.#web = web;
		this.#baseUrl = baseUrl.replace(/\/+$/, '');
		this.#token = token;
		this.#fetch = fetch;
		this.#attemptsMax = attemptsMax;
	}

	async invoke(
		operation: Operation,
		input: unknown,
		options: HttpCallOptions = {},
	): Promise<unknown> {
		const exchange = new Exchange(this.#web, operation, options);
		try {
			return await this.#untilAnswered(exchange, input, options, (response) =>
				answerOf(operation, response),
			);
		} finally {
			exchange.end();
		}
	}

	async *stream(
		operation: Operation,
		input: unknown,
		options: HttpCallOptions = {},
	): AsyncGenerator<unknown> {
		const exchange = new Exchange(this.#web, operation, options);
		try {
			// What fails before the stream begins may be tried again; what breaks later is the caller's.
			const body = await this.#untilAnswered(exchange, input, options, (response) =>
				eventsOf(operation, response),
			);
			const output = operation.output as WireSchema;
			const alive = (): void => exchange.expectLife(SILENCE_MAX_MS);
			alive();
			for await (const { name, data } of serverEvents(body, alive)) {
				const json = jsonOf(operation, data);
				if (name === 'problem') throw await problemError(operation, json);
				if (name === 'message') yield await checked(operation, output, json, 'A value');
			}
		} catch (error) {
			throw told(exchange, error);
		} finally {
			exchange.end();
		}
	}

	/** Asks until there is an answer, or another try is not allowed or not worth it. */
	async #untilAnswered<T>(
		exchange: Exchange,
		input: unknown,
		options: HttpCallOptions,
		read: (response: Response) => T | Promise<T>,
	): Promise<T> {
		const { operation, signal } = exchange;
		const request = httpRequestOf(operation, operation.http as HttpOperation, input);
		const headers = await this.#headersOf(exchange, request.body, options);
		const { method, body } = request;
		// Followed, a redirection would make a query of a command, and an answer of a login.
		const redirect = 'manual';
		const init = {
			method,
			headers,
			signal,
			redirect,
			...(body !== undefined && { body }),
		} as const;
		/** Of an earlier try nobody knows what it did. */
		let isUnsure = false;
		for (let tries = 1; ; tries++) {
			let askedWaitMs = 0;
			try {
				if (exchange.ended !== undefined) throw exchange.ended;
				exchange.sending();
				const response = await this.#fetch(this.#baseUrl + request.target, init);
				if (response.ok) return await read(response);
				askedWaitMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
				throw await refusalOf(operation, response);
			} catch (thrown) {
				const error = told(exchange, thrown);
				const waitMs = this.#waitMs(tries, askedWaitMs);
				if (!this.#mayTryAgain(error, tries, waitMs)) throw isUnsure ? madeUnsure(error) : error;
				isUnsure ||= (error as CodedError).effect !== 'none';
				await exchange.pause(waitMs);
			}
		}
	}

	#mayTryAgain(error: unknown, tries: number, waitMs: number): boolean {
		return (
			isOurs(error) &&
			mayTryAgain({
				code: error.code as ErrorCode,
				tries,
				triesMax: this.#attemptsMax,
				waitMs,
				// The exchange itself ends when its time is over.
				remainingMs: Number.POSITIVE_INFINITY,
				isAnswered: false,
				isFromBelow: false,
			})
		);
	}

	/** @throws {TypeError} The token cannot be said in a header. */
	async #headersOf(
		exchange: Exchange,
		body: string | undefined,
		{ idempotencyKey, settleMs }: HttpCallOptions,
	): Promise<Headers> {
		const { operation } = exchange;
		const token = await exchange.whileOpen(this.#token?.());
		const isRecorded = operation.kind === 'command' && !operation.idempotent;
		if (idempotencyKey !== undefined) checkKey(operation, idempotencyKey);
		return new Headers({
			accept: 'application/json, text/event-stream, application/problem+json',
			...(body !== undefined && { 'content-type': 'application/json' }),
			...(typeof token === 'string' && { authorization: `Bearer ${token}` }),
			// Not a UUIDv7, as within the fleet: its time would be a visitor's, which may be years off.
			...(isRecorded && { 'idempotency-key': idempotencyKey ?? this.#web.uniqueName() }),
			...(settleMs !== undefined && { prefer: `wait=${Math.ceil(settleMs / 1_000)}` }),
		});
	}

	#waitMs(tries: number, askedMs: number): number {
		const ceilingMs = waitCeilingMs(tries, RETRY_FIRST_MS, RETRY_MAX_MS);
		const drawnMs = ceilingMs * (0.5 + this.#web.random() / 2);
		return askedMs > drawnMs && askedMs <= RETRY_MAX_MS ? askedMs : drawnMs;
	}
}

/** What the caller hears: why the call was ended early, what was answered, or that nothing was. */
function told(exchange: Exchange, thrown: unknown): unknown {
	if (exchange.ended !== undefined) return exchange.ended;
	if (thrown instanceof RangeError) return tooLarge(exchange.operation);
	const isAnswer = (thrown as { readonly '~flotilla'?: unknown } | null)?.['~flotilla'];
	return isAnswer === undefined ? lost(exchange.operation, thrown) : thrown;
}

/** As the edge would, but before anything is sent. */
function checkKey(operation: Operation, key: string): void {
	if (key.length <= 255 && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key)) return;
	const text = `The idempotency key of ${operation.address} is not 1 to 255 printable ASCII characters. Choose another one.`;
	throw failure('FLOTILLA_IDEMPOTENCY_KEY_INVALID', 'none', operation, text);
}
