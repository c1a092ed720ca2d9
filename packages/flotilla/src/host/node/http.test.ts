import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { type FlotillaError, isFlotillaError } from '../../errors/flotilla-error.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';
import { NodeHttpClient } from './http.ts';

const mebibyte = 1024 * 1024;

test('sends method, path, headers and body, and gives back status, headers and body', async () => {
	await using web = await serve(async (request, response) => {
		const body = Buffer.concat(await request.toArray());
		response.writeHead(201, {
			'X-Seen': `${request.method} ${request.url} ${request.headers['x-a']}`,
		});
		response.end(`got ${body}`);
	});
	const response = await web.request('/a/b?c=d%20e', {
		method: 'POST',
		headers: { 'X-A': 'value' },
		body: 'hello',
	});
	assert.equal(response.status, 201);
	assert.equal(response.headers['x-seen'], 'POST /a/b?c=d%20e value');
	assert.equal(Buffer.from(await response.bytes(100)).toString(), 'got hello');
});

test('a body of bytes is sent as it is, a part of a larger memory too', async () => {
	await using web = await serve((request, response) => request.pipe(response));
	const memory = Uint8Array.of(0, 1, 2, 3, 255, 4);
	for (const body of [memory, memory.subarray(1, 5), memory.subarray(2, 2)]) {
		const response = await web.request('/', { method: 'POST', body });
		assert.deepEqual(await response.bytes(100), new Uint8Array(body));
	}
});

test('several values of one header are joined', async () => {
	await using web = await serve((_request, response) => {
		response.writeHead(200, [
			['A', '1'],
			['a', '2'],
			['__proto__', 'x'],
		]);
		response.end();
	});
	const response = await web.request('/');
	assert.equal(response.headers.a, '1, 2');
	assert.equal(response.headers.constructor, undefined);
	await response.discard();
});

test('redirects and errors are answers like any other', async () => {
	await using web = await serve((request, response) => {
		response.writeHead(request.url === '/old' ? 302 : 500, { location: '/new' });
		response.end();
	});
	assert.equal((await web.request('/old')).status, 302);
	assert.equal((await web.request('/new')).status, 500);
});

test('connections are reused, also after a body was discarded', async () => {
	await using web = await serve((_request, response) => response.end('x'.repeat(50_000)));
	for (let i = 0; i < 10; i++) {
		const response = await web.request('/');
		if (i % 2 === 0) await response.bytes(mebibyte);
		else await Promise.all([response.discard(), response.discard()]);
	}
	// undici frees a connection in the next turn; a request made in this one opens a second.
	assert.ok(web.connections() <= 2);
});

test('a long body is not read to be discarded: its connection is given up', async () => {
	await using web = await serve((_request, response) => {
		for (let i = 0; i < 8; i++) response.write(new Uint8Array(mebibyte));
	});
	const response = await web.request('/');
	await response.discard();
	await response.discard();
	await assert.rejects(response.bytes(10), TypeError);
});

test('nobody listens: nothing happened', async () => {
	const { port } = await closedPort();
	await using client = disposable(new NodeHttpClient());
	const failure = await client
		.request({ method: 'POST', url: `http://127.0.0.1:${port}/pay?card=1` })
		.then(
			() => assert.fail('it answered'),
			(error: unknown) => error,
		);
	assertFailed(failure, 'FLOTILLA_HTTP_FAILED', 'none');
	assert.ok((failure as Error).message.includes(`POST http://127.0.0.1:${port}/pay`));
	assert.ok(!(failure as Error).message.includes('card'), 'a query may hold secrets');
});

test('a name that does not exist: nothing happened', async () => {
	await using client = disposable(new NodeHttpClient());
	const failure = await failureOf(client.request({ method: 'GET', url: 'http://nobody.invalid/' }));
	assertFailed(failure, 'FLOTILLA_HTTP_FAILED', 'none');
});

test('a server that is no HTTPS server: nothing happened', async () => {
	await using web = await serve((_request, response) => response.end());
	const failure = await failureOf(web.request('/', {}, 'https'));
	assertFailed(failure, 'FLOTILLA_HTTP_FAILED', 'none');
});

test('a connection that breaks before the answer: nobody knows', async () => {
	await using web = await serve((request) => request.socket.destroy());
	for (const method of ['GET', 'POST']) {
		const failure = await failureOf(web.request('/', { method }));
		assertFailed(failure, 'FLOTILLA_HTTP_FAILED', 'unknown');
	}
});

test('an answer that is no HTTP: nobody knows', async () => {
	await using raw = await serveRaw((socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n'));
	await using client = disposable(new NodeHttpClient());
	assertFailed(
		await failureOf(client.request({ method: 'GET', url: raw.url })),
		'FLOTILLA_HTTP_FAILED',
		'unknown',
	);
});

test('a body that breaks off fails its reader', async () => {
	await using raw = await serveRaw((socket) => {
		socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
	});
	await using client = disposable(new NodeHttpClient());
	const response = await client.request({ method: 'GET', url: raw.url });
	assertFailed(await failureOf(response.bytes(100)), 'FLOTILLA_HTTP_FAILED', 'unknown');
});

test('an informational answer is not the answer', async () => {
	await using web = await serve((_request, response) => {
		response.writeEarlyHints({ link: '</a>; rel=preload' });
		response.end('final');
	});
	const response = await web.request('/');
	assert.equal(response.status, 200);
	assert.equal(Buffer.from(await response.bytes(10)).toString(), 'final');
});

test('the deadline covers the wait for the answer', async () => {
	await using web = await serve(() => {});
	const failure = await failureOf(web.request('/', { timeoutMs: 200 }));
	assertFailed(failure, 'FLOTILLA_DEADLINE_EXCEEDED', 'unknown');
});

test('the deadline covers the body', async () => {
	await using web = await serve((_request, response) => response.write('half'));
	const response = await web.request('/', { timeoutMs: 200 });
	assertFailed(await failureOf(response.bytes(100)), 'FLOTILLA_DEADLINE_EXCEEDED', 'unknown');
});

test('a deadline that passes before a connection was made: nothing happened', async () => {
	// Accepts the connection and then keeps silent, so that the TLS handshake never ends.
	await using raw = await serveRaw(() => {});
	await using client = disposable(new NodeHttpClient());
	const url = raw.url.replace('http:', 'https:');
	const failure = await failureOf(client.request({ method: 'POST', url, timeoutMs: 20 }));
	assertFailed(failure, 'FLOTILLA_DEADLINE_EXCEEDED', 'none');
	raw.destroyAll();
});

test('a caller that gives up is told so, at every stage', async () => {
	await using web = await serve((request, response) => {
		if (request.url === '/body') response.write('half');
	});
	const early = AbortSignal.abort(new Error('too late'));
	const failure = await failureOf(web.request('/', { signal: early }));
	assertFailed(failure, 'FLOTILLA_CANCELLED', 'none');
	assert.equal((failure as Error).cause, early.reason);
	assert.equal(web.connections(), 0);

	const controller = new AbortController();
	const waiting = failureOf(web.request('/', { signal: controller.signal }));
	await web.received();
	controller.abort();
	assertFailed(await waiting, 'FLOTILLA_CANCELLED', 'unknown');

	const reading = new AbortController();
	const response = await web.request('/body', { signal: reading.signal });
	const body = failureOf(response.bytes(100));
	reading.abort();
	assertFailed(await body, 'FLOTILLA_CANCELLED', 'unknown');
});

test('a signal that outlives its requests does not collect listeners', async () => {
	await using web = await serve((_request, response) => response.end('x'));
	const { signal } = new AbortController();
	let listeners = 0;
	const add = signal.addEventListener.bind(signal);
	const remove = signal.removeEventListener.bind(signal);
	signal.addEventListener = (...options: Parameters<typeof add>) => {
		listeners += 1;
		add(...options);
	};
	signal.removeEventListener = (...options: Parameters<typeof remove>) => {
		listeners -= 1;
		remove(...options);
	};
	for (let i = 0; i < 3; i++) await (await web.request('/', { signal })).bytes(10);
	assert.equal(listeners, 0);
});

test('a body beyond the limit is refused, announced or not', async () => {
	await using web = await serve((request, response) => {
		if (request.url === '/announced') response.setHeader('content-length', 11);
		response.write('hello ');
		response.end('world');
	});
	for (const path of ['/announced', '/chunked']) {
		assert.equal((await (await web.request(path)).bytes(11)).length, 11);
		const failure = await failureOf((await web.request(path)).bytes(10));
		assertFailed(failure, 'FLOTILLA_BODY_TOO_LARGE', 'unknown');
	}
});

test('the announced length of an answer to HEAD is no body', async () => {
	await using web = await serve((_request, response) => {
		response.setHeader('content-length', 1_000);
		response.end();
	});
	const response = await web.request('/', { method: 'HEAD' });
	assert.equal((await response.bytes(10)).length, 0);
});

test('a slow reader slows the server down and gets everything', async () => {
	const total = 32 * mebibyte;
	let blocked = false;
	await using web = await serve(async (_request, response) => {
		for (let sent = 0; sent < total; sent += mebibyte) {
			if (response.write(new Uint8Array(mebibyte))) continue;
			await Promise.race([
				once(response, 'drain'),
				once(web.reading, 'abort').then(() => (blocked = true)),
			]);
		}
		response.end();
	});
	const response = await web.request('/');
	let size = 0;
	for await (const chunk of response.body) {
		if (size === 0) web.startReading();
		assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
		size += chunk.length;
	}
	assert.equal(size, total);
	assert.ok(blocked);
});

test('a reader that leaves early gives the connection up, and the body cannot be read again', async () => {
	await using web = await serve((_request, response) => {
		response.write('first');
		response.on('close', () => web.startReading());
	});
	const response = await web.request('/');
	for await (const chunk of response.body) {
		assert.equal(Buffer.from(chunk).toString(), 'first');
		break;
	}
	if (!web.reading.aborted) await once(web.reading, 'abort');
	await assert.rejects(response.bytes(10), TypeError);
	await response.discard();
});

test('what is no request is a mistake of the program', async () => {
	await using client = disposable(new NodeHttpClient());
	const url = 'http://127.0.0.1:1/';
	const wrong: readonly HttpRequest[] = [
		{ method: 'GET', url: '/relative' },
		{ method: 'GET', url: 'ftp://127.0.0.1/' },
		{ method: 'GET', url: 'http://user:secret@127.0.0.1/' },
		{ method: 'GET', url, timeoutMs: 0 },
		{ method: 'GET', url, timeoutMs: 3_600_001 },
		{ method: 'BAD METHOD', url },
		{ method: 'GET', url, headers: { a: 'b\r\nc: d' } },
	];
	for (const request of wrong) await assert.rejects(client.request(request), TypeError);
});

test('closing lets requests under way go on, and refuses later ones', async () => {
	const go = Promise.withResolvers<void>();
	await using web = await serve(async (_request, response) => {
		await go.promise;
		response.end('done');
	});
	const underWay = web.request('/');
	await web.received();
	const closed = Promise.all([web.client.close(), web.client.close()]);
	assertFailed(await failureOf(web.request('/')), 'FLOTILLA_HTTP_FAILED', 'none');
	go.resolve();
	assert.equal(Buffer.from(await (await underWay).bytes(10)).toString(), 'done');
	await closed;
});

interface TestWeb extends AsyncDisposable {
	readonly client: NodeHttpClient;
	/** A switch that tests may use as they like. */
	readonly reading: AbortSignal;
	startReading(): void;
	request(path: string, request?: Partial<HttpRequest>, scheme?: string): Promise<HttpResponse>;
	/** Resolves when the next request has reached the server. */
	received(): Promise<unknown>;
	connections(): number;
}

async function serve(
	answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<TestWeb> {
	const server: Server = createServer(answer);
	let connections = 0;
	server.on('connection', () => {
		connections += 1;
	});
	const port = await listen(server);
	const client = new NodeHttpClient();
	const reading = new AbortController();
	return {
		client,
		reading: reading.signal,
		startReading: () => reading.abort(),
		request: (path, request = {}, scheme = 'http') =>
			client.request({ method: 'GET', url: `${scheme}://127.0.0.1:${port}${path}`, ...request }),
		received: () => once(server, 'request'),
		connections: () => connections,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			server.close();
			await client.close();
		},
	};
}

async function serveRaw(
	answer: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly url: string; destroyAll(): void }> {
	const sockets: Socket[] = [];
	const server = createTcpServer((socket) => {
		sockets.push(socket);
		socket.on('error', () => {});
		socket.once('data', () => answer(socket));
	});
	const port = await listen(server);
	const destroyAll = () => {
		for (const socket of sockets) socket.destroy();
	};
	return {
		url: `http://127.0.0.1:${port}/`,
		destroyAll,
		async [Symbol.asyncDispose]() {
			destroyAll();
			server.close();
		},
	};
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
	server.listen({ host: '127.0.0.1', port: 0 });
	await once(server, 'listening');
	return (server.address() as { readonly port: number }).port;
}

async function closedPort(): Promise<{ readonly port: number }> {
	const server = createTcpServer();
	const port = await listen(server);
	server.close();
	await once(server, 'close');
	return { port };
}

function disposable(client: NodeHttpClient): NodeHttpClient & AsyncDisposable {
	return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
	return promise.then(
		() => assert.fail('it succeeded'),
		(error: unknown) => error,
	);
}

function assertFailed(
	error: unknown,
	code: FlotillaError['code'],
	effect: FlotillaError['effect'],
): void {
	assert.ok(isFlotillaError(error), String(error));
	assert.deepEqual({ code: error.code, effect: error.effect }, { code, effect });
}
