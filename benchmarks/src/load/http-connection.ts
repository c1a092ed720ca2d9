import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
	readonly status: number;
	/** Names in lower case. */
	readonly head: string;
	readonly body: string;
}

/**
 * One connection that is kept alive, one request at a time: HTTP/1.1 as far as the measured servers
 * speak it. It costs less than the clients of Node, so that on a small machine there is more left for
 * whoever is measured.
 */
export class HttpConnection {
	readonly #socket: Socket;
	#received = '';
	#waiting: PromiseWithResolvers<HttpAnswer> | undefined;

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setNoDelay(true);
		// Every answer here is ASCII, so that a character is a byte.
		socket.setEncoding('latin1');
		socket.on('data', (text: string) => {
			this.#received += text;
			this.#take();
		});
		socket.on('error', (error) => this.#fail(error));
		socket.on('close', () => this.#fail(new Error('the server closed the connection')));
	}

	/** @throws {Error} When nobody listens at that port. */
	static async open(port: number): Promise<HttpConnection> {
		const socket = connect({ port, host: '127.0.0.1' });
		await once(socket, 'connect');
		return new HttpConnection(socket);
	}

	/** Not when the server has closed it, which servers do with connections that are silent for seconds. */
	get isOpen(): boolean {
		return this.#socket.readyState === 'open';
	}

	/** @param request A whole request, ASCII. */
	ask(request: string): Promise<HttpAnswer> {
		if (this.#waiting !== undefined) throw new Error('one request at a time');
		this.#waiting = Promise.withResolvers<HttpAnswer>();
		const { promise } = this.#waiting;
		if (!this.isOpen) this.#fail(new Error('the connection is closed'));
		else this.#socket.write(request, 'latin1');
		return promise;
	}

	close(): void {
		this.#socket.destroy();
	}

	#take(): void {
		const answer = parse(this.#received);
		if (answer === undefined) return;
		const waiting = this.#waiting;
		this.#received = '';
		this.#waiting = undefined;
		waiting?.resolve(answer);
	}

	#fail(error: Error): void {
		this.#waiting?.reject(error);
		this.#waiting = undefined;
	}
}

/** The answer, once all of it is there. */
function parse(text: string): HttpAnswer | undefined {
	const headEnd = text.indexOf('\r\n\r\n');
	if (headEnd < 0) return undefined;
	const head = text.slice(0, headEnd).toLowerCase();
	const body = text.slice(headEnd + 4);
	const status = Number(head.slice(9, 12));
	const at = head.indexOf('\r\ncontent-length:');
	if (at >= 0) {
		const length = Number.parseInt(head.slice(at + 17), 10);
		return body.length < length ? undefined : { status, head, body };
	}
	if (!head.includes('\r\ntransfer-encoding: chunked')) return { status, head, body: '' };
	const whole = unchunked(body);
	return whole === undefined ? undefined : { status, head, body: whole };
}

/** RFC 9112, section 7.1; `undefined` when its end is not there yet. */
function unchunked(text: string): string | undefined {
	let whole = '';
	for (let at = 0; ; ) {
		const lineEnd = text.indexOf('\r\n', at);
		if (lineEnd < 0) return undefined;
		const length = Number.parseInt(text.slice(at, lineEnd), 16);
		if (length === 0) return text.includes('\r\n', lineEnd + 2) ? whole : undefined;
		const start = lineEnd + 2;
		if (text.length < start + length + 2) return undefined;
		whole += text.slice(start, start + length);
		at = start + length + 2;
	}
}
