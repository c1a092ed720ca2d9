import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type Progress, send } from './sending.ts';

interface Exchange {
	/** Every state that it went through. */
	readonly told: Progress[];
	/** Resolves when it has come as far as this state. */
	reached(state: Progress['state']): Promise<Progress>;
	readonly over: Promise<void>;
	stop(): void;
}

class Origin implements AsyncDisposable {
	readonly #server: Server;

	private constructor(server: Server) {
		this.#server = server;
	}

	static async open(answer: RequestListener): Promise<Origin> {
		const server = createServer(answer);
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return new Origin(server);
	}

	ask(token = ''): Exchange {
		const { port } = this.#server.address() as AddressInfo;
		const controller = new AbortController();
		const told: Progress[] = [];
		const waiting: { state: Progress['state']; resolve: (progress: Progress) => void }[] = [];
		const tell = (progress: Progress): void => {
			told.push(progress);
			for (const { state, resolve } of waiting) if (state === progress.state) resolve(progress);
		};
		const path = `http://127.0.0.1:${port}/thing`;
		const request = { method: 'POST', path, headers: { 'content-type': 'a/b' }, body: 'hello' };
		return {
			told,
			over: send(request, { token, signal: controller.signal, tell }),
			stop: () => controller.abort(),
			reached: (state) => new Promise((resolve) => waiting.push({ state, resolve })),
		};
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, 'close');
	}
}

test('an answer is told with its status, headers and body', async () => {
	await using origin = await Origin.open(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		response.writeHead(409, { 'content-type': 'text/plain', 'x-one': '1' });
		response.end(`${request.headers.authorization} ${Buffer.concat(chunks)}`);
	});
	const { told, over } = origin.ask('secret');
	await over;
	const [first, last, ...rest] = told;
	assert.deepEqual([first, rest], [{ state: 'sending' }, []]);
	assert.ok(last?.state === 'answered');
	const { status, body, mediaType, headers, durationMs } = last.answer;
	assert.deepEqual([status, body, mediaType], [409, 'Bearer secret hello', 'text/plain']);
	assert.ok(headers.some(([name, value]) => name === 'x-one' && value === '1'));
	assert.ok(durationMs >= 0);
});

test('of a long stream the latest events are kept, and all are counted', async () => {
	await using origin = await Origin.open((_request, response) => {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		for (let event = 1; event <= 1_000; event++) response.write(`data: ${event}\n\n`);
		response.end();
	});
	const { told, over } = origin.ask();
	await over;
	const last = told.at(-1);
	assert.ok(last?.state === 'ended');
	assert.equal(last.count, 1_000);
	assert.deepEqual(
		last.events.map(({ data }) => data),
		Array.from({ length: 200 }, (_, index) => String(801 + index)),
	);
});

test('a stream can be stopped, and one that breaks off keeps what came', async () => {
	let cut = (): void => {};
	await using origin = await Origin.open((_request, response) => {
		cut = () => response.destroy();
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		response.write('data: 1\n\n');
	});
	for (const [end, state] of [
		['stop', 'stopped'],
		['cut', 'broken'],
	] as const) {
		const exchange = origin.ask();
		await exchange.reached('streaming');
		if (end === 'stop') exchange.stop();
		else cut();
		await exchange.over;
		const last = exchange.told.at(-1);
		assert.equal(last?.state, state);
	}
});

test('no answer is told as that, with what to look at', async () => {
	await using refusing = await Origin.open((request) => request.socket.destroy());
	const { told, over } = refusing.ask();
	await over;
	assert.match(JSON.stringify(told.at(-1)), /"failed","reason":"No answer: .*Is it running/);
	await using silent = await Origin.open(() => {});
	const waiting = silent.ask();
	waiting.stop();
	await waiting.over;
	assert.match(JSON.stringify(waiting.told.at(-1)), /Stopped before an answer came/);
});
