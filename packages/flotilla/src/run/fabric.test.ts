import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { ManualClock } from '../call/testing-manual-clock.ts';
import { contract } from '../contract/contract.ts';
import { Instances } from '../discovery/instances.ts';
import { staticRegistry } from '../discovery/registry.ts';
import type { FlotillaError } from '../errors/flotilla-error.ts';
import { frameKind } from '../fabric/frame.ts';
import { enterRaw, listenRaw, type RawListener, type RawPeer } from '../fabric/testing-raw-peer.ts';
import type { Host } from '../host/host.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { outboxStart, type StoredEvent } from '../messaging/outbox.ts';
import { app } from '../service/app.ts';
import { service } from '../service/service.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { FleetFabric, type FleetFabricParts } from './fabric.ts';
import { run } from './run.ts';

const Orders = contract('orders', {
	version: 1,
	commands: { place: {} },
	events: { placed: { data: z.object({ id: z.string() }), key: 'id' } },
});
const orders = service(Orders, { migrations: [] }, ({ tx }) => ({
	commands: { place: () => tx((t) => t.emit.placed({ id: 'o1' })) },
}));

const event: StoredEvent = {
	...{ id: 'e1', event: 'orders@1/placed', orderingKey: 'o1', emittedAtMs: 1 },
	...{ data: '{}', context: '{}', position: 1, cursor: outboxStart },
};

/** A process that calls others, in a time that a test moves, and what it meets instead of them. */
async function openFabric(
	opened: AsyncDisposableStack,
	services: readonly string[],
	more: Partial<FleetFabricParts> = {},
): Promise<{ fabric: FleetFabric; clock: ManualClock; listeners: readonly RawListener[] }> {
	const clock = new ManualClock();
	const listeners = await Promise.all(services.map(() => listenRaw(opened)));
	const logs = { write: () => {}, flush: async () => {} };
	const host: Host = { ...nodeHost(), clock, logs };
	const telemetry = new Telemetry({ clock, logs });
	const registry = staticRegistry(
		Object.fromEntries(services.map((name, index) => [name, [listeners[index] as RawListener]])),
	);
	const instances = new Instances({ host, telemetry, registry, instance: 'tested' });
	const fabric = new FleetFabric({
		...{ host, telemetry, options: { registry }, instances, instance: 'tested', serves: [] },
		calls: undefined as never,
		duties: undefined as never,
		...more,
	});
	opened.defer(async () => {
		await fabric.drain();
		fabric.close();
	});
	return { fabric, clock, listeners };
}

/** Lets the outside world and the clock go on until something is there. */
async function meanwhile<T>(clock: ManualClock, something: Promise<T>, stepMs = 0): Promise<T> {
	let isThere = false;
	const noted = something.finally(() => {
		isThere = true;
	});
	noted.catch(() => {});
	while (!isThere) {
		clock.advance(stepMs);
		await new Promise(setImmediate);
	}
	return noted;
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
	return answer.then(
		() => 'answered',
		(error: FlotillaError) => error.code,
	);
}

test('an event that is too long for the wire is refused, and nothing is left behind', async () => {
	await using opened = new AsyncDisposableStack();
	const { fabric, clock, listeners } = await openFabric(opened, ['mail']);
	const { deliver } = fabric.subscriberOf('mail');
	const long = { ...event, data: `"${'x'.repeat(limits.frameBytes)}"` };
	const delivered = codeOf(deliver(long));
	await meanwhile(clock, (listeners[0] as RawListener).admit('mail'));
	assert.equal(await meanwhile(clock, delivered), 'FLOTILLA_BODY_TOO_LARGE');
	// The time for an answer passes, although nothing was asked.
	clock.advance(limits.deliveryAnswerMs);
});

const refusal = { code: 'FLOTILLA_NOT_LISTENING', message: 'No.', effect: 'none' };
const answers: readonly (readonly [string, string, (peer: RawPeer, exchange: number) => void])[] = [
	['a reply', 'answered', (peer, exchange) => peer.send([frameKind.reply, exchange, ''])],
	['an error', refusal.code, (peer, exchange) => peer.send([frameKind.error, exchange, refusal])],
	['nothing', 'FLOTILLA_CONNECTION_LOST', () => {}],
	['a broken connection', 'FLOTILLA_CONNECTION_LOST', (peer) => peer.socket.destroy()],
	[
		'an error without a code',
		'FLOTILLA_CONNECTION_LOST',
		(peer, exchange) => peer.send([frameKind.error, exchange, '{}']),
	],
	[
		'the end of something else',
		'FLOTILLA_CONNECTION_LOST',
		(peer, exchange) => peer.send([frameKind.end, exchange, '']),
	],
];
for (const [name, code, answer] of answers) {
	test(`a delivery that is answered with ${name} ends`, async () => {
		await using opened = new AsyncDisposableStack();
		const { fabric, clock, listeners } = await openFabric(opened, ['mail']);
		const delivered = codeOf(fabric.subscriberOf('mail').deliver(event));
		const peer = await meanwhile(clock, (listeners[0] as RawListener).admit('mail'));
		const frame = await meanwhile(clock, peer.next());
		assert.equal(frame?.kind, frameKind.deliver);
		answer(peer, frame?.exchange ?? 0);
		const isSilent = name === 'nothing';
		assert.equal(await meanwhile(clock, delivered, isSilent ? 1_000 : 0), code);
	});
}

/** An emitter that takes every subscription, and counts them. */
function countSubscriptions(listener: RawListener, service: string): { count: number } {
	const taken = { count: 0 };
	const serve = async (): Promise<never> => {
		for (;;) {
			const peer = await listener.admit(service);
			for (let frame = await peer.next(); frame !== undefined; frame = await peer.next()) {
				if (frame.kind === frameKind.ping) peer.send([frameKind.pong, 0, '']);
				if (frame.kind !== frameKind.subscribe) continue;
				taken.count++;
				peer.send([frameKind.reply, frame.exchange, '']);
			}
		}
	};
	void serve();
	return taken;
}

test('an emitter is told again in time, although another one is away', async () => {
	await using opened = new AsyncDisposableStack();
	const { fabric, clock, listeners } = await openFabric(opened, ['orders@1', 'stock@1']);
	const taken = countSubscriptions(listeners[0] as RawListener, 'orders@1');
	const subscription = { subscriber: 'mail', version: 1, events: ['orders@1/placed'] };
	void fabric.subscribe(['orders@1', 'stock@1'].map((emitter) => ({ ...subscription, emitter })));
	const started = clock.monotonicMs();
	while (taken.count < 2) {
		clock.advance(500);
		await new Promise(setImmediate);
		const passedMs = clock.monotonicMs() - started;
		assert.ok(passedMs < 2 * limits.subscriptionRenewEveryMs, `told ${taken.count} times`);
	}
});

test('an emitter in the same process is told again in time too, and again when it failed', async () => {
	await using opened = new AsyncDisposableStack();
	const subscription = { subscriber: 'mail', version: 1, events: [], emitter: 'orders@1' };
	let told = 0;
	const subscribe = async (): Promise<void> => {
		if (++told === 1) throw new Error('its database is away');
	};
	const { fabric, clock } = await openFabric(opened, [], {
		serves: ['orders@1'],
		duties: { deliver: () => assert.fail(), subscribe },
	});
	fabric.subscribeAgain([subscription]);
	clock.advance(limits.subscriptionRenewEveryMs);
	await new Promise(setImmediate);
	assert.equal(told, 1);
	clock.advance(1_000);
	await new Promise(setImmediate);
	assert.equal(told, 2);
	clock.advance(limits.subscriptionRenewEveryMs);
	assert.equal(told, 3);
});

test('a process that stops before its emitters know of it does not say that they do', async () => {
	await using opened = new AsyncDisposableStack();
	const { fabric, clock } = await openFabric(opened, ['orders@1']);
	const subscription = { subscriber: 'mail', version: 1, events: [], emitter: 'stock@1' };
	const known = codeOf(fabric.subscribe([subscription]));
	await fabric.drain();
	assert.equal(await meanwhile(clock, known, 100), 'FLOTILLA_UNAVAILABLE');
});

test('a subscriber that does not answer holds up the end of an emitter for so long only', async () => {
	await using opened = new AsyncDisposableStack();
	const folder = await mkdtemp(join(tmpdir(), 'fabric-'));
	opened.defer(() => rm(folder, { recursive: true, force: true }));
	const clock = new ManualClock();
	const mail = await listenRaw(opened);
	const fleet = await meanwhile(
		clock,
		run(app('tested', [orders]), {
			dataDir: join(folder, 'data'),
			host: { ...nodeHost(), clock, logs: { write: () => {}, flush: async () => {} } },
			fabric: {
				registry: staticRegistry({ mail: [mail] }),
				listen: { host: '127.0.0.1', port: 0 },
			},
		}),
	);
	const subscriber = opened.use(
		await meanwhile(clock, enterRaw(fleet.address as { port: number })),
	);
	const subscription = { subscriber: 'mail', version: 1, emitter: 'orders@1' };
	subscriber.send([frameKind.subscribe, 1, { ...subscription, events: ['orders@1/placed'] }]);
	assert.equal((await meanwhile(clock, subscriber.next()))?.kind, frameKind.reply);
	await meanwhile(clock, fleet.client(Orders).place());
	const asked = await meanwhile(clock, mail.admit('mail'), 1);
	while ((await meanwhile(clock, asked.next(), 1))?.kind !== frameKind.deliver);
	// It is alive, and so its connection is not given up; but it does not answer.
	const beat = setInterval(() => asked.send([frameKind.pong, 0, '']), 1);
	opened.defer(() => clearInterval(beat));
	const startMs = clock.monotonicMs();
	await meanwhile(clock, fleet.close(), 10);
	const tookMs = clock.monotonicMs() - startMs;
	assert.ok(tookMs >= limits.drainMs && tookMs < limits.drainMs * 1.5, `${tookMs} ms`);
});

test('a subscription to what does not run here, or in another version, is refused', async () => {
	await using opened = new AsyncDisposableStack();
	let told = 0;
	const { fabric, clock } = await openFabric(opened, [], {
		options: { registry: staticRegistry({}), listen: { host: '127.0.0.1', port: 0 } },
		serves: ['orders@1'],
		duties: { deliver: () => assert.fail(), subscribe: async () => void told++ },
	});
	await fabric.listen();
	const peer = opened.use(await meanwhile(clock, enterRaw(fabric.address as { port: number })));
	for (const emitter of ['orders@2', 'orders', 'orders@1x', 'orders@', '', 'stock@1']) {
		const subscription = { subscriber: 'mail', version: 1, events: [], emitter };
		peer.send([frameKind.subscribe, 1, subscription]);
		const { kind, body } = (await meanwhile(clock, peer.next())) ?? {};
		assert.equal(kind, frameKind.error, emitter);
		assert.match(body ?? '', /FLOTILLA_UNAVAILABLE/);
	}
	assert.equal(told, 0);
});

test('a fleet whose address is taken leaves nothing behind that goes on', async () => {
	await using opened = new AsyncDisposableStack();
	const folder = await mkdtemp(join(tmpdir(), 'fabric-'));
	opened.defer(() => rm(folder, { recursive: true, force: true }));
	const clock = new ManualClock();
	const { host, port } = await listenRaw(opened);
	const starting = run(app('tested', [orders]), {
		dataDir: join(folder, 'data'),
		host: { ...nodeHost(), clock, logs: { write: () => {}, flush: async () => {} } },
		fabric: { registry: staticRegistry({}), listen: { host, port } },
	});
	assert.equal(await meanwhile(clock, codeOf(starting)), 'FLOTILLA_ADDRESS_IN_USE');
	assert.equal(clock.timers, 0);
});
