import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { uuidV7 } from '../context/identifiers.ts';
import { contract } from '../contract/contract.ts';
import type { Clock } from '../host/clock.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { app } from '../service/app.ts';
import { service } from '../service/service.ts';
import { run } from './run.ts';

const hourMs = 3_600_000;
const Count = z.object({ count: z.int() });

const Counter = contract('counter', {
	version: 1,
	queries: { records: { output: Count } },
	commands: { count: { output: Count } },
});

/** Counts how often it has run, and knows what is recorded. */
const counter = service(
	Counter,
	{
		migrations: [
			{ name: '0001', sql: 'create table runs (one bigint primary key, count bigint not null)' },
		],
	},
	({ tx, read }) => ({
		queries: {
			records: () => read((t) => t.one(Count)`select count(*) as count from flotilla_once`),
		},
		commands: {
			count: () =>
				tx(
					(t) => t.one(Count)`
						insert into runs (one, count) values (1, 1)
						on conflict (one) do update set count = runs.count + 1 returning count`,
				),
		},
	}),
);

/** A clock that can be put forward, and whose timer for sweeping fires when it is told to. */
class AdjustableClock implements Clock {
	aheadMs = 0;
	sweep: () => void = () => {};
	readonly #clock: Clock = nodeHost().clock;

	wallMs() {
		return this.#clock.wallMs() + this.aheadMs;
	}

	monotonicMs() {
		return this.#clock.monotonicMs();
	}

	defer(callback: () => void) {
		this.#clock.defer(callback);
	}

	setTimer(delayMs: number, callback: () => void) {
		if (delayMs !== limits.onceSweepEveryMs) return this.#clock.setTimer(delayMs, callback);
		this.sweep = callback;
		return { keepAlive: () => {}, cancel: () => {} };
	}
}

async function open() {
	const folder = await mkdtemp(join(tmpdir(), 'flotilla-retention-'));
	const clock = new AdjustableClock();
	const host = { ...nodeHost(), clock };
	const fleet = await run(app('retention', [counter]), {
		dataDir: folder,
		host,
		logLevel: 'error',
	});
	const client = fleet.client(Counter);
	return {
		host,
		clock,
		records: async () => (await client.records()).count,
		/** Which run the answer is of. */
		count: async (idempotencyKey: string) =>
			(await client.count(undefined, { idempotencyKey })).count,
		/** Sweeps, and returns when the next sweep has been planned. */
		sweep: async () => {
			const { sweep } = clock;
			sweep();
			while (clock.sweep === sweep) await new Promise((resolve) => setImmediate(resolve));
		},
		async [Symbol.asyncDispose]() {
			await fleet.close();
			await rm(folder, { recursive: true });
		},
	};
}

test('an answer is kept for 7 days, swept or not, and then the key is free again', async () => {
	for (const isSwept of [true, false]) {
		await using world = await open();
		const { clock, count, sweep } = world;
		assert.equal(await count('k'), 1);
		clock.aheadMs = limits.onceKeptMs - hourMs;
		if (isSwept) await sweep();
		assert.equal(await count('k'), 1);
		clock.aheadMs = limits.onceKeptMs + hourMs;
		if (isSwept) await sweep();
		assert.equal(await count('k'), 2);
		assert.equal(await count('k'), 2);
	}
});

test('a generated key is refused when its answer may be gone, and never runs again', async () => {
	await using world = await open();
	const { clock, count, sweep, host } = world;
	const key = uuidV7(clock, host.random);
	assert.equal(await count(key), 1);
	clock.aheadMs = limits.onceKeptMs - hourMs;
	assert.equal(await count(key), 1);
	clock.aheadMs = limits.onceKeptMs + hourMs;
	await sweep();
	await assert.rejects(count(key), { code: 'FLOTILLA_IDEMPOTENCY_KEY_EXPIRED', effect: 'none' });
});

test('an answer under a key that is ahead of the clock is kept as long as the key is good', async () => {
	await using world = await open();
	const { clock, count, sweep, host } = world;
	clock.aheadMs = limits.idempotencyKeyAheadMs - hourMs;
	const key = uuidV7(clock, host.random);
	clock.aheadMs = 0;
	assert.equal(await count(key), 1);
	clock.aheadMs = limits.onceKeptMs + hourMs;
	await sweep();
	assert.equal(await count(key), 1);
});

test('a sweep takes what has expired, in as many steps as it needs, and leaves the rest', async () => {
	await using world = await open();
	const { clock, count, records, sweep } = world;
	const many = limits.onceSweepRows + 100;
	await Promise.all(Array.from({ length: many }, (_, index) => count(`old ${index}`)));
	clock.aheadMs = limits.onceKeptMs / 2;
	for (let index = 0; index < 5; index++) await count(`young ${index}`);
	assert.equal(await records(), many + 5);
	clock.aheadMs = limits.onceKeptMs + hourMs;
	await sweep();
	assert.equal(await records(), 5);
});
