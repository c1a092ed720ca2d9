import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Database } from '../host/database.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { migrate } from './migrate.ts';
import { findOnce, onceMigration, recordOnce, sweepOnce } from './once.ts';

const key = { scope: 's', key: 'k' };
const record = { inputDigest: 'd', outcome: 'answer', value: { a: [1, null, 'ü'] } };

async function openOnce(): Promise<AsyncDisposable & { readonly database: Database }> {
	const folder = await mkdtemp(join(tmpdir(), 'flotilla-once-'));
	const host = nodeHost();
	const database = await host.databases.open('once', { folder });
	await migrate(database, { platform: [onceMigration], service: [] }, host);
	return {
		database,
		async [Symbol.asyncDispose]() {
			await database.close();
			await rm(folder, { recursive: true });
		},
	};
}

const find = (database: Database, nowMs: number) =>
	database.snapshot((session) => findOnce(session, key, nowMs));

test('what was recorded is found until it expires', async () => {
	await using world = await openOnce();
	const { database } = world;
	assert.equal(await find(database, 0), undefined);
	const times = { nowMs: 0, expiresAtMs: 10 };
	await database.transaction((session) => recordOnce(session, key, record, times));
	assert.deepEqual(await find(database, 10), record);
	assert.equal(await find(database, 11), undefined);
	const elsewhere = { scope: 's', key: 'K' };
	assert.equal(await database.snapshot((session) => findOnce(session, elsewhere, 0)), undefined);
});

test('values of any kind come back as they were, absent ones as well', async () => {
	await using world = await openOnce();
	const { database } = world;
	for (const [index, value] of [undefined, null, '', 0, false, [], 'undefined'].entries()) {
		const one = { scope: 's', key: `${index}` };
		const times = { nowMs: 0, expiresAtMs: 10 };
		await database.transaction((t) => recordOnce(t, one, { ...record, value }, times));
		const found = await database.snapshot((session) => findOnce(session, one, 0));
		assert.deepEqual(found, { ...record, value });
	}
});

test('a record takes the place of one that has expired, and of no other', async () => {
	await using world = await openOnce();
	const { database } = world;
	const put = (value: unknown, nowMs: number) =>
		database.transaction((session) =>
			recordOnce(session, key, { ...record, value }, { nowMs, expiresAtMs: nowMs + 10 }),
		);
	assert.equal(await put('first', 0), true);
	assert.equal(await put('second', 10), false);
	assert.equal((await find(database, 10))?.value, 'first');
	assert.equal(await put('third', 11), true);
	assert.equal((await find(database, 11))?.value, 'third');
});

test('a sweep deletes what has expired and nothing else, some at a time', async () => {
	await using world = await openOnce();
	const { database } = world;
	const expired = limits.onceSweepRows + 20;
	await database.transaction(async (session) => {
		for (let index = 0; index < expired + 5; index++) {
			const times = { nowMs: 0, expiresAtMs: index < expired ? 99 : 100 };
			await recordOnce(session, { scope: `s${index % 3}`, key: `${index}` }, record, times);
		}
	});
	const sweep = () => database.transaction((session) => sweepOnce(session, 100));
	assert.deepEqual([await sweep(), await sweep(), await sweep()], [limits.onceSweepRows, 20, 0]);
	const { rows } = await database.snapshot((session) =>
		session.query({ strings: ['select count(*) as count from flotilla_once'], values: [] }),
	);
	assert.equal(rows[0]?.count, 5);
});
