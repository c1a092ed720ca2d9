import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SqliteConnection } from '../../database/sqlite/sqlite-connection.ts';
import { openSqliteReader, openSqliteWriter } from './sqlite-connection.ts';

test('a connection is durable, checks foreign keys, and trusts nothing in the file', () => {
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-connection-'));
	const path = join(folder, 'test.sqlite');
	const writer = openSqliteWriter(path);
	const reader = openSqliteReader(path);
	assert.equal(pragma(writer, 'journal_mode'), 'wal');
	assert.equal(pragma(writer, 'synchronous'), 2);
	assert.equal(pragma(writer, 'foreign_keys'), 1);
	for (const connection of [writer, reader]) {
		assert.equal(pragma(connection, 'trusted_schema'), 0);
		assert.equal(pragma(connection, 'temp_store'), 2);
	}
	reader.close();
	writer.close();
	rmSync(folder, { recursive: true });
});

test('more than one statement at once is refused, comments and semicolons are not', () => {
	const connection = openSqliteWriter(':memory:');
	assert.throws(() => connection.prepare('select 1; select 2'), TypeError);
	assert.equal(connection.prepare('select 1 as one; -- done\n ;').givesRows, true);
	connection.close();
});

function pragma(connection: SqliteConnection, name: string): unknown {
	return Object.values(connection.prepare(`pragma ${name}`).all([])[0] ?? {})[0];
}
