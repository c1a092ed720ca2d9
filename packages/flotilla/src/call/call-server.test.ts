import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { Cancellation } from '../context/cancellation.ts';
import { stream } from '../contract/definition.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import { type FrameKind, frameKind } from '../fabric/frame.ts';
import { FabricServer } from '../fabric/server.ts';
import type { Asked } from '../fabric/server-connection.ts';
import { enterRaw, type RawPeer } from '../fabric/testing-raw-peer.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { CallServer } from './call-server.ts';
import { ItemFlow } from './item-flow.ts';
import { type Pipeline, pipeline } from './testing-pipeline.ts';

/** An instance that counts to a number, each with a text beside it, and a raw connection to it. */
async function openCounter(
	opened: AsyncDisposableStack,
	text = '',
): Promise<{ peer: RawPeer; pipe: Pipeline; yielded: () => number }> {
	let yielded = 0;
	const output = z.object({ number: z.int(), text: z.string() });
	const pipe = pipeline(
		{
			version: 1,
			queries: { count: { input: z.object({ to: z.int() }), output: stream(output) } },
		},
		{
			count: async function* ({ to }: { to: number }) {
				for (let number = 1; number <= to; number++) {
					yielded = number;
					yield { number, text };
				}
			} as never,
		},
	);
	const calls = new CallServer(pipe.caller);
	const server = await FabricServer.listen({
		host: nodeHost(),
		listen: { host: '127.0.0.1', port: 0 },
		...{ instance: 'tested', serves: [], token: undefined, tls: undefined },
		serving: {
			call: (request, asked) => calls.call(request, asked),
			deliver: () => assert.fail(),
			subscribe: () => assert.fail(),
		},
		refused: ({ message }) => assert.fail(message),
	});
	opened.defer(async () => {
		await server.drain();
		server.close();
	});
	const peer = opened.use(await enterRaw(server.address));
	return { peer, pipe, yielded: () => yielded };
}

function count(to: number, more: object = {}): readonly [FrameKind, number, object] {
	const request = { to: 'tested@1/count', traceparent: '', depth: 0, input: { to } };
	return [frameKind.request, 1, { ...request, ...more }];
}

/** What comes until the pong: all that may leave without more credit. */
async function kindsUntilPong(peer: RawPeer): Promise<readonly string[]> {
	const kinds: string[] = [];
	// The items leave in later turns than the first pong.
	for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
	peer.send([frameKind.ping, 0, '']);
	for (;;) {
		const frame = await peer.next();
		if (frame === undefined || frame.kind === frameKind.pong) return kinds;
		const name = Object.entries(frameKind).find(([, kind]) => kind === frame.kind)?.[0];
		kinds.push(String(name));
	}
}

test('no more items leave than were asked for, and none when none was', async () => {
	await using opened = new AsyncDisposableStack();
	const { peer } = await openCounter(opened);
	peer.send(count(5, { credit: 0 }));
	assert.deepEqual(await kindsUntilPong(peer), []);
	peer.send([frameKind.credit, 1, '2']);
	assert.deepEqual(await kindsUntilPong(peer), ['item', 'item']);
	peer.send([frameKind.credit, 1, '1'], [frameKind.credit, 1, '1']);
	assert.deepEqual(await kindsUntilPong(peer), ['item', 'item']);
});

test('one item leaves when the request says nothing of credit', async () => {
	await using opened = new AsyncDisposableStack();
	const { peer } = await openCounter(opened);
	peer.send(count(5));
	assert.deepEqual(await kindsUntilPong(peer), ['item']);
});

test('the end needs no credit', async () => {
	await using opened = new AsyncDisposableStack();
	const { peer } = await openCounter(opened);
	peer.send(count(3, { credit: 3 }));
	assert.deepEqual(await kindsUntilPong(peer), ['item', 'item', 'item', 'end']);
});

test('a deadline ends what waits for credit', async () => {
	await using opened = new AsyncDisposableStack();
	const { peer, pipe } = await openCounter(opened);
	peer.send(count(5, { credit: 1, timeoutMs: 1_000 }));
	assert.deepEqual(await kindsUntilPong(peer), ['item']);
	pipe.clock.advance(1_100);
	const { kind, body } = (await peer.next()) ?? {};
	assert.equal(kind, frameKind.error);
	assert.match(body ?? '', /FLOTILLA_DEADLINE_EXCEEDED/);
});

test('a reader who has read enough leaves, which is no failure', async () => {
	await using opened = new AsyncDisposableStack();
	const { peer, pipe, yielded } = await openCounter(opened);
	peer.send(count(5, { credit: 1 }));
	assert.deepEqual(await kindsUntilPong(peer), ['item']);
	peer.send([frameKind.cancel, 1, '"FLOTILLA_CANCELLED"']);
	assert.deepEqual(await kindsUntilPong(peer), []);
	assert.ok(yielded() < 5);
	assert.equal(pipe.telemetry.spans.list()[0]?.outcome, 'ok');
});

test('a reader whose time is over ends the source as a failure', async () => {
	await using opened = new AsyncDisposableStack();
	const { peer, pipe } = await openCounter(opened);
	peer.send(count(5, { credit: 1 }));
	assert.deepEqual(await kindsUntilPong(peer), ['item']);
	peer.send([frameKind.cancel, 1, '"FLOTILLA_DEADLINE_EXCEEDED"']);
	assert.deepEqual(await kindsUntilPong(peer), []);
	assert.equal(pipe.telemetry.spans.list()[0]?.outcome, 'FLOTILLA_DEADLINE_EXCEEDED');
});

test('a reader that asks for all and takes nothing holds up the source', async () => {
	await using opened = new AsyncDisposableStack();
	const { peer, yielded } = await openCounter(opened, 'x'.repeat(100_000));
	peer.socket.pause();
	peer.send(count(100_000, { credit: 100_000 }));
	// Until the source has stood still for long: what waits fills some buffers, and not the memory.
	for (let still = 0, last = -1; still < 200; still = yielded() === last ? still + 1 : 0) {
		last = yielded();
		assert.ok(last < 1_000, 'the source goes on');
		await new Promise(setImmediate);
	}
	assert.ok(yielded() > 10);
	const upTo = yielded();
	peer.socket.resume();
	for (let number = 1; number <= upTo + 10; number++) {
		assert.equal((await peer.next())?.kind, frameKind.item);
	}
});

test('however often items wait for credit, nothing piles up', async () => {
	const cancellation = new Cancellation();
	let listeners = 0;
	const subscribe = cancellation.subscribe.bind(cancellation);
	cancellation.subscribe = (listener) => {
		listeners++;
		subscribe(listener);
	};
	const asked = { isHeld: false } as Asked;
	const flow = new ItemFlow(asked, cancellation, 0);
	for (let item = 0; item < 100; item++) {
		const permit = flow.permit();
		asked.onCredit?.(1);
		assert.equal(await permit, true);
	}
	assert.equal(listeners, 1);
	const last = flow.permit();
	cancellation.cancel(new FlotillaError('FLOTILLA_CANCELLED', 'The reader left.'));
	assert.equal(await last, false);
});
