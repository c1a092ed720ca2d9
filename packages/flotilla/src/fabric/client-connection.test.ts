import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../call/testing-manual-clock.ts';
import type { FlotillaError } from '../errors/flotilla-error.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { ClientConnection, type ConnectParts } from './client-connection.ts';
import { frameKind } from './frame.ts';
import { proofOf } from './handshake.ts';
import { listenRaw, type RawListener, type RawSaid, rawNonce } from './testing-raw-peer.ts';

const token = 'a token of many characters';

function partsFor(
	listener: RawListener,
	more: Partial<ConnectParts> = {},
): ConnectParts & { readonly reasons: string[] } {
	const reasons: string[] = [];
	return {
		...{ host: nodeHost(), instance: 'tested', to: listener, reasons },
		ended: (_connection, reason) => reasons.push(reason?.code ?? 'none'),
		closed: () => {},
		...more,
	};
}

async function codeOf(connecting: Promise<unknown>): Promise<string> {
	return connecting.then(
		() => 'connected',
		(error: FlotillaError) => error.code,
	);
}

function greeting(more: object = {}): RawSaid {
	return [frameKind.greeting, 0, { wire: 1, instance: 'raw', nonce: rawNonce(), ...more }];
}

const cases: readonly (readonly [string, string, ...RawSaid[]])[] = [
	['a welcome without a greeting', 'FRAME_MALFORMED', [frameKind.welcome, 0, { serves: [] }]],
	['two greetings', 'FRAME_MALFORMED', greeting(), greeting()],
	['another version', 'CONNECTION_FAILED', greeting({ wire: 2 })],
	['an answer before the welcome', 'FRAME_MALFORMED', greeting(), [frameKind.reply, 1, '1']],
	['a welcome without services', 'FRAME_MALFORMED', greeting(), [frameKind.welcome, 0, {}]],
	[
		'services that are no texts',
		'FRAME_MALFORMED',
		greeting(),
		[frameKind.welcome, 0, { serves: [1] }],
	],
	['a greeting that is too long', 'FRAME_MALFORMED', greeting({ more: 'x'.repeat(20_000) })],
	[
		'why it refuses',
		'OVERLOADED',
		[frameKind.closing, 0, { code: 'FLOTILLA_OVERLOADED', message: 'Too many.', effect: 'none' }],
	],
	[
		'a refusal without an effect',
		'FRAME_MALFORMED',
		[frameKind.closing, 0, { code: 'x', message: 'y' }],
	],
];
for (const [name, code, ...said] of cases) {
	test(`a listener that says ${name} is refused`, async () => {
		await using opened = new AsyncDisposableStack();
		const listener = await listenRaw(opened);
		const connecting = codeOf(ClientConnection.connect(partsFor(listener)));
		const peer = await listener.accept();
		peer.send(...said);
		assert.equal(await connecting, `FLOTILLA_${code}`);
		await peer.closed;
	});
}

test('a listener that never finishes the handshake is left in time', async () => {
	await using opened = new AsyncDisposableStack();
	const clock = new ManualClock();
	const listener = await listenRaw(opened);
	const host = { ...nodeHost(), clock };
	const connecting = codeOf(ClientConnection.connect(partsFor(listener, { host })));
	const peer = await listener.accept();
	while (clock.timers === 0) await new Promise(setImmediate);
	peer.socket.write(new Uint8Array([0]));
	clock.advance(limits.connectMs);
	assert.equal(await connecting, 'FLOTILLA_CONNECTION_FAILED');
	await peer.closed;
});

test('a listener that does not know the token is refused, also when it sends the proof back', async () => {
	for (const kind of ['nothing', 'reflected', 'of another token', 'right'] as const) {
		await using opened = new AsyncDisposableStack();
		const listener = await listenRaw(opened);
		const connecting = codeOf(ClientConnection.connect(partsFor(listener, { token })));
		const peer = await listener.accept();
		const server = rawNonce();
		peer.send(greeting({ nonce: server }));
		const hello = JSON.parse((await peer.next())?.body ?? '') as { nonce: string; proof: string };
		assert.ok(!JSON.stringify(hello).includes(token));
		const prove = (secret: string) =>
			proofOf('server', secret, { server, client: hello.nonce }, nodeHost().crypto);
		const proof = {
			nothing: undefined,
			reflected: hello.proof,
			'of another token': prove('a token that is another'),
			right: prove(token),
		}[kind];
		peer.send([frameKind.welcome, 0, { serves: [], proof }]);
		const expected = kind === 'right' ? 'connected' : 'FLOTILLA_UNAUTHENTICATED';
		assert.equal(await connecting, expected, kind);
	}
});

test('an answer that is none loses its exchange and the connection, and says why', async () => {
	await using opened = new AsyncDisposableStack();
	const listener = await listenRaw(opened);
	const parts = partsFor(listener);
	const connecting = ClientConnection.connect(parts);
	const peer = await listener.admit();
	const connection = await connecting;
	const lost = new Promise<void>((resolve) => {
		connection.ask(frameKind.request, '{}', {
			frame: (_kind, body) => void JSON.parse(body),
			lost: resolve,
		});
	});
	const { exchange = 0 } = (await peer.next()) ?? {};
	peer.send([frameKind.reply, exchange, 'no JSON']);
	await lost;
	await peer.closed;
	assert.equal(connection.isClosed, true);
	assert.equal(parts.reasons.length, 1);
});

test('answers to nothing are passed over', async () => {
	await using opened = new AsyncDisposableStack();
	const listener = await listenRaw(opened);
	const connecting = ClientConnection.connect(partsFor(listener));
	const peer = await listener.admit();
	const connection = await connecting;
	const answered = new Promise<string>((resolve, reject) => {
		connection.ask(frameKind.request, '{}', {
			frame: (_kind, body) => resolve(body),
			lost: () => reject(new Error('lost')),
		});
	});
	const { exchange = 0 } = (await peer.next()) ?? {};
	peer.send([frameKind.reply, 77, '1'], [frameKind.end, 78, ''], [frameKind.reply, exchange, '2']);
	assert.equal(await answered, '2');
	connection.close();
});

test('nothing is asked on a connection that is gone', async () => {
	await using opened = new AsyncDisposableStack();
	const listener = await listenRaw(opened);
	const connecting = ClientConnection.connect(partsFor(listener));
	await listener.admit();
	const connection = await connecting;
	connection.close();
	assert.throws(
		() => connection.ask(frameKind.request, '{}', { frame: () => {}, lost: () => {} }),
		(error: FlotillaError) => error.code === 'FLOTILLA_UNAVAILABLE' && error.effect === 'none',
	);
});

test('who does not answer a ping is left, and what it was asked for is lost', async () => {
	await using opened = new AsyncDisposableStack();
	const clock = new ManualClock();
	const listener = await listenRaw(opened);
	const host = { ...nodeHost(), clock };
	const connecting = ClientConnection.connect(partsFor(listener, { host }));
	const peer = await listener.accept();
	peer.send(greeting());
	const turns = async (until: () => boolean): Promise<void> => {
		while (!until()) {
			clock.advance(0);
			await new Promise(setImmediate);
		}
	};
	let hello: unknown;
	void peer.next().then((frame) => {
		hello = frame;
	});
	await turns(() => hello !== undefined);
	peer.send([frameKind.welcome, 0, { serves: [] }]);
	const connection = await connecting;
	let isLost = false;
	connection.ask(frameKind.request, '{}', {
		frame: () => assert.fail(),
		lost: () => {
			isLost = true;
		},
	});
	clock.advance(limits.pingEveryMs);
	connection.keepAlive(clock.monotonicMs());
	clock.advance(limits.pongWithinMs - 1);
	connection.keepAlive(clock.monotonicMs());
	assert.equal(isLost, false);
	clock.advance(1);
	connection.keepAlive(clock.monotonicMs());
	assert.equal(isLost, true);
});

test('who does not take what is sent is asked for nothing more', async () => {
	await using opened = new AsyncDisposableStack();
	const listener = await listenRaw(opened);
	const connecting = ClientConnection.connect(partsFor(listener));
	const peer = await listener.admit();
	const connection = await connecting;
	peer.socket.pause();
	const body = `"${'x'.repeat(limits.frameBytes / 2)}"`;
	const ask = () =>
		connection.ask(frameKind.request, body, { frame: () => assert.fail(), lost: () => {} });
	assert.throws(
		() => {
			for (let asked = 0; asked < 20; asked++) ask();
		},
		(error: FlotillaError) => error.code === 'FLOTILLA_OVERLOADED' && error.effect === 'none',
	);
	connection.close();
});
