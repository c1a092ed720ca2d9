import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { stream } from '../contract/definition.ts';
import { type Registry, staticRegistry } from '../discovery/registry.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import { frameKind } from '../fabric/frame.ts';
import {
	admit,
	enterRaw,
	listenRaw,
	type RawListener,
	type RawPeer,
	rawNonce,
} from '../fabric/testing-raw-peer.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { app } from '../service/app.ts';
import { service } from '../service/service.ts';
import type { Fleet } from './fleet.ts';
import { run } from './run.ts';

const Numbered = z.object({ number: z.int() });
const Bottom = contract('bottom', {
	version: 1,
	queries: {
		wait: { output: Numbered },
		refuse: { output: Numbered },
		count: { output: stream(Numbered) },
	},
	commands: { add: { output: Numbered, idempotent: true } },
});
const Top = contract('top', {
	version: 1,
	queries: { wait: { output: Numbered }, refuse: { output: Numbered } },
});

/** What the bottom has been asked for, and what it is told to do. */
interface Below {
	calls: number;
	waiting?: (signal: AbortSignal) => void;
	answer: Promise<{ number: number }>;
}

function appOver(below: Below) {
	const bottom = service(Bottom, () => ({
		queries: {
			wait: (_input, { signal }) => {
				below.calls++;
				below.waiting?.(signal);
				return below.answer;
			},
			refuse: () => {
				below.calls++;
				throw new FlotillaError('FLOTILLA_UNAVAILABLE', 'What it needs is away.');
			},
			count: async function* () {
				yield { number: 1 };
			},
		},
		commands: { add: () => below.answer },
	}));
	const top = service(Top, { needs: { bottom: Bottom } }, ({ call }) => ({
		queries: { wait: () => call.bottom.wait(), refuse: () => call.bottom.refuse() },
	}));
	return app('tested', [bottom, top]);
}

/** Processes on one machine: the bottom, the top, and one that only calls. */
async function openTower(opened: AsyncDisposableStack, below: Below) {
	const start = await starter(opened, appOver(below));
	const bottom = await start('bottom', {});
	const top = await start('top', { bottom: [bottom.address as never] });
	const caller = await start(undefined, { top: [top.address as never] });
	return { bottom, top, caller };
}

async function starter(opened: AsyncDisposableStack, tested: ReturnType<typeof appOver>) {
	const folder = await mkdtemp(join(tmpdir(), 'remote-calls-'));
	opened.defer(() => rm(folder, { recursive: true, force: true }));
	return async (
		name: string | undefined,
		known: Parameters<typeof staticRegistry>[0],
	): Promise<Fleet> => {
		const registry: Registry = staticRegistry(known);
		const listen = { host: '127.0.0.1', port: 0 };
		const fleet = await run(tested, {
			dataDir: join(folder, name ?? 'caller'),
			serve: name === undefined ? [] : [name],
			fabric: name === undefined ? { registry } : { registry, listen },
			host: { ...nodeHost(), logs: { write: () => {}, flush: async () => {} } },
		});
		return opened.use(fleet);
	};
}

async function failureOf(answer: Promise<unknown>): Promise<FlotillaError> {
	return answer.then(
		() => assert.fail('it was answered'),
		(error: FlotillaError) => error,
	);
}

const never = new Promise<never>(() => {});

test('what fails at the bottom is tried again there, and not once more at each level above', async () => {
	await using opened = new AsyncDisposableStack();
	const below: Below = { calls: 0, answer: never };
	const { caller } = await openTower(opened, below);
	const error = await failureOf(caller.client(Top).refuse());
	assert.equal(error.code, 'FLOTILLA_UNAVAILABLE');
	assert.equal(below.calls, limits.callAttempts);
});

for (const how of ['cancel', 'deadline'] as const) {
	test(`a ${how} above reaches the bottom`, async () => {
		await using opened = new AsyncDisposableStack();
		const below: Below = { calls: 0, answer: never };
		const { caller } = await openTower(opened, below);
		const signalled = new Promise<AbortSignal>((resolve) => {
			below.waiting = resolve;
		});
		const controller = new AbortController();
		const options = how === 'deadline' ? { timeoutMs: 300 } : { signal: controller.signal };
		const refused = failureOf(caller.client(Top).wait(undefined, options));
		const signal = await signalled;
		const aborted = new Promise<void>((resolve) => {
			signal.addEventListener('abort', () => resolve());
		});
		if (how === 'cancel') controller.abort();
		const { effect } = await refused;
		assert.equal(effect, 'none');
		await aborted;
	});
}

test('a connection that is lost above is heard of at the bottom', async () => {
	await using opened = new AsyncDisposableStack();
	const below: Below = { calls: 0, answer: never };
	const { top } = await openTower(opened, below);
	const signalled = new Promise<AbortSignal>((resolve) => {
		below.waiting = resolve;
	});
	const peer = await enterRaw(top.address as { port: number });
	peer.send([frameKind.request, 1, { to: 'top@1/wait', traceparent: '', depth: 0 }]);
	const signal = await signalled;
	const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
	peer.socket.destroy();
	await aborted;
});

test('a process that stops answers what is under way and refuses what is new', async () => {
	await using opened = new AsyncDisposableStack();
	let answer: (value: { number: number }) => void = () => {};
	const below: Below = {
		calls: 0,
		answer: new Promise((resolve) => {
			answer = resolve;
		}),
	};
	const start = await starter(opened, appOver(below));
	const stopping = await start('bottom', {});
	const caller = await start(undefined, { bottom: [stopping.address as never] });
	const underWay = new Promise<AbortSignal>((resolve) => {
		below.waiting = resolve;
	});
	const first = caller.client(Bottom).wait();
	await underWay;
	const closed = stopping.close();
	const refused = await failureOf(caller.client(Bottom).wait());
	assert.equal(refused.code, 'FLOTILLA_UNAVAILABLE');
	assert.equal(refused.effect, 'none');
	answer({ number: 7 });
	assert.deepEqual(await first, { number: 7 });
	await closed;
});

/** A process that calls, and a raw connection in the place of the bottom. */
async function openFalse(
	opened: AsyncDisposableStack,
): Promise<{ caller: Fleet; listener: RawListener }> {
	const listener = await listenRaw(opened);
	const start = await starter(opened, appOver({ calls: 0, answer: never }));
	return { caller: await start(undefined, { bottom: [listener] }), listener };
}

/** Answers each request on each connection. */
async function answerAll(
	listener: RawListener,
	answer: (peer: RawPeer, exchange: number) => void,
): Promise<void> {
	for (;;) {
		const peer = await listener.admit('bottom@1');
		for (let frame = await peer.next(); frame !== undefined; frame = await peer.next()) {
			if (frame.kind === frameKind.request) answer(peer, frame.exchange);
		}
	}
}

test('an answer that is none leaves open whether a command took effect', async () => {
	await using opened = new AsyncDisposableStack();
	const { caller, listener } = await openFalse(opened);
	const bodies = ['{', '{"number":', 'undefined'];
	let answers = 0;
	void answerAll(listener, (peer, exchange) => {
		peer.send([frameKind.reply, exchange, bodies[answers++ % bodies.length]]);
	});
	const error = await failureOf(caller.client(Bottom).add(undefined, { timeoutMs: 500 }));
	assert.ok(answers > 0);
	assert.equal(error.effect, 'unknown', error.message);
});

test('an answer of the wrong shape leaves open whether a command took effect', async () => {
	await using opened = new AsyncDisposableStack();
	const { caller, listener } = await openFalse(opened);
	void answerAll(listener, (peer, exchange) => {
		peer.send([frameKind.reply, exchange, { number: 'x' }]);
	});
	const error = await failureOf(caller.client(Bottom).add());
	assert.equal(error.code, 'FLOTILLA_OUTPUT_INVALID');
	assert.notEqual(error.effect, 'none', error.message);
});

test('items beyond what was asked for end a streaming result', async () => {
	await using opened = new AsyncDisposableStack();
	const { caller, listener } = await openFalse(opened);
	void answerAll(listener, (peer, exchange) => {
		for (let number = 0; number < 1_000; number++) {
			peer.send([frameKind.item, exchange, { number }]);
		}
	});
	const read: number[] = [];
	const reading = (async () => {
		for await (const { number } of caller.client(Bottom).count()) {
			read.push(number);
			// A slow reader: what is sent ahead of it is what piles up.
			await new Promise((resolve) => setImmediate(resolve));
		}
	})();
	const error = await failureOf(reading);
	assert.equal(error.code, 'FLOTILLA_CONNECTION_LOST');
	assert.ok(read.length <= limits.streamItemsAhead * 2, `${read.length} items`);
});

test('a command that was given up before it could be sent is not sent', async () => {
	await using opened = new AsyncDisposableStack();
	const { caller, listener } = await openFalse(opened);
	// The instance takes its time over the handshake, and the caller has less.
	const adding = failureOf(caller.client(Bottom).add(undefined, { timeoutMs: 50 }));
	const admitted = listener.accept();
	assert.equal((await adding).code, 'FLOTILLA_DEADLINE_EXCEEDED');
	const peer = await admitted;
	await admit(peer, 'bottom@1');
	const asking = failureOf(caller.client(Bottom).refuse(undefined, { timeoutMs: 500 }));
	const { kind, body } = (await peer.next()) ?? {};
	assert.equal(kind, frameKind.request);
	assert.match(body ?? '', /bottom@1\/refuse/);
	await asking;
});

/** What an instance does before it is gone, and what a command is told then. */
const ends: readonly (readonly [
	string,
	'none' | 'unknown',
	(peer: RawPeer) => Promise<unknown>,
])[] = [
	['before its greeting', 'none', async () => {}],
	['before its welcome', 'none', (peer) => greetOnly(peer)],
	[
		'in the middle of its welcome',
		'none',
		async (peer) => {
			await greetOnly(peer);
			peer.socket.write(new Uint8Array([0, 0, 0, 20, frameKind.welcome]));
		},
	],
	[
		'with a request unanswered',
		'unknown',
		async (peer) => {
			await admit(peer, 'bottom@1');
			await peer.next();
		},
	],
	[
		'in the middle of an answer',
		'unknown',
		async (peer) => {
			await admit(peer, 'bottom@1');
			const { exchange = 0 } = (await peer.next()) ?? {};
			peer.socket.write(new Uint8Array([0, 0, 0, 9, frameKind.reply, 0, 0, 0, exchange, 0x7b]));
		},
	],
];

async function greetOnly(peer: RawPeer): Promise<void> {
	peer.send([frameKind.greeting, 0, { wire: 1, instance: 'raw', nonce: rawNonce() }]);
	await peer.next();
}

test('what a command did is unknown once its instance may have heard of it, and not before', async () => {
	const check = async ([when, effect, before]: (typeof ends)[number]): Promise<void> => {
		await using opened = new AsyncDisposableStack();
		const { caller, listener } = await openFalse(opened);
		const serve = async (): Promise<never> => {
			for (;;) {
				const peer = await listener.accept();
				await before(peer);
				peer.socket.end();
			}
		};
		void serve();
		const bottom = caller.client(Bottom);
		const [added, asked] = await Promise.all([bottom.add(), bottom.wait()].map(failureOf));
		assert.equal(added?.effect, effect, `gone ${when}`);
		assert.equal(asked?.effect, 'none', `gone ${when}, and a query changes nothing`);
	};
	await Promise.all(ends.map(check));
});
