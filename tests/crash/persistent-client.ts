import { setTimeout as wait } from 'node:timers/promises';

export interface Answer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: whatever the shop says.
	readonly body: any;
}

export interface Request {
	readonly method?: string;
	readonly token?: string | undefined;
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A client that asks again until it is answered, as everybody has to who talks to a server that may
 * die: a broken connection or a 5xx says nothing about what has happened. Commands carry an
 * idempotency key, so asking again is safe.
 */
export class PersistentClient {
	readonly #url: string;
	requests = 0;
	retries = 0;
	/** Set when there is nobody left who could answer. */
	stopped = false;

	constructor(url: string) {
		this.#url = url;
	}

	async ask(path: string, request: Request = {}): Promise<Answer> {
		const deadline = performance.now() + 60_000;
		for (;;) {
			this.requests++;
			const answer = await this.#once(path, request).catch(() => undefined);
			if (answer !== undefined && answer.status < 500) return answer;
			if (this.stopped || performance.now() > deadline) {
				throw new Error(`${path} was not answered: ${JSON.stringify(answer)}`);
			}
			this.retries++;
			await wait(30 + Math.random() * 120);
		}
	}

	/** The same, when nothing but this status will do. */
	async want(status: number, path: string, request: Request = {}): Promise<Answer['body']> {
		const answer = await this.ask(path, request);
		if (answer.status === status) return answer.body;
		throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
	}

	async #once(path: string, { method, token, body, headers }: Request): Promise<Answer> {
		const response = await fetch(this.#url + path, {
			method: method ?? (body === undefined ? 'GET' : 'POST'),
			headers: {
				...(body !== undefined && { 'content-type': 'application/json' }),
				...(token !== undefined && { authorization: `Bearer ${token}` }),
				...headers,
			},
			signal: AbortSignal.timeout(15_000),
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		return { status: response.status, body: await response.json() };
	}
}
