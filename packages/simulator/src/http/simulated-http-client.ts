import {
	FlotillaError,
	type HttpClient,
	type HttpRequest,
	type HttpResponse,
} from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { runOutside } from '../kernel/kernel.ts';
import type { Link } from '../network/link.ts';
import { Answer } from './answer.ts';
import type { Responder, Response } from './simulated-http.ts';

const timeoutMsMax = 3_600_000;

/** At full weight, of each way of an exchange. */
const resetShare = 0.01;

export interface SimulatedHttpClientOptions {
	readonly kernel: Kernel;
	readonly process: SimulatedProcess;
	readonly responderOf: (origin: string) => Responder | undefined;
	readonly linkBetween: (from: string, to: string) => Link;
}

/** Requests to the responders of a scenario, over links like those between machines. */
export class SimulatedHttpClient implements HttpClient {
	readonly #options: SimulatedHttpClientOptions;
	#closed = false;

	constructor(options: SimulatedHttpClientOptions) {
		this.#options = options;
	}

	request(request: HttpRequest): Promise<HttpResponse> {
		const { process } = this.#options;
		return new Promise((resolve, reject) => {
			if (!process.alive) return;
			const { timeoutMs = 30_000 } = request;
			if (!(timeoutMs >= 1 && timeoutMs <= timeoutMsMax)) {
				throw new TypeError(`A request takes 1 to ${timeoutMsMax} ms, not ${timeoutMs}.`);
			}
			const url = parseUrl(request.url);
			// Without the query, which may hold secrets: messages end up in logs.
			const name = `${request.method} ${url.origin}${url.pathname}`;
			if (this.#closed) {
				const message = `${name} was not sent: the client is closed.`;
				throw new FlotillaError('FLOTILLA_HTTP_FAILED', message, { effect: 'none' });
			}
			const exchange = new Exchange(this.#options, { name, url, request, timeoutMs });
			exchange.answer.answered.then(resolve, reject);
			exchange.start();
		});
	}

	close(): Promise<void> {
		if (!this.#options.process.alive) return new Promise(() => {});
		this.#closed = true;
		return Promise.resolve();
	}
}

interface ExchangeRequest {
	readonly name: string;
	readonly url: URL;
	readonly request: HttpRequest;
	readonly timeoutMs: number;
}

/** One request and its answer, there and back again. */
class Exchange {
	readonly answer: Answer;
	readonly #options: SimulatedHttpClientOptions;
	readonly #url: URL;
	readonly #request: HttpRequest;
	readonly #there: Link;
	readonly #back: Link;

	constructor(options: SimulatedHttpClientOptions, asked: ExchangeRequest) {
		const { kernel, process, linkBetween } = options;
		this.#options = options;
		this.#url = asked.url;
		this.#request = asked.request;
		this.#there = linkBetween(process.machine, asked.url.host);
		this.#back = linkBetween(asked.url.host, process.machine);
		this.answer = new Answer({ kernel, process, ...asked });
	}

	/** Connects, and sends the request. */
	start(): void {
		const { process, responderOf } = this.#options;
		const { hostname, origin } = this.#url;
		if (this.answer.over) return;
		const roundTripMs = this.#wayMs(this.#there) + this.#wayMs(this.#back);
		this.#after(roundTripMs, process, () => {
			const responder = responderOf(origin);
			if (responder === undefined) {
				this.answer.break(`getaddrinfo ENOTFOUND ${hostname}`);
				return;
			}
			this.answer.sent = true;
			if (this.#breaks(this.#there)) return;
			this.#after(this.#wayMs(this.#there), undefined, () => void this.#respond(responder));
		});
	}

	/** The outside service has the request, whether or not anybody still waits for the answer. */
	async #respond(responder: Responder): Promise<void> {
		const { method, headers = {}, body = '' } = this.#request;
		const received = {
			method,
			url: this.#url,
			headers: lowerCased(headers),
			body: typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : body.slice(),
			from: this.#options.process.machine,
		};
		let response: Response | undefined;
		try {
			response = await runOutside(() => responder(received));
		} catch {
			response = undefined;
		}
		const { process } = this.#options;
		const delayMs = this.#wayMs(this.#back) + (response?.afterMs ?? 0);
		if (response === undefined) {
			this.#after(delayMs, process, () => this.answer.break('other side closed'));
		} else if (!this.#breaks(this.#back)) {
			const { status, headers = {}, body = '' } = response;
			const bytes = typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : body.slice();
			this.#after(delayMs, process, () => {
				this.answer.begin(status, lowerCased(headers));
				this.#sendBody(bytes);
			});
		}
	}

	/** In two pieces, so that whoever reads it has to wait, and may be left in the middle. */
	#sendBody(bytes: Uint8Array): void {
		const { kernel, process } = this.#options;
		const middle = Math.ceil(bytes.length * this.#back.draw(0, this.#back.next()));
		kernel.trace.add(bytes);
		this.answer.add(bytes.subarray(0, middle));
		if (this.#breaks(this.#back)) return;
		this.#after(this.#back.growthMs(bytes.length) + 0.1, process, () => {
			this.answer.add(bytes.subarray(middle));
			this.answer.finish();
		});
	}

	/** Whether the connection breaks now; the process learns of it later. */
	#breaks(link: Link): boolean {
		const breaks = link.strikes('network.reset', link.next(), resetShare, () => {
			return `the connection of ${this.#options.process.machine} with ${this.#url.host} breaks`;
		});
		if (breaks) {
			const { process } = this.#options;
			this.#after(this.#wayMs(this.#back), process, () => this.answer.break('read ECONNRESET'));
		}
		return breaks;
	}

	#wayMs(link: Link): number {
		const number = link.next();
		return link.delayMs(number) + link.lossMs(number);
	}

	#after(delayMs: number, process: SimulatedProcess | undefined, run: () => void): void {
		const { method } = this.#request;
		const { origin, pathname } = this.#url;
		const name = `${method} ${origin}${pathname}`;
		this.#options.kernel.after(delayMs, process, 'http', name, run, () => name);
	}
}

function parseUrl(text: string): URL {
	const url = URL.parse(text);
	if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
		throw new TypeError('A request needs an absolute URL with http: or https:.');
	}
	// They would be dropped without a word.
	if (url.username !== '' || url.password !== '') {
		throw new TypeError('A URL must not hold credentials: send them in a header.');
	}
	return url;
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	const result: Record<string, string> = Object.create(null);
	for (const [name, value] of Object.entries(headers)) result[name.toLowerCase()] = value;
	return result;
}
