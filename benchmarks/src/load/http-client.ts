import { type HttpAnswer, HttpConnection } from './http-connection.ts';
import { type HttpRequest, textOf } from './http-request.ts';

/** As many connections as there are requests under way at the same time. */
export class HttpClient {
	readonly #port: number;
	readonly #idle: HttpConnection[] = [];
	readonly #all = new Set<HttpConnection>();

	constructor(port: number) {
		this.#port = port;
	}

	/** @throws {Error} When there is no whole answer. */
	async ask(request: HttpRequest): Promise<HttpAnswer> {
		const connection = await this.#free();
		const answer = await connection.ask(textOf(request));
		this.#idle.push(connection);
		return answer;
	}

	/** The JSON of an answer that must have this status. */
	async json(request: HttpRequest, status: number): Promise<unknown> {
		const answer = await this.ask(request);
		if (answer.status !== status) {
			const { method, path } = request;
			throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.body}`);
		}
		return answer.body === '' ? undefined : JSON.parse(answer.body);
	}

	close(): void {
		for (const connection of this.#all) connection.close();
	}

	async #free(): Promise<HttpConnection> {
		for (;;) {
			const idle = this.#idle.pop();
			if (idle?.isOpen) return idle;
			if (idle === undefined) break;
			this.#all.delete(idle);
		}
		const connection = await HttpConnection.open(this.#port);
		this.#all.add(connection);
		return connection;
	}
}
