import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeHost } from './node-host.ts';

test('a host has all its members and holds nothing open', async () => {
	const host = nodeHost();
	const names = ['clock', 'random', 'crypto', 'network', 'http', 'disk', 'databases', 'logs'];
	assert.deepEqual(Object.keys(host), names);
	await host.http.close();
	await host.logs.flush();
});

test('a seed repeats the decisions of a host, and none of its secrets', () => {
	const [left, right] = [nodeHost({ seed: 42 }), nodeHost({ seed: 42 })];
	assert.equal(left.random.next(), right.random.next());
	assert.notDeepEqual(left.crypto.randomBytes(16), right.crypto.randomBytes(16));
});

test('its databases are real ones', async () => {
	await using folder = await mkdtempDisposable(join(tmpdir(), 'flotilla-host-'));
	const database = await nodeHost().databases.open('orders', { folder: folder.path });
	const statement = { strings: ['select 1 as one'], values: [] };
	const { rows } = await database.snapshot((session) => session.query(statement));
	assert.deepEqual(
		rows.map((row) => row.one),
		[1],
	);
	await database.close();
});
