import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ManualClock } from '../call/testing-manual-clock.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { frameKind } from './frame.ts';
import { proofOf } from './handshake.ts';
import type { EventMessage, Request, SubscribeMessage } from './messages.ts';
import { FabricServer, type FabricServerParts } from './server.ts';
import type { Asked } from './server-connection.ts';
import { connectRaw, enterRaw, type RawPeer, type RawSaid, rawNonce } from './testing-raw-peer.ts';

const token = 'a token of many characters';

interface Taken {
	readonly what: Request | EventMessage | SubscribeMessage;
	readonly asked: Asked;
}

/** An instance that takes what it is asked for and leaves the answer to the test. */
async function openServer(
	opened: AsyncDisposableStack,
	parts: Partial<FabricServerParts> = {},
): Promise<{ server: FabricServer; taken: Taken[]; refusals: string[] }> {
	const taken: Taken[] = [];
	const refusals: string[] = [];
	const take = (what: Taken['what'], asked: Asked): void => void taken.push({ what, asked });
	const server = await FabricServer.listen({
		host: nodeHost(),
		listen: { host: '127.0.0.1', port: 0 },
		...{ instance: 'tested', serves: ['orders', 'orders@1'], token: undefined, tls: undefined },
		serving: { call: take, deliver: take, subscribe: take },
		refused: ({ code }) => refusals.push(code),
		...parts,
	});
	opened.defer(async () => {
		await server.drain();
		server.close();
	});
	return { server, taken, refusals };
}

const request = { to: 'orders@1/place', traceparent: '', depth: 0 };

/** Resolves when all that the peer has sent before has been taken. */
async function settled(peer: RawPeer): Promise<void> {
	peer.send([frameKind.ping, 0, '']);
	assert.equal((await peer.next())?.kind, frameKind.pong);
}

test('who says something else than a hello is told why and left', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, refusals } = await openServer(opened);
	const hello = { wire: 1, instance: 'raw', nonce: rawNonce() };
	const cases: readonly (readonly [string, RawSaid | Uint8Array])[] = [
		['a call before the hello', [frameKind.request, 1, request]],
		['a hello that is no JSON', [frameKind.hello, 0, '{']],
		['a hello that is a list', [frameKind.hello, 0, '[]']],
		['a hello that is null', [frameKind.hello, 0, 'null']],
		['another version', [frameKind.hello, 0, { ...hello, wire: 2 }]],
		['a version that is a text', [frameKind.hello, 0, { ...hello, wire: '1' }]],
		['a nonce that is too short', [frameKind.hello, 0, { ...hello, nonce: 'ab' }]],
		['a nonce in capitals', [frameKind.hello, 0, { ...hello, nonce: 'A'.repeat(64) }]],
		['a proof that is no text', [frameKind.hello, 0, { ...hello, proof: [] }]],
		['fields of the prototype', [frameKind.hello, 0, '{"__proto__":{"wire":1}}']],
		['nested too deep', [frameKind.hello, 0, '['.repeat(8_000)]],
		['more than a hello may have', new Uint8Array([0, 0, 0x40, 1])],
		['HTTP', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')],
	];
	for (const [name, said] of cases) {
		using peer = await connectRaw(server.address);
		assert.equal((await peer.next())?.kind, frameKind.greeting, name);
		if (said instanceof Uint8Array) peer.socket.write(said);
		else peer.send(said);
		assert.equal((await peer.next())?.kind, frameKind.closing, name);
		assert.equal(await peer.next(), undefined, name);
	}
	assert.equal(refusals.length, cases.length);
	assert.ok(refusals.every((code) => /^FLOTILLA_(FRAME_MALFORMED|CONNECTION_FAILED)$/.test(code)));
});

test('a token is proved by a fresh proof, and by nothing that was heard before', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, refusals } = await openServer(opened, { token });
	const { crypto } = nodeHost();
	const client = rawNonce();
	const hello = { wire: 1, instance: 'raw', nonce: client };
	const greeted = async (): Promise<readonly [RawPeer, string]> => {
		const peer = opened.use(await connectRaw(server.address));
		const { nonce } = JSON.parse((await peer.next())?.body ?? '') as { nonce: string };
		return [peer, nonce];
	};

	const [good, nonce] = await greeted();
	const proof = proofOf('client', token, { server: nonce, client }, crypto);
	good.send([frameKind.hello, 0, { ...hello, proof }]);
	const welcome = JSON.parse((await good.next())?.body ?? '') as { proof: string };
	assert.equal(welcome.proof, proofOf('server', token, { server: nonce, client }, crypto));

	const [replaying] = await greeted();
	replaying.send([frameKind.hello, 0, { ...hello, proof }]);
	const [reflecting, other] = await greeted();
	const reflected = proofOf('server', token, { server: other, client }, crypto);
	reflecting.send([frameKind.hello, 0, { ...hello, proof: reflected }]);
	const [silent] = await greeted();
	silent.send([frameKind.hello, 0, hello]);
	const [empty] = await greeted();
	empty.send([frameKind.hello, 0, { ...hello, proof: '' }]);
	for (const peer of [replaying, reflecting, silent, empty]) {
		const { kind, body } = (await peer.next()) ?? {};
		assert.equal(kind, frameKind.closing);
		assert.ok(!body?.includes(token));
		assert.match(body ?? '', /FLOTILLA_UNAUTHENTICATED/);
		assert.equal(await peer.next(), undefined);
	}
	assert.equal(refusals.length, 4);
});

test('who does not finish the handshake in time is left, however busily it sends', async () => {
	await using opened = new AsyncDisposableStack();
	const clock = new ManualClock();
	const { server } = await openServer(opened, { host: { ...nodeHost(), clock } });
	using peer = await connectRaw(server.address);
	while (clock.timers === 0) await new Promise(setImmediate);
	clock.advance(0);
	await peer.next();
	peer.socket.write(new Uint8Array([0, 0]));
	clock.advance(limits.connectMs - 1);
	peer.socket.write(new Uint8Array([0]));
	assert.equal(peer.socket.destroyed, false);
	clock.advance(1);
	assert.equal(await peer.next(), undefined);
});

test('after the handshake, what makes no sense ends the connection and nothing else', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, taken } = await openServer(opened);
	using other = await enterRaw(server.address);
	const names = { subscriber: 's', id: 'i', event: 'e', orderingKey: 'k' };
	const event = { ...names, emittedAtMs: 1, data: 1 };
	const cases: readonly (readonly [string, RawSaid])[] = [
		['a second hello', [frameKind.hello, 0, { wire: 1, instance: 'raw', nonce: rawNonce() }]],
		['a frame of a listener', [frameKind.reply, 1, '1']],
		['a call without a number', [frameKind.request, 0, request]],
		['a call without an address', [frameKind.request, 1, { ...request, to: undefined }]],
		['a negative depth', [frameKind.request, 1, { ...request, depth: -1 }]],
		['a fraction of a credit', [frameKind.request, 1, { ...request, credit: 1.5 }]],
		['a time that is a text', [frameKind.request, 1, { ...request, timeoutMs: '5' }]],
		['a principal without scopes', [frameKind.request, 1, { ...request, principal: {} }]],
		['a credit of nothing', [frameKind.credit, 1, '0']],
		['a credit that no number holds', [frameKind.credit, 1, '1e30']],
		['a cancel that is no text', [frameKind.cancel, 1, '{"toString":1}']],
		['an event without its context', [frameKind.deliver, 1, event]],
		['a subscription to a text', [frameKind.subscribe, 1, { subscriber: 's', events: 'e' }]],
	];
	for (const [name, said] of cases) {
		using peer = await enterRaw(server.address);
		peer.send(said);
		const closing = await peer.next();
		assert.equal(closing?.kind, frameKind.closing, name);
		assert.match(closing?.body ?? '', /FLOTILLA_FRAME_MALFORMED/, name);
		assert.equal(await peer.next(), undefined, name);
	}
	assert.deepEqual(taken, []);
	await settled(other);
});

test('cancel and credit for what nobody knows are passed over', async () => {
	await using opened = new AsyncDisposableStack();
	const { server } = await openServer(opened);
	using peer = await enterRaw(server.address);
	peer.send([frameKind.cancel, 9, '"FLOTILLA_CANCELLED"'], [frameKind.credit, 9, '3']);
	await settled(peer);
});

test('a number that is in use may not be used again', async () => {
	await using opened = new AsyncDisposableStack();
	const { server } = await openServer(opened);
	using peer = await enterRaw(server.address);
	peer.send([frameKind.request, 1, request], [frameKind.request, 1, request]);
	assert.equal((await peer.next())?.kind, frameKind.closing);
});

test('the answer to a cancelled call does not answer the next one of its number', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, taken } = await openServer(opened);
	using peer = await enterRaw(server.address);
	peer.send(
		[frameKind.request, 1, request],
		[frameKind.cancel, 1, '"FLOTILLA_CANCELLED"'],
		[frameKind.request, 1, request],
	);
	await settled(peer);
	const [first, second] = taken;
	first?.asked.item('"old"');
	first?.asked.reply('"old"');
	second?.asked.reply('"new"');
	assert.deepEqual(await peer.next(), { kind: frameKind.reply, exchange: 1, body: '"new"' });
});

test('what a connection that breaks had asked for is cancelled', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, taken } = await openServer(opened);
	const peer = await enterRaw(server.address);
	peer.send([frameKind.request, 1, request], [frameKind.request, 2, request]);
	await settled(peer);
	const codes = taken.map(({ asked }) => {
		return new Promise((resolve) => {
			asked.onCancel = resolve;
		});
	});
	peer.socket.destroy();
	assert.deepEqual(await Promise.all(codes), ['FLOTILLA_CANCELLED', 'FLOTILLA_CANCELLED']);
});

test('who takes no answers is not read from, whatever it asks', async () => {
	await using opened = new AsyncDisposableStack();
	const { server } = await openServer(opened);
	using peer = await enterRaw(server.address);
	peer.socket.pause();
	// Each ping asks for a pong; far more than all buffers between the two hold.
	const pings = Buffer.alloc(9 * 100_000);
	for (let at = 0; at < pings.length; at += 9) pings.set([0, 0, 0, 5, frameKind.ping], at);
	let sentBytes = 0;
	while (peer.socket.write(pings) || (await drainedSoon(peer))) {
		sentBytes += pings.length;
		assert.ok(sentBytes < 200_000_000, 'the instance goes on reading');
	}
});

test('who does not take its answers is left before they fill the memory', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, taken, refusals } = await openServer(opened);
	using peer = await enterRaw(server.address);
	for (let number = 1; number <= 8; number++) peer.send([frameKind.request, number, request]);
	await settled(peer);
	peer.socket.pause();
	let cancelled = 0;
	for (const { asked } of taken) asked.onCancel = () => cancelled++;
	const answer = `"${'x'.repeat(limits.frameBytes - 100)}"`;
	for (const { asked } of taken) asked.reply(answer);
	assert.deepEqual(refusals, ['FLOTILLA_OVERLOADED']);
	assert.equal(cancelled, 8 - Math.ceil(limits.connectionBytesWaiting / answer.length) + 1);
	peer.socket.resume();
	await peer.closed;
});

/** Whether the other side takes what was sent before it has had many turns to do so. */
async function drainedSoon({ socket }: RawPeer): Promise<boolean> {
	const drained = once(socket, 'drain').then(() => true);
	const turns = async (): Promise<boolean> => {
		for (let turn = 0; turn < 2_000; turn++) await new Promise(setImmediate);
		return false;
	};
	return Promise.race([drained, turns()]);
}
