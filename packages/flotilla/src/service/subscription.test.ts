import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { migrate } from '../database/migrate.ts';
import { onceMigration } from '../database/once.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { outboxMigration, outboxStart, type StoredEvent } from '../messaging/outbox.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { service } from './service.ts';
import { subscriptionsOf } from './subscription.ts';
import { UnitOfWork } from './unit-of-work.ts';

const News = contract('news', {
	version: 1,
	events: { told: { data: z.object({ key: z.string() }), key: 'key' } },
});
const Reader = contract('reader', { version: 1 });

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const event: StoredEvent = {
	id: 'an id',
	event: 'news@1/told',
	orderingKey: 'k',
	data: '{"key":"k","unknown":1}',
	context: JSON.stringify({ traceparent }),
	emittedAtMs: 5,
	position: 1,
	cursor: outboxStart,
};

/** A subscriber on a real database, and a wall clock that can be put forward. */
async function openReader(told: (data: unknown, delivery: { readonly id: string }) => unknown) {
	const folder = await mkdtemp(join(tmpdir(), 'flotilla-subscription-'));
	const real = nodeHost();
	const times = { aheadMs: 0 };
	const clock = Object.create(real.clock, {
		wallMs: { value: () => real.clock.wallMs() + times.aheadMs },
	}) as typeof real.clock;
	const lines: Readonly<Record<string, unknown>>[] = [];
	const logs = {
		write: (record: { readonly fields: (typeof lines)[0] }) => void lines.push(record.fields),
		flush: () => Promise.resolve(),
	};
	const host = { ...real, clock, logs };
	const database = await host.databases.open('reader', { folder });
	await migrate(database, { platform: [onceMigration, outboxMigration], service: [] }, host);
	const telemetry = new Telemetry({ clock, logs });
	const subscribersOf = () => [];
	const committed = () => {};
	const unit = new UnitOfWork({
		contract: Reader,
		database,
		host,
		telemetry,
		subscribersOf,
		committed,
	});
	const subscriber = subscriptionsOf({
		service: service(Reader, { needs: { news: News }, migrations: [] }, () => ({})),
		implementation: { on: { news: { told } } },
		unit,
		host,
		telemetry,
		logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
	}).get(event.event);
	assert.ok(subscriber);
	return {
		deliver: (given: Partial<StoredEvent> = {}) => subscriber.deliver({ ...event, ...given }),
		telemetry,
		lines,
		times,
		async [Symbol.asyncDispose]() {
			await database.close();
			await rm(folder, { recursive: true });
		},
	};
}

test('an event that comes again has no effect again, not even after a long rest', async () => {
	const heard: string[] = [];
	await using reader = await openReader((_data, { id }) => void heard.push(id));
	await reader.deliver();
	await reader.deliver();
	reader.times.aheadMs = 2 * limits.onceKeptMs;
	await reader.deliver();
	await reader.deliver({ id: 'another' });
	assert.deepEqual(heard, ['an id', 'another']);
});

test('a handler that fails lets the event come again', async () => {
	let attempts = 0;
	await using reader = await openReader(() => {
		attempts += 1;
		if (attempts < 3) throw new Error('not yet');
	});
	await assert.rejects(reader.deliver(), /not yet/);
	await assert.rejects(reader.deliver(), /not yet/);
	await reader.deliver();
	await reader.deliver();
	assert.equal(attempts, 3);
});

test('data is what the schema says, and what does not match is refused', async () => {
	const heard: unknown[] = [];
	await using reader = await openReader((data) => void heard.push(data));
	await reader.deliver();
	assert.deepEqual(heard, [{ key: 'k' }]);
	const wrong = reader.deliver({ id: 'wrong', data: '{"key":1}' });
	await assert.rejects(wrong, { code: 'FLOTILLA_INPUT_INVALID' });
	assert.equal(heard.length, 1);
});

test('spans and log lines carry the trace of the event and say how it went', async () => {
	let isWell = true;
	await using reader = await openReader(() => {
		if (!isWell) throw undefined;
	});
	await reader.deliver();
	isWell = false;
	await assert.rejects(reader.deliver({ id: 'another' }));
	await assert.rejects(reader.deliver({ id: 'a third', context: '{"traceparent":"nonsense"}' }));
	const deliveries = reader.telemetry.spans.list().filter(({ kind }) => kind === 'consumer');
	assert.deepEqual(
		deliveries.map(({ outcome }) => outcome),
		['ok', 'exception', 'exception'],
	);
	for (const { trace } of deliveries.slice(0, 2)) {
		assert.equal(trace.traceId, traceparent.slice(3, 35));
		assert.equal(trace.parentSpanId, traceparent.slice(36, 52));
	}
	const line = reader.lines.find(({ event_id: id }) => id === 'another');
	assert.equal(line?.outcome, 'exception');
	assert.equal(line?.trace_id, traceparent.slice(3, 35));
});
