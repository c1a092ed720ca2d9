import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FaultName } from 'flotilla/adapter';
import { pass, run } from '../kernel/testing-kernel.ts';
import { open, serve, TestingNetwork, type TestingStream } from './testing-network.ts';

const mebibyte = 1024 * 1024;

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

const streamFaults: readonly FaultName[] = [
	'network.delay',
	'network.loss',
	'network.reset',
	'network.half-open',
	'network.slow',
];

type Step =
	| { readonly do: 'write'; readonly by: 0 | 1; readonly size: number }
	| { readonly do: 'pause' | 'resume' | 'end' | 'destroy'; readonly by: 0 | 1 }
	| { readonly do: 'pass'; readonly ms: number }
	| { readonly do: 'block' | 'unblock'; readonly by: 0 | 1 }
	| { readonly do: 'stand still'; readonly by: 0 | 1; readonly ms: number }
	| { readonly do: 'reset' }
	| { readonly do: 'kill'; readonly by: 0 | 1; readonly how: 'crash' | 'power-loss' };

const by = fc.constantFrom<0 | 1>(0, 1);
const some = (name: 'pause' | 'resume' | 'block' | 'unblock' | 'end' | 'destroy') =>
	fc.record({ do: fc.constant(name), by });
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 10,
		arbitrary: fc.record({
			do: fc.constant('write' as const),
			by,
			size: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 300_000 })),
		}),
	},
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constant('pass' as const),
			ms: fc.constantFrom(0.1, 1, 10, 300, 5_000, 30_000),
		}),
	},
	{ weight: 2, arbitrary: some('pause') },
	{ weight: 2, arbitrary: some('resume') },
	{ weight: 1, arbitrary: some('block') },
	{ weight: 2, arbitrary: some('unblock') },
	{ weight: 1, arbitrary: some('end') },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('stand still' as const),
			by,
			ms: fc.integer({ min: 1, max: 3_000 }),
		}),
	},
);
const drastic: fc.Arbitrary<Step> = fc.oneof(
	some('destroy'),
	fc.record({ do: fc.constant('reset' as const) }),
	fc.record({
		do: fc.constant('kill' as const),
		by,
		how: fc.constantFrom('crash' as const, 'power-loss' as const),
	}),
);

class Side {
	readonly testing: TestingStream;
	readonly written: Uint8Array[] = [];
	ended = false;
	destroyed = false;
	dead = false;
	#value = 0;

	constructor(testing: TestingStream) {
		this.testing = testing;
	}

	write(size: number): void {
		const bytes = new Uint8Array(size);
		for (let index = 0; index < size; index++) bytes[index] = this.#value++ % 251;
		if (this.ended || this.destroyed || this.dead) return;
		this.written.push(bytes.slice());
		this.testing.stream.write(bytes);
	}

	get sent(): Buffer {
		return Buffer.concat(this.written);
	}
}

type Weights = readonly (readonly [FaultName, number])[];
type Process = ReturnType<TestingNetwork['process']>;

/** Connects, does the steps, then heals the world and lets both sides end. */
async function play(
	seed: number,
	faults: Weights,
	steps: readonly Step[],
): Promise<{ readonly hash: string; readonly sides: readonly [Side, Side] }> {
	const world = new TestingNetwork({ seed, faults, zoneOf: (machine) => machine });
	const processes = [world.process('a'), world.process('b')] as const;
	const sides = await sidesOf(world, processes);
	for (const one of steps) await perform(world, processes, sides, one);
	world.kernel.faults.heal();
	world.network.heal();
	for (const { testing, ended, dead } of sides) {
		testing.stream.resume();
		if (!ended && !dead) testing.stream.end();
	}
	await run(world.kernel);
	return { hash: world.kernel.trace.hash, sides };
}

async function sidesOf(
	world: TestingNetwork,
	processes: readonly [Process, Process],
): Promise<readonly [Side, Side]> {
	const accepted = serve(processes[1]);
	for (let tries = 0; tries < 20; tries++) {
		accepted.length = 0;
		const opening = open(processes[0], { host: 'b' }).catch(() => undefined);
		await pass(world.kernel, 15_000);
		const [client, server] = [await opening, accepted[0]];
		// A fault may strike the handshake itself.
		if (client?.closes === 0 && server?.closes === 0) return [new Side(client), new Side(server)];
	}
	throw new Error('No connection in 20 tries.');
}

async function perform(
	world: TestingNetwork,
	processes: readonly [Process, Process],
	sides: readonly [Side, Side],
	one: Step,
): Promise<void> {
	if (one.do === 'pass') return await pass(world.kernel, one.ms);
	if (one.do === 'reset') return world.network.reset('a', 'b');
	const side = sides[one.by];
	const from = one.by === 0 ? 'a' : 'b';
	const to = one.by === 0 ? 'b' : 'a';
	switch (one.do) {
		case 'write':
			side.write(one.size);
			break;
		case 'block':
			world.network.block(from, to);
			break;
		case 'unblock':
			world.network.unblock(from, to);
			break;
		case 'stand still':
			processes[one.by].process.pausedUntilMs = world.kernel.nowMs + one.ms;
			break;
		case 'kill':
			if (!side.dead) world.kill(processes[one.by], one.how);
			side.dead = true;
			break;
		case 'end':
			side.ended = true;
			side.testing.stream.end();
			break;
		case 'destroy':
			side.destroyed = true;
			side.testing.stream.destroy();
			break;
		default:
			side.testing.stream[one.do]();
	}
}

function assertPrefix(received: Buffer, sent: Buffer): void {
	assert.ok(received.length <= sent.length, `${received.length} of ${sent.length} bytes`);
	assert.ok(received.equals(sent.subarray(0, received.length)), 'other bytes than were sent');
}

const weights = fc.array(fc.tuple(fc.constantFrom(...streamFaults), fc.constantFrom(0.3, 1, 5)), {
	maxLength: 5,
});

test('whatever happens, what arrives is the beginning of what was sent, and every end is told once', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.nat(),
			weights,
			fc.array(fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: drastic }), {
				maxLength: 25,
			}),
			async (seed, faults, steps) => {
				const { sides } = await play(seed, faults, steps);
				for (const [index, side] of sides.entries()) {
					const other = sides[1 - index] as Side;
					assertPrefix(side.testing.received, other.sent);
					assert.equal(side.testing.closes, side.dead ? side.testing.closes : 1);
					const fine = (one: Side) =>
						!one.dead && !one.destroyed && one.testing.error === undefined;
					if (fine(side) && fine(other)) {
						// What was written after the other side had ended is dropped, as is said.
						if (!side.ended) assert.equal(side.testing.received.length, other.sent.length);
					}
				}
			},
		),
		{ numRuns: 150 },
	);
});

test('without breaking faults everything arrives, late as it may be', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.nat(),
			fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 12 }),
			async (seed, sizes) => {
				const steps: Step[] = [];
				for (const [index, size] of sizes.entries()) {
					steps.push({ do: 'write', by: index % 3 === 0 ? 1 : 0, size });
					if (index % 2 === 0) steps.push({ do: 'pass', ms: 1 });
				}
				steps.push({ do: 'pass', ms: 120_000 });
				const faults = [
					['network.delay', 10],
					['network.loss', 10],
					['network.slow', 5],
				] as const;
				const { sides } = await play(seed, faults, steps);
				for (const [index, side] of sides.entries()) {
					const other = sides[1 - index] as Side;
					assert.equal(side.testing.error, undefined);
					assert.equal(side.testing.received.length, other.sent.length);
					assertPrefix(side.testing.received, other.sent);
				}
			},
		),
		{ numRuns: 60 },
	);
});

test('one seed gives one run, another one another', async () => {
	const steps = fc.sample(step, { numRuns: 40, seed: 7 });
	const faults = streamFaults.map((fault) => [fault, 1] as const);
	const first = await play(3, faults, steps);
	const again = await play(3, faults, steps);
	const other = await play(4, faults, steps);
	assert.equal(first.hash, again.hash);
	assert.notEqual(first.hash, other.hash);
});

test('the hash of the trace sees every byte', async () => {
	const hashes = [];
	for (const text of ['some bytes', 'some bytez']) {
		const world = new TestingNetwork();
		const { client } = await connected(world);
		client.stream.write(Buffer.from(text));
		await run(world.kernel);
		hashes.push(world.kernel.trace.hash);
	}
	assert.notEqual(hashes[0], hashes[1]);
});

test('what arrives is cut and joined, also in the middle of a single write', async () => {
	let cut = 0;
	for (let seed = 0; seed < 100; seed++) {
		const world = new TestingNetwork({ seed });
		const { client, server } = await connected(world);
		client.stream.write(Buffer.from('one write'));
		await run(world.kernel);
		assert.equal(server.text, 'one write');
		if (server.chunks.length > 1) cut += 1;
	}
	assert.ok(cut >= 2 && cut <= 20, `${cut} of 100 were cut`);
});

test('writing says no beyond 1 MiB, and says when it may go on', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	server.stream.pause();
	let written = 0;
	while (client.stream.write(new Uint8Array(64 * 1024))) written += 64 * 1024;
	assert.ok(written >= mebibyte - 64 * 1024, `stopped after ${written} bytes`);
	assert.ok(written <= 2 * mebibyte, `stopped after ${written} bytes`);
	await run(world.kernel);
	assert.equal(client.drains, 0);
	assert.equal(server.received.length, 0);
	server.stream.resume();
	await run(world.kernel);
	assert.equal(client.drains, 1);
	assert.ok(client.stream.write(Buffer.from('x')));
	client.stream.end();
	await run(world.kernel);
	assert.equal(server.received.length, written + 64 * 1024 + 1);
	assert.deepEqual([client.closes, server.closes], [1, 1]);
});

test('when the other side ends, what is queued here still leaves, then this side ends too', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	client.stream.pause();
	for (let i = 0; i < 8; i++) server.stream.write(new Uint8Array(mebibyte));
	client.stream.end();
	await pass(world.kernel, 100);
	assert.equal(server.closes, 0);
	client.stream.resume();
	await run(world.kernel);
	assert.equal(client.received.length, 8 * mebibyte);
	assert.deepEqual([client.error, server.error], [undefined, undefined]);
	assert.deepEqual([client.closes, server.closes], [1, 1]);
});

test('after the end, writes are dropped and closing again does no harm', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	client.stream.end();
	assert.equal(client.stream.write(Buffer.from('late')), true);
	client.stream.end();
	await run(world.kernel);
	for (const { stream } of [client, server]) {
		assert.equal(stream.write(new Uint8Array(2 * mebibyte)), true);
		stream.pause();
		stream.resume();
		stream.end();
		stream.destroy();
		stream.destroy();
	}
	await run(world.kernel);
	assert.equal(server.text, '');
	assert.deepEqual([client.closes, server.closes], [1, 1]);
	assert.throws(() => client.stream.start({ data() {}, closed() {} }), TypeError);
});

test('destroying drops what is queued, is told later, and closes without an error', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	server.stream.pause();
	while (client.stream.write(new Uint8Array(mebibyte)));
	client.stream.destroy();
	assert.equal(client.closes, 0, 'never closed from within a call');
	await run(world.kernel);
	assert.deepEqual([client.closes, client.error, client.drains], [1, undefined, 0]);
	server.stream.resume();
	await run(world.kernel);
	assert.equal(server.closes, 1);
	assert.ok(server.received.length < 2 * mebibyte);
});

test('who destroys what it has not read resets the other side, else ends it', async () => {
	for (const unread of [true, false]) {
		const world = new TestingNetwork();
		const { client, server } = await connected(world);
		server.stream.pause();
		if (unread) client.stream.write(Buffer.from('never read'));
		await pass(world.kernel, 10);
		server.stream.destroy();
		await run(world.kernel);
		assert.equal(client.closes, 1);
		assert.equal(client.error === undefined, !unread);
	}
});

test('a handler that destroys its stream hears only that it closed', async () => {
	const world = new TestingNetwork();
	const { client, server } = await connected(world);
	let calls = 0;
	server.onData = () => {
		calls += 1;
		server.stream.destroy();
	};
	for (let i = 0; i < 16; i++) client.stream.write(new Uint8Array(64 * 1024));
	await run(world.kernel);
	assert.deepEqual([calls, server.closes, server.error], [1, 1, undefined]);
	assert.equal(client.closes, 1);
});

test('a paused stream notices a loss when it reads again, or writes', async () => {
	for (const how of ['resume', 'write'] as const) {
		const world = new TestingNetwork();
		const { client } = await connected(world);
		client.stream.pause();
		world.network.reset('a', 'b');
		await pass(world.kernel, 10);
		assert.equal(client.closes, 0);
		if (how === 'resume') client.stream.resume();
		else client.stream.write(Buffer.from('x'));
		await pass(world.kernel, 10);
		assert.equal(client.closes, 1);
		assert.match(client.error?.message ?? '', /ECONNRESET/);
	}
});

test('half-open: one end learns at once, the other one only when it sends, asks, or never hears back', async () => {
	const seen = new Set<string>();
	for (let seed = 0; seed < 60; seed++) {
		const world = new TestingNetwork({ seed, faults: [['network.half-open', 1_000]] });
		const [a, b] = [world.process('a'), world.process('b')];
		const accepted = serve(b);
		const opening = open(a, { host: 'b' }).catch(() => undefined);
		await pass(world.kernel, 20);
		const client = await opening;
		assert.ok(client !== undefined);
		// The third message of the handshake was the first to strike: the server never accepted.
		assert.equal(accepted.length, 0);
		world.kernel.faults.heal();
		const learnt = client.closes;
		if (learnt === 0) client.stream.write(Buffer.from('x'));
		await pass(world.kernel, 1_000);
		const soon = client.closes;
		await run(world.kernel);
		assert.equal(client.closes, 1);
		seen.add(`${learnt} ${soon} ${client.error?.message.match(/E[A-Z]+/)?.[0]}`);
	}
	assert.deepEqual([...seen].sort(), ['0 0 ETIMEDOUT', '0 1 ECONNRESET', '1 1 ECONNRESET']);
});
