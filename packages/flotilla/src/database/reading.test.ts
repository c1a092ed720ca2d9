import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { SqlRow, SqlSession, SqlStatement } from '../host/database.ts';
import { limits } from '../limits.ts';
import { reader, writer } from './reading.ts';
import { sql } from './sql.ts';

const Item = z.object({ id: z.string(), isNew: z.boolean() });

function answering(rows: readonly SqlRow[], changes = 0) {
	const statements: SqlStatement[] = [];
	const session: SqlSession = {
		query: async (statement) => {
			statements.push(statement);
			return { rows, changes };
		},
	};
	return { statements, t: writer(session) };
}

const row = (id: string) => ({ id, is_new: 1, secret: 'dropped' });

test('one row, the first row or all rows come decoded', async () => {
	const { t } = answering([row('a')]);
	const item = { id: 'a', isNew: true };
	assert.deepEqual(await t.one(Item)`select`, item);
	assert.deepEqual(await t.first(Item)`select`, item);
	assert.deepEqual(await t.all(Item)`select`, [item]);
	const two = answering([row('a'), row('b')]).t;
	assert.deepEqual(await two.first(Item)`select`, item);
	assert.equal((await two.all(Item)`select`).length, 2);
});

test('no row is undefined for the first, nothing for all, and an error for one', async () => {
	const { t } = answering([]);
	assert.equal(await t.first(Item)`select`, undefined);
	assert.deepEqual(await t.all(Item)`select`, []);
	await assert.rejects(t.one(Item)`select`, { code: 'FLOTILLA_ROW_COUNT', effect: 'none' });
});

test('the wrong number of rows is told with the statement and without its values', async () => {
	const { t } = answering([row('a'), row('b')]);
	const found = t.one(Item)`
		select * from items
		where secret = ${'s3cret'}`;
	await assert.rejects(found, {
		code: 'FLOTILLA_ROW_COUNT',
		message: /and 2 came: `select \* from items where secret = \?`\./,
	});
});

test('more rows than the limit are refused', async () => {
	const many = Array.from({ length: limits.rowsPerQuery + 1 }, () => row('a'));
	await assert.rejects(answering(many).t.all(Item)`select`, { code: 'FLOTILLA_ROW_COUNT' });
	const few = many.slice(1);
	assert.equal((await answering(few).t.all(Item)`select`).length, limits.rowsPerQuery);
});

test('what writes says how many rows it changed', async () => {
	const { t, statements } = answering([], 3);
	const condition = sql`where id = ${'a'}`;
	assert.deepEqual(await t.run`delete from items ${condition}`, { changes: 3 });
	assert.deepEqual(statements[0]?.values, ['a']);
});

test('what only reads has nothing to write with', () => {
	const session = { query: () => Promise.reject(new Error('not called')) };
	assert.deepEqual(Object.keys(reader(session)).sort(), ['all', 'first', 'one']);
});
