import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { isFlotillaError } from '../../errors/flotilla-error.ts';
import type { ByteStream, Listener, ListenOptions } from '../network.ts';
import { NodeNetwork } from './network.ts';

const network = new NodeNetwork();
const loopback = { host: '127.0.0.1', port: 0 };
const mebibyte = 1024 * 1024;

test('what is written arrives in order, however it is cut, in both directions', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	const sent = Array.from({ length: 500 }, (_, i) => `${i},`).join('');
	for (const part of sent.match(/.{1,7}/g) ?? []) client.stream.write(Buffer.from(part));
	peer.stream.write(Buffer.from('welcome'));
	client.stream.end();
	assert.equal(await peer.closed, undefined);
	assert.equal(await client.closed, undefined);
	assert.equal(peer.text(), sent);
	assert.equal(client.text(), 'welcome');
});

test('both sides know the address of the other', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	assert.deepEqual(client.stream.remote, server.listener.address);
	assert.equal(peer.stream.remote.host, '127.0.0.1');
	assert.equal(client.stream.peer, undefined);
});

test('what comes out is never a Buffer', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	client.stream.write(Buffer.from('x'));
	client.stream.end();
	await peer.closed;
	assert.equal(Object.getPrototypeOf(peer.chunks[0]), Uint8Array.prototype);
});

test('many small writes of one turn leave together', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	for (let i = 0; i < 100; i++) client.stream.write(Buffer.from('x'));
	// Also those of microtasks, as when a hundred calls are answered at once.
	await Promise.resolve();
	client.stream.write(Buffer.from('y'));
	client.stream.end();
	await peer.closed;
	assert.equal(peer.text(), `${'x'.repeat(100)}y`);
	assert.equal(peer.chunks.length, 1);
});

test('writing says no beyond 1 MiB, and says when it may go on', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	peer.stream.pause();
	let written = 0;
	while (client.stream.write(new Uint8Array(64 * 1024))) written += 64 * 1024;
	assert.ok(written >= mebibyte - 64 * 1024, `stopped after ${written} bytes`);
	assert.equal(client.drains, 0);
	peer.stream.resume();
	await client.drained;
	assert.equal(client.drains, 1);
	assert.ok(client.stream.write(Buffer.from('x')));
	client.stream.end();
	await peer.closed;
	assert.equal(peer.size(), written + 64 * 1024 + 1);
});

test('a paused stream delivers nothing and slows the other side down', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	peer.stream.pause();
	// More than the kernel buffers on both sides can take.
	const total = 64 * mebibyte;
	for (let sent = 0; sent < total; sent += mebibyte) client.stream.write(new Uint8Array(mebibyte));
	const echo = await open(server);
	await roundTrip(echo, await server.next());
	assert.equal(peer.size(), 0);
	peer.stream.resume();
	client.stream.end();
	await peer.closed;
	assert.equal(peer.size(), total);
});

test('a stream that is paused before it is started stays paused', async () => {
	await using server = await serve({ paused: true });
	const client = await open(server);
	const peer = await server.next();
	client.stream.write(Buffer.from('early'));
	const echo = await open(server);
	const other = await server.next();
	other.stream.resume();
	await roundTrip(echo, other);
	assert.equal(peer.size(), 0);
	peer.stream.resume();
	client.stream.end();
	await peer.closed;
	assert.equal(peer.text(), 'early');
});

test('when the other side ends, what is queued here still leaves, then this side ends too', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	client.stream.pause();
	for (let i = 0; i < 16; i++) peer.stream.write(new Uint8Array(mebibyte));
	client.stream.end();
	client.stream.resume();
	assert.equal(await client.closed, undefined);
	assert.equal(await peer.closed, undefined);
	assert.equal(client.size(), 16 * mebibyte);
});

test('after the end, writes are dropped and closing again does no harm', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	client.stream.end();
	assert.equal(client.stream.write(Buffer.from('late')), true);
	client.stream.end();
	await Promise.all([client.closed, peer.closed]);
	for (const { stream } of [client, peer]) {
		assert.equal(stream.write(new Uint8Array(2 * mebibyte)), true);
		stream.pause();
		stream.resume();
		stream.end();
		stream.destroy();
		stream.destroy();
	}
	assert.equal(peer.text(), '');
	assert.equal(client.closes, 1);
	assert.equal(peer.closes, 1);
});

test('a stream that is written to while the other side is ending does not break', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	peer.onData = () => {
		for (let i = 0; i < 50; i++) peer.stream.write(Buffer.from('pong'));
	};
	client.stream.write(Buffer.from('ping'));
	client.stream.end();
	assert.equal(await client.closed, undefined);
	assert.equal(await peer.closed, undefined);
});

test('destroying drops what is queued, delivers nothing more, and closes without an error', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	peer.stream.pause();
	while (client.stream.write(new Uint8Array(mebibyte)));
	client.stream.destroy();
	assert.equal(client.closes, 0, 'never closed from within a call');
	assert.equal(await client.closed, undefined);
	peer.stream.resume();
	await peer.closed;
	assert.equal(client.drains, 0);
});

test('a handler that destroys its stream hears only that it closed', async () => {
	await using server = await serve();
	const client = await open(server);
	const peer = await server.next();
	let calls = 0;
	peer.onData = () => {
		calls += 1;
		peer.stream.destroy();
	};
	for (let i = 0; i < 64; i++) client.stream.write(new Uint8Array(64 * 1024));
	assert.equal(await peer.closed, undefined);
	assert.equal(calls, 1);
	await client.closed;
});

test('a stream that the other side resets is closed with an error', async () => {
	await using server = await serve();
	const socket = connectTcp(server.listener.address);
	const peer = await server.next();
	socket.resetAndDestroy();
	const error = await peer.closed;
	assert.match(error?.message ?? '', /^The connection with 127\.0\.0\.1:\d+ broke: .*ECONNRESET/);
	assert.equal(peer.closes, 1);
});

test('a stream that broke before it was started tells so afterwards', async () => {
	let accepted: Socket | undefined;
	const server = createServer((socket) => {
		accepted = socket;
	});
	server.listen(loopback);
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	const stream = await network.connect({ host: '127.0.0.1', port });
	if (accepted === undefined) await once(server, 'connection');
	accepted?.resetAndDestroy();
	// A stream that was never started is not heard of: a second connection tells when it is over.
	await new Promise((resolve) => {
		connectTcp(port, '127.0.0.1').on('connect', function (this: Socket) {
			this.destroy();
			setImmediate(() => setImmediate(resolve));
		});
	});
	const recording = record(stream);
	assert.ok((await recording.closed) instanceof Error);
	assert.throws(() => stream.start({ data() {}, closed() {} }), TypeError);
	server.close();
});

test('a connection that nobody takes over is closed', async () => {
	const listener = await network.listen(loopback, () => {});
	const client = record(await network.connect(listener.address));
	await client.closed;
	await listener.close();
});

test('closing a listener frees its port at once and leaves its connections open', async () => {
	const server = await serve();
	const client = await open(server);
	const peer = await server.next();
	await server.listener.close();
	await server.listener.close();
	const again = await network.listen(server.listener.address, () => {});
	await again.close();
	await roundTrip(client, peer);
	await assert.rejects(
		network.connect(server.listener.address),
		(error) => isFlotillaError(error, 'FLOTILLA_CONNECTION_FAILED') && error.effect === 'none',
	);
	await server[Symbol.asyncDispose]();
});

test('an address that is taken, or is not of this machine, is named', async () => {
	await using server = await serve();
	const { host, port } = server.listener.address;
	await assert.rejects(
		network.listen({ host, port }, () => {}),
		(error: Error) =>
			isFlotillaError(error, 'FLOTILLA_ADDRESS_IN_USE') &&
			error.message.includes(`${host}:${port}`),
	);
	// RFC 5737: for documentation, so on no machine.
	await assert.rejects(
		network.listen({ host: '192.0.2.1', port: 0 }, () => {}),
		(error) => isFlotillaError(error, 'FLOTILLA_ADDRESS_UNAVAILABLE'),
	);
});

test('an impossible timeout is a mistake of the program', async () => {
	const options = { host: '127.0.0.1', port: 1, timeoutMs: 0 };
	await assert.rejects(network.connect(options), TypeError);
});

/** A stream and what its owner has heard. */
interface Recording {
	readonly stream: ByteStream;
	readonly chunks: readonly Uint8Array[];
	readonly closed: Promise<Error | undefined>;
	readonly drained: Promise<void>;
	readonly drains: number;
	readonly closes: number;
	onData: (() => void) | undefined;
	size(): number;
	text(): string;
}

function record(stream: ByteStream): Recording {
	const chunks: Uint8Array[] = [];
	const closed = Promise.withResolvers<Error | undefined>();
	const drained = Promise.withResolvers<void>();
	const recording = {
		stream,
		chunks,
		closed: closed.promise,
		drained: drained.promise,
		drains: 0,
		closes: 0,
		onData: undefined as (() => void) | undefined,
		size: () => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
		text: () => Buffer.concat(chunks).toString(),
	};
	stream.start({
		data(bytes) {
			chunks.push(bytes);
			recording.onData?.();
		},
		drain() {
			recording.drains += 1;
			drained.resolve();
		},
		closed(error) {
			recording.closes += 1;
			closed.resolve(error);
		},
	});
	return recording;
}

interface TestServer extends AsyncDisposable {
	readonly listener: Listener;
	/** The next connection that was accepted. */
	next(): Promise<Recording>;
}

async function serve(
	options: Partial<ListenOptions> & { readonly paused?: boolean } = {},
): Promise<TestServer> {
	const accepted: Recording[] = [];
	const all: Recording[] = [];
	const waiting: ((recording: Recording) => void)[] = [];
	const listener = await network.listen({ ...loopback, ...options }, (stream) => {
		if (options.paused) stream.pause();
		const recording = record(stream);
		all.push(recording);
		const next = waiting.shift();
		if (next === undefined) accepted.push(recording);
		else next(recording);
	});
	return {
		listener,
		async next() {
			return accepted.shift() ?? new Promise((resolve) => waiting.push(resolve));
		},
		async [Symbol.asyncDispose]() {
			await listener.close();
			for (const { stream } of all) stream.destroy();
			await Promise.all(all.map(({ closed }) => closed));
		},
	};
}

async function open(server: TestServer): Promise<Recording> {
	return record(await network.connect(server.listener.address));
}

/** Long enough for anything that was sent before on another connection to have arrived. */
async function roundTrip(client: Recording, peer: Recording): Promise<void> {
	const there = new Promise<void>((resolve) => {
		peer.onData = () => {
			peer.stream.write(Buffer.from('pong'));
			resolve();
		};
	});
	const back = new Promise<void>((resolve) => {
		client.onData = resolve;
	});
	client.stream.write(Buffer.from('ping'));
	await Promise.all([there, back]);
}
