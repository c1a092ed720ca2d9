import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Effect, type ErrorCode, isFlotillaError } from 'flotilla/adapter';
import { runningProcess } from '../kernel/kernel.ts';
import { pass, run } from '../kernel/testing-kernel.ts';
import { open, serve, TestingNetwork, TestingStream } from './testing-network.ts';

const failure = (code: ErrorCode, effect: Effect, text: RegExp) => (error: unknown) => {
	assert.ok(isFlotillaError(error, code), String(error));
	assert.equal(error.effect, effect);
	assert.match(error.message, text);
	return true;
};

async function connected(world: TestingNetwork) {
	const a = world.process('a');
	const b = world.process('b');
	const accepted = serve(b);
	const opening = open(a, { host: 'b' });
	await run(world.kernel);
	const server = accepted[0];
	assert.ok(server !== undefined);
	return { a, b, client: await opening, server };
}

test('what is written arrives in order in both directions, and both sides close', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	client.stream.write(Buffer.from('ping '));
	client.stream.write(Buffer.from('pong'));
	server.stream.write(Buffer.from('welcome'));
	await run(world.kernel);
	assert.equal(server.text, 'ping pong');
	assert.equal(client.text, 'welcome');
	client.stream.end();
	await run(world.kernel);
	assert.deepEqual([client.closes, client.error], [1, undefined]);
	assert.deepEqual([server.closes, server.error], [1, undefined]);
});

test('both sides know the address of the other, by machine', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	assert.deepEqual(client.stream.remote, { host: 'b', port: 7000 });
	assert.equal(server.stream.remote.host, 'a');
});

test('callbacks run as code of their own process', async () => {
	const world = new TestingNetwork();
	const { client, server, a, b } = await connected(world);
	const seen: unknown[] = [];
	server.onData = () => {
		seen.push(runningProcess());
		server.stream.write(Buffer.from('back'));
	};
	client.onData = () => seen.push(runningProcess());
	client.stream.write(Buffer.from('x'));
	await run(world.kernel);
	assert.ok(seen.length >= 2);
	assert.equal(seen[0], b.process);
	assert.equal(seen.at(-1), a.process);
});

test('many small writes of one moment leave together', async () => {
	const world = new TestingNetwork({ messages: 10 });
	const { client, server } = await connected(world);
	for (let i = 0; i < 100; i++) client.stream.write(Buffer.from('x'));
	await run(world.kernel);
	assert.equal(server.text, 'x'.repeat(100));
	assert.deepEqual(
		world.network.messages.map(({ text }) => text),
		['100 bytes'],
	);
});

test('what comes out is never a Buffer', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	client.stream.write(Buffer.from('x'));
	await run(world.kernel);
	assert.equal(Object.getPrototypeOf(server.chunks[0]), Uint8Array.prototype);
});

test('a connection to nobody is refused, to a machine that is down times out', async () => {
	const world = new TestingNetwork();
	const a = world.process('a');
	world.process('b');
	const refused = open(a, { host: 'b', timeoutMs: 3_000 });
	await Promise.all([
		assert.rejects(refused, failure('FLOTILLA_CONNECTION_FAILED', 'none', /b:7000: .*REFUSED/)),
		run(world.kernel),
	]);
	assert.ok(world.kernel.nowMs < 3_000.1);
	world.network.machineDown('b');
	const startedMs = world.kernel.nowMs;
	let failedMs = 0;
	const silent = open(a, { host: 'b', timeoutMs: 3_000 }).finally(() => {
		failedMs = world.kernel.nowMs;
	});
	await Promise.all([
		assert.rejects(
			silent,
			failure('FLOTILLA_CONNECTION_FAILED', 'none', /no answer within 3000 ms/),
		),
		run(world.kernel),
	]);
	assert.equal(Math.round(failedMs - startedMs), 3_000);
	await Promise.all([
		assert.rejects(
			open(a, { host: 'nowhere' }),
			failure('FLOTILLA_CONNECTION_FAILED', 'none', /ENOTFOUND nowhere/),
		),
		run(world.kernel),
	]);
	await assert.rejects(open(a, { host: 'b', timeoutMs: 0 }), TypeError);
});

test('a machine that comes up in time is reached', async () => {
	const world = new TestingNetwork();
	const a = world.process('a');
	const accepted = serve(world.process('b'));
	world.network.machineDown('b');
	const opening = open(a, { host: 'b' });
	await pass(world.kernel, 2_000);
	assert.equal(accepted.length, 0);
	world.network.machineUp('b');
	await run(world.kernel);
	await opening;
	assert.equal(accepted.length, 1);
});

test('addresses that are taken, foreign or impossible are refused', async () => {
	const world = new TestingNetwork();
	const b = world.process('b');
	serve(b);
	const listen = (host: string, port: number) => b.network.listen({ host, port }, () => {});
	await assert.rejects(listen('b', 7000), failure('FLOTILLA_ADDRESS_IN_USE', 'none', /b:7000/));
	await assert.rejects(listen('c', 1), failure('FLOTILLA_ADDRESS_UNAVAILABLE', 'none', /c:1/));
	await assert.rejects(
		listen('b', 70_000),
		failure('FLOTILLA_ADDRESS_UNAVAILABLE', 'none', /port/),
	);
	const tls = { certificate: '', privateKey: '' };
	await assert.rejects(
		b.network.listen({ host: 'b', port: 1, tls }, () => {}),
		failure('FLOTILLA_CONFIGURATION', 'none', /TLS is not simulated/),
	);
	await assert.rejects(
		b.network.connect({ host: 'b', port: 1, tls }),
		failure('FLOTILLA_CONFIGURATION', 'none', /TLS is not simulated/),
	);
	const [one, other] = [await listen('b', 0), await listen('b', 0)];
	assert.notEqual(one.address.port, other.address.port);
	assert.ok(one.address.port > 0);
});

test('closing a listener frees its port at once and leaves its connections open', async () => {
	const world = new TestingNetwork();
	const a = world.process('a');
	const b = world.process('b');
	const streams: TestingStream[] = [];
	const accept = (stream: ConstructorParameters<typeof TestingStream>[0]) =>
		streams.push(new TestingStream(stream));
	const listener = await b.network.listen({ host: 'b', port: 7000 }, accept);
	const opening = open(a, { host: 'b' });
	await run(world.kernel);
	await listener.close();
	await listener.close();
	await (await b.network.listen({ host: 'b', port: 7000 }, accept)).close();
	(await opening).stream.write(Buffer.from('x'));
	const refused = open(a, { host: 'b' });
	await Promise.all([assert.rejects(refused), run(world.kernel)]);
	assert.equal(streams.length, 1);
	assert.equal(streams[0]?.text, 'x');
});

test('a loopback address is reached from its own machine only', async () => {
	const world = new TestingNetwork();
	const [a, b] = [world.process('a'), world.process('b')];
	const accepted = serve(b, { host: 'localhost' });
	await Promise.all([assert.rejects(open(a, { host: 'b' })), run(world.kernel)]);
	const own = open(b, { host: '127.0.0.1' });
	await run(world.kernel);
	assert.deepEqual((await own).stream.remote, { host: '127.0.0.1', port: 7000 });
	assert.equal(accepted.length, 1);
	assert.equal(accepted[0]?.stream.remote.host, '127.0.0.1');
});

test('a connection that nobody takes over is closed', async () => {
	const world = new TestingNetwork();
	const [a, b] = [world.process('a'), world.process('b')];
	await b.network.listen({ host: 'b', port: 7000 }, () => {});
	const opening = open(a, { host: 'b' });
	await run(world.kernel);
	assert.equal((await opening).closes, 1);
});

test('a partition holds what is sent, and healing lets it through', async () => {
	for (const [from, to] of [
		['a', 'b'],
		['b', 'a'],
	] as const) {
		const world = new TestingNetwork();
		const { client, server } = await connected(world);
		world.network.block(from, to);
		world.network.block(from, to);
		client.stream.write(Buffer.from('to b'));
		server.stream.write(Buffer.from('to a'));
		await pass(world.kernel, 5_000);
		world.network.unblock(from, to);
		await pass(world.kernel, 5_000);
		assert.equal(server.text, from === 'a' ? '' : 'to b');
		assert.equal(client.text, from === 'a' ? 'to a' : '');
		world.network.unblock(from, to);
		await run(world.kernel);
		assert.equal(server.text, 'to b');
		assert.equal(client.text, 'to a');
		assert.equal(client.closes + server.closes, 0);
	}
});

test('a sender gives up after 20 seconds; the other side learns when it sends itself', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	world.network.block('a', 'b');
	world.network.block('b', 'a');
	client.stream.write(Buffer.from('lost'));
	await pass(world.kernel, 19_000);
	assert.equal(client.closes, 0);
	await pass(world.kernel, 2_000);
	assert.match(client.error?.message ?? '', /The connection with b:7000 broke: write ETIMEDOUT/);
	assert.equal(server.closes, 0);
	world.network.heal();
	server.stream.write(Buffer.from('anybody there?'));
	await run(world.kernel);
	assert.match(server.error?.message ?? '', /ECONNRESET/);
	assert.equal(server.text, '');
	assert.equal(client.text, '');
});

test('an end whose other side has given up learns of it by asking, after a silence', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	world.network.block('a', 'b');
	client.stream.write(Buffer.from('lost'));
	await pass(world.kernel, 21_000);
	world.network.heal();
	assert.deepEqual([client.closes, server.closes], [1, 0]);
	await pass(world.kernel, 28_000);
	assert.equal(server.closes, 0);
	await run(world.kernel);
	assert.match(server.error?.message ?? '', /ECONNRESET/);
});

test('who gets no acknowledgement gives up, although what it sent has arrived', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	world.network.block('b', 'a');
	client.stream.write(Buffer.from('got it?'));
	await pass(world.kernel, 15_000);
	assert.equal(server.text, 'got it?');
	assert.equal(client.closes, 0);
	await pass(world.kernel, 6_000);
	assert.match(client.error?.message ?? '', /ETIMEDOUT/);
});

test('a silent connection over a blocked link breaks at both ends after 40 seconds', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	world.network.block('a', 'b');
	await pass(world.kernel, 39_000);
	assert.equal(client.closes + server.closes, 0);
	await pass(world.kernel, 2_000);
	assert.deepEqual([client.closes, server.closes], [1, 1]);
	assert.match(server.error?.message ?? '', /ETIMEDOUT/);
});

test('a request to connect gets through once the link is open again', async () => {
	for (const [from, to] of [
		['a', 'b'],
		['b', 'a'],
	] as const) {
		const world = new TestingNetwork();
		const a = world.process('a');
		const accepted = serve(world.process('b'));
		world.network.block(from, to);
		const opening = open(a, { host: 'b' });
		await pass(world.kernel, 1_500);
		assert.equal(accepted.length, 0);
		world.network.unblock(from, to);
		await run(world.kernel);
		await opening;
		assert.equal(accepted.length, 1);
	}
});

test('a reset breaks both ends, each at its own time, and loses what is under way', async () => {
	const world = new TestingNetwork({ zoneOf: (machine) => machine });
	const { client, server } = await connected(world);
	client.stream.write(Buffer.from('lost'));
	world.network.reset('a', 'b');
	await run(world.kernel);
	for (const end of [client, server]) {
		assert.match(end.error?.message ?? '', /ECONNRESET/);
		assert.equal(end.closes, 1);
	}
	assert.equal(server.text, '');
});

test('the peers of a crashed process are reset, and what it had sent arrives', async () => {
	const world = new TestingNetwork();
	const { a, client, server } = await connected(world);
	client.stream.write(Buffer.from('last words'));
	await pass(world.kernel, 1);
	client.stream.write(Buffer.from('!'));
	world.kill(a, 'crash');
	await run(world.kernel);
	assert.match(server.text, /^last words/);
	assert.match(server.error?.message ?? '', /ECONNRESET/);
	assert.equal(client.closes, 0, 'the dead hear nothing');
});

test('after a power loss peers wait in vain, and are reset once the machine is back', async () => {
	const world = new TestingNetwork();
	const { b, client } = await connected(world);
	client.stream.write(Buffer.from('under way'));
	world.kill(b, 'power-loss');
	await pass(world.kernel, 3_000);
	client.stream.write(Buffer.from('more'));
	await pass(world.kernel, 3_000);
	assert.equal(client.closes, 0);
	const again = world.process('b', 2);
	const accepted = serve(again);
	await pass(world.kernel, 6_000);
	assert.match(client.error?.message ?? '', /ECONNRESET/);
	assert.equal(accepted.length, 0);
});

test('after a power loss a silent peer finds out when it asks', async () => {
	const world = new TestingNetwork();
	const { b, client } = await connected(world);
	world.kill(b, 'power-loss');
	await pass(world.kernel, 29_000);
	assert.equal(client.closes, 0);
	await run(world.kernel);
	assert.match(client.error?.message ?? '', /ETIMEDOUT/);
});

test('a dead process gets no answer, and no callback', async () => {
	const world = new TestingNetwork();
	const { a, client, server } = await connected(world);
	server.stream.write(Buffer.from('too late'));
	const connecting = open(a, { host: 'b' });
	world.kill(a, 'crash');
	const settled: string[] = [];
	const watch = (name: string, promise: Promise<unknown>) =>
		promise.finally(() => settled.push(name)).catch(() => {});
	void watch('connecting', connecting);
	void watch('connect', open(a, { host: 'b' }));
	void watch(
		'listen',
		a.network.listen({ host: 'a', port: 1 }, () => {}),
	);
	void watch(
		'datagrams',
		a.network.openDatagrams({ host: 'a', port: 1 }, () => {}),
	);
	assert.equal(client.stream.write(Buffer.from('x')), true);
	client.stream.end();
	client.stream.destroy();
	await run(world.kernel);
	assert.deepEqual(settled, []);
	assert.deepEqual([client.closes, client.text], [0, '']);
});

test('the address of a dead process, or of one that has a twin, is free', async () => {
	const world = new TestingNetwork();
	const { a, b, client, server } = await connected(world);
	world.network.releaseAddresses(b.process);
	const twin = world.process('b', 2);
	const accepted = serve(twin);
	const opening = open(a, { host: 'b' });
	client.stream.write(Buffer.from('to the old one'));
	await run(world.kernel);
	await opening;
	assert.equal(accepted.length, 1);
	assert.equal(server.text, 'to the old one');
	world.kill(twin, 'crash');
	serve(world.process('b', 3));
});

test('a paused process hears of everything when it goes on, in order', async () => {
	const world = new TestingNetwork({ seed: 5 });
	const { b, client, server } = await connected(world);
	b.process.pausedUntilMs = world.kernel.nowMs + 1_000;
	let sent = '';
	for (let i = 0; i < 20; i++) {
		sent += `${i},`;
		client.stream.write(Buffer.from(`${i},`));
		await pass(world.kernel, 10);
	}
	assert.equal(server.text, '');
	await run(world.kernel);
	assert.equal(server.text, sent);
	assert.ok(server.chunks.length < 20, 'some of it was joined');
});

test('messages and losses are counted and kept, with what they mean', async () => {
	const world = new TestingNetwork({
		messages: 2,
		entries: 50,
		describeBytes: (bytes) => `starts with ${bytes[0]}`,
	});
	const { client } = await connected(world);
	for (const byte of [7, 8, 9]) {
		client.stream.write(Uint8Array.of(byte));
		await pass(world.kernel, 5);
	}
	const kept = world.network.messages;
	assert.deepEqual(
		kept.map(({ from, to, text }) => [from, to, text]),
		[
			['a', 'b', 'starts with 8'],
			['a', 'b', 'starts with 9'],
		],
	);
	assert.ok(kept.every(({ sentAtMs, deliveredAtMs }) => deliveredAtMs > sentAtMs));
	const link = world.network.counts().find(({ from }) => from === 'a');
	assert.deepEqual([link?.to, link?.messages, link?.sizeBytes], ['b', 3, 3]);
	assert.ok(world.kernel.trace.entries.some(({ text }) => text === 'a → b 1 bytes: starts with 7'));
});

test('a slow link takes its time for large messages, a clogged one for all', async () => {
	const durations = [];
	for (let seed = 0; seed < 40; seed++) {
		const world = new TestingNetwork({ seed, faults: ['network.slow'] });
		const { client, server } = await connected(world);
		const startedMs = world.kernel.nowMs;
		client.stream.write(new Uint8Array(50_000));
		client.stream.write(new Uint8Array(10_000));
		await run(world.kernel);
		assert.equal(server.received.length, 60_000);
		durations.push(world.kernel.nowMs - startedMs);
	}
	const slow = durations.filter((ms) => ms > 290);
	assert.ok(slow.length >= 2 && slow.length <= 20, `${slow.length} of 40 links`);
	assert.ok(durations.some((ms) => ms < 5));

	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	world.network.clog('a', 'b', 700);
	client.stream.write(Buffer.from('x'));
	await pass(world.kernel, 650);
	assert.equal(server.text, '');
	await pass(world.kernel, 100);
	assert.equal(server.text, 'x');
});
