import { Agent } from 'undici';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import { limits } from '../../limits.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http.ts';
import { HttpExchange } from './http-exchange.ts';

const timeoutMsMax = 3_600_000;

/** A machine that does not even accept a connection will not answer within a longer deadline. */
const connectTimeoutMs = 10_000;

/** HTTP/1.1 by undici, with connections kept and reused for each origin. */
export class NodeHttpClient implements HttpClient {
	readonly #agent = new Agent({
		connections: limits.httpConnectionsPerOrigin,
		connectTimeout: connectTimeoutMs,
		// The deadline of the exchange covers both.
		headersTimeout: 0,
		bodyTimeout: 0,
		allowH2: false,
	});
	#closed: Promise<void> | undefined;

	async request(request: HttpRequest): Promise<HttpResponse> {
		const { method, headers, body, timeoutMs } = request;
		if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs <= timeoutMsMax)) {
			throw new TypeError(`A request takes 1 to ${timeoutMsMax} ms, not ${timeoutMs}.`);
		}
		const url = parseUrl(request.url);
		// Without the query, which may hold secrets: messages end up in logs.
		const name = `${method} ${url.origin}${url.pathname}`;
		if (this.#closed !== undefined) throw closedError(name);
		const exchange = new HttpExchange(name, request);
		if (!exchange.over) {
			const options = {
				origin: url.origin,
				path: `${url.pathname}${url.search}`,
				method,
				...(headers !== undefined && { headers }),
				...(body !== undefined && body.length > 0 && { body }),
			};
			this.#agent.dispatch(options, exchange);
		}
		return await exchange.answered;
	}

	close(): Promise<void> {
		this.#closed ??= this.#agent.close();
		return this.#closed;
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

function closedError(name: string): FlotillaError {
	return new FlotillaError('FLOTILLA_HTTP_FAILED', `${name} was not sent: the client is closed.`, {
		effect: 'none',
	});
}
