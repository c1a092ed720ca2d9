import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlSession, SqlValue } from '../../host/database.ts';
import { openSqliteReader, openSqliteWriter } from '../../host/node/sqlite-connection.ts';
import { sql } from '../sql.ts';
import type { SqliteConnection, SqliteStatement } from './sqlite-connection.ts';
import { SqliteDatabase } from './sqlite-database.ts';

const FULL = 13;
const IO_ERROR_FSYNC = 1034;

test('transactions of one turn share a COMMIT, and nobody is answered before it has returned', async () => {
	await using world = openWorld();
	const answers = [1, 2, 3].map((id) =>
		world.database.transaction((t) => insert(t, id)).then(() => world.log.push(`answer ${id}`)),
	);
	await Promise.all(answers);
	assert.deepEqual(world.log, ['begin', 'commit', 'answer 1', 'answer 2', 'answer 3']);
});

test('a refusal is not told before the COMMIT either', async () => {
	await using world = openWorld();
	const first = world.database.transaction((t) => insert(t, 1));
	const second = world.database
		.transaction((t) => insert(t, 1))
		.catch((error) => world.log.push(error.code));
	await Promise.all([first, second]);
	assert.deepEqual(world.log, ['begin', 'commit', 'FLOTILLA_DATABASE_CONSTRAINT']);
});

test('a transaction that fails rolls back itself and nobody else', async () => {
	await using world = openWorld();
	const results = await Promise.allSettled([
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction(async (t) => {
			await insert(t, 2);
			throw new Error('out of stock');
		}),
		world.database.transaction((t) => insert(t, 3)),
	]);
	assert.deepEqual(summary(results), ['done', 'out of stock', 'done']);
	assert.deepEqual(await world.ids(), [1, 3]);
});

test('a statement that failed dooms its transaction, even when the failure is caught', async () => {
	await using world = openWorld();
	await world.database.transaction((t) => insert(t, 1));
	const seen: unknown[] = [];
	const outcome = world.database.transaction(async (t) => {
		await insert(t, 2);
		await insert(t, 1).catch((error) => seen.push(error));
		await insert(t, 3).catch((error) => seen.push(error));
		return 'fine';
	});
	await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_CONSTRAINT' });
	assert.equal(seen.length, 2);
	assert.equal(seen[0], seen[1]);
	assert.deepEqual(await world.ids(), [1]);
});

test('where SQLite gives up the whole transaction, the neighbours run again', async () => {
	await using world = openWorld();
	await world.database.transaction((t) => insert(t, 7));
	let runs = 0;
	const results = await Promise.allSettled([
		world.database.transaction(async (t) => {
			runs += 1;
			await insert(t, 1);
		}),
		world.database.transaction((t) => t.query(sql`insert or rollback into items values (7, 1)`)),
		world.database.transaction((t) => insert(t, 3)),
	]);
	assert.deepEqual(summary(results), ['done', 'FLOTILLA_DATABASE_CONSTRAINT none', 'done']);
	assert.equal(runs, 2);
	assert.deepEqual(await world.ids(), [1, 3, 7]);
});

test('when a deferred constraint refuses the COMMIT, only the one who broke it fails', async () => {
	await using world = openWorld();
	world.connection.exec(`
		drop table items;
		create table items (
			id integer primary key,
			parent integer not null references items deferrable initially deferred
		);
	`);
	const results = await Promise.allSettled(
		[1, 2, 3, 4, 5, 6, 7].map((id) =>
			world.database.transaction((t) => insert(t, id, id === 5 ? 99 : id)),
		),
	);
	const expected = [1, 2, 3, 4, 5, 6, 7].map((id) =>
		id === 5 ? 'FLOTILLA_DATABASE_CONSTRAINT none' : 'done',
	);
	assert.deepEqual(summary(results), expected);
	assert.deepEqual(await world.ids(), [1, 2, 3, 4, 6, 7]);
});

test('one that makes a deferred constraint and breaks it at once fails alone as well', async () => {
	await using world = openWorld();
	const results = await Promise.allSettled([
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction(async (t) => {
			await t.query(sql`create table a (id integer primary key, parent integer
				references a deferrable initially deferred)`);
			await t.query(sql`insert into a values (1, 7)`);
		}),
		world.database.transaction((t) => insert(t, 3)),
	]);
	assert.deepEqual(summary(results), ['done', 'FLOTILLA_DATABASE_CONSTRAINT none', 'done']);
	assert.deepEqual(await world.ids(), [1, 3]);
});

test('a transaction for which there is no room fails, and its neighbours commit', async () => {
	await using world = openWorld();
	world.connection.exec('pragma max_page_count = 20');
	const big = new Uint8Array(1_000_000);
	const results = await Promise.allSettled([
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction((t) => t.query(sql`insert into blobs values (${big})`)),
		world.database.transaction((t) => insert(t, 3)),
	]);
	assert.deepEqual(summary(results), ['done', 'FLOTILLA_DATABASE_FULL none', 'done']);
	assert.deepEqual(await world.ids(), [1, 3]);
});

test('a full disk at COMMIT refuses the whole group, and the next group is welcome', async () => {
	await using world = openWorld();
	world.connection.failNext('commit', FULL);
	const results = await Promise.allSettled([
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction((t) => insert(t, 1)),
	]);
	assert.deepEqual(summary(results), [
		'FLOTILLA_DATABASE_FULL none',
		'FLOTILLA_DATABASE_FULL none',
	]);
	await world.database.transaction((t) => insert(t, 2));
	assert.deepEqual(await world.ids(), [2]);
});

test('a failed sync leaves the outcome unknown, and nothing is written ever after', async () => {
	await using world = openWorld();
	world.connection.failNext('commit', IO_ERROR_FSYNC);
	const results = await Promise.allSettled([
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction(() => Promise.reject(new Error('refused'))),
		sleepInTransaction(world.database),
	]);
	assert.deepEqual(summary(results), [
		'FLOTILLA_COMMIT_UNKNOWN unknown',
		'FLOTILLA_COMMIT_UNKNOWN unknown',
		'FLOTILLA_TX_FOREIGN_AWAIT none',
	]);
	world.log.length = 0;
	const later = await Promise.allSettled([
		world.database.transaction((t) => insert(t, 2)),
		world.database.snapshot((t) => t.query(sql`select 1`)),
		world.database.exclusive((t) => t.script('delete from items')),
	]);
	assert.deepEqual(summary(later), Array(3).fill('FLOTILLA_DATABASE_UNAVAILABLE none'));
	assert.deepEqual(world.log, []);
});

test('a failed sync refuses also those who were already waiting', async () => {
	await using world = openWorld();
	world.connection.failNext('commit', IO_ERROR_FSYNC);
	let second: Promise<unknown> | undefined;
	const first = world.database.transaction(async (t) => {
		// Its group is under way, so the other one has to wait for the next.
		second ??= world.database.transaction((other) => insert(other, 2));
		second.catch(() => {});
		await insert(t, 1);
	});
	await assert.rejects(first, { code: 'FLOTILLA_COMMIT_UNKNOWN' });
	await assert.rejects(second as Promise<unknown>, { code: 'FLOTILLA_DATABASE_UNAVAILABLE' });
	assert.deepEqual(world.log, ['begin', 'commit']);
});

test('a disk that fails before the COMMIT has surely changed nothing', async () => {
	await using world = openWorld();
	world.connection.failNext('insert into items values (?1 , ?2 )', IO_ERROR_FSYNC);
	const results = await Promise.allSettled([
		world.database.transaction((t) => t.query(sql`update items set parent = 1`)),
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction((t) => t.query(sql`update items set parent = 1`)),
	]);
	assert.deepEqual(summary(results), Array(3).fill('FLOTILLA_DATABASE_UNAVAILABLE none'));
	assert.deepEqual(world.log, ['begin', 'rollback']);
});

test('one that waits for something else is rejected, and its neighbours commit', async () => {
	await using world = openWorld();
	const late: unknown[] = [];
	const results = await Promise.allSettled([
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction(async (t) => {
			await insert(t, 2);
			await sleep(20);
			await insert(t, 4).catch((error) => late.push(error.code));
		}),
		world.database.transaction((t) => insert(t, 3)),
	]);
	assert.deepEqual(summary(results), ['done', 'FLOTILLA_TX_FOREIGN_AWAIT none', 'done']);
	await sleep(40);
	assert.deepEqual(late, ['FLOTILLA_TX_CLOSED']);
	assert.deepEqual(await world.ids(), [1, 3]);
});

test('a transaction that waits for a snapshot or another transaction is found out', async () => {
	await using world = openWorld();
	const { database } = world;
	const results = await Promise.allSettled([
		database.snapshot((t) => t.query(sql`select 1`)),
		database.transaction(() => database.snapshot((t) => t.query(sql`select 1`))),
		database.transaction(() => database.transaction((t) => insert(t, 1))),
		database.snapshot(() => database.transaction((t) => insert(t, 2))),
	]);
	const foreign = 'FLOTILLA_TX_FOREIGN_AWAIT none';
	assert.deepEqual(summary(results), ['done', foreign, foreign, foreign]);
});

test('a transaction cannot join a snapshot that is about to be read anyway', async () => {
	await using world = openWorld({ reader: openSqliteWriter(':memory:') });
	const { database } = world;
	const nested = database.transaction(() => database.snapshot((t) => t.query(sql`select 1`)));
	const results = await Promise.allSettled([
		nested,
		database.snapshot((t) => t.query(sql`select 1`)),
	]);
	assert.deepEqual(summary(results), ['FLOTILLA_TX_FOREIGN_AWAIT none', 'done']);
});

test('one that waited for something else does not run again with its neighbours', async () => {
	await using world = openWorld();
	await world.database.transaction((t) => insert(t, 7));
	let runs = 0;
	const results = await Promise.allSettled([
		world.database.transaction(() => {
			runs += 1;
			return sleep(20);
		}),
		world.database.transaction((t) => insert(t, 1)),
		world.database.transaction((t) => t.query(sql`insert or rollback into items values (7, 1)`)),
	]);
	assert.deepEqual(summary(results), [
		'FLOTILLA_TX_FOREIGN_AWAIT none',
		'done',
		'FLOTILLA_DATABASE_CONSTRAINT none',
	]);
	assert.equal(runs, 1);
});

test('after a failed sync, closing leaves the write-ahead log alone', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-group-commit-'));
	const path = join(folder, 'test.sqlite');
	const connection = new FaultyConnection(openSqliteWriter(path), []);
	connection.exec('create table items (id integer primary key)');
	const clock = { defer: (callback: () => void) => void setImmediate(callback) };
	const reader = openSqliteReader(path);
	const database = new SqliteDatabase({ name: 'test', clock, writer: connection, reader });
	connection.failNext('commit', IO_ERROR_FSYNC);
	const outcome = database.transaction((t) => t.query(sql`insert into items values (1)`));
	await assert.rejects(outcome, { code: 'FLOTILLA_COMMIT_UNKNOWN' });
	const before = [readFileSync(path), readFileSync(`${path}-wal`)];
	await database.close();
	assert.deepEqual([readFileSync(path), readFileSync(`${path}-wal`)], before);
	rmSync(folder, { recursive: true });
});

test('a statement that would end the transaction of all is refused', async () => {
	await using world = openWorld();
	for (const verb of [
		'commit',
		'/* x */ ROLLBACK',
		'; -- x\n savepoint a',
		'pragma synchronous=0',
	]) {
		const outcome = world.database.transaction((t) => t.query({ strings: [verb], values: [] }));
		await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'none' });
	}
});

test('a script that ends its own transaction is told that it may have taken effect', async () => {
	await using world = openWorld();
	const outcome = world.database.exclusive((t) =>
		t.script('insert into items values (1, 1); commit; begin; insert into items values (2, 2)'),
	);
	await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'unknown' });
	assert.deepEqual(await world.ids(), [1]);
});

test('a group has at most 256 members', async () => {
	await using world = openWorld();
	const ids = Array.from({ length: 600 }, (_, index) => index);
	await Promise.all(ids.map((id) => world.database.transaction((t) => insert(t, id))));
	assert.equal(world.log.filter((line) => line === 'commit').length, 3);
	assert.deepEqual(await world.ids(), ids);
});

test('a transaction beyond 10_000 that wait is refused as overload', async () => {
	await using world = openWorld();
	const admitted = Array.from({ length: 10_000 }, () =>
		world.database.transaction((t) => t.query(sql`select 1`)),
	);
	const refused = world.database.transaction((t) => t.query(sql`select 1`));
	await assert.rejects(refused, { code: 'FLOTILLA_OVERLOADED', effect: 'none' });
	await Promise.all(admitted);
	await world.database.transaction((t) => t.query(sql`select 1`));
});

test('a rerun on purpose leaves the effects of the second run only', async () => {
	await using world = openWorld({ rerun: () => true });
	let runs = 0;
	await world.database.transaction(async (t) => {
		runs += 1;
		await insert(t, runs);
	});
	assert.equal(runs, 2);
	assert.deepEqual(await world.ids(), [2]);
});

test('a statement keeps working when the schema changes under it', async () => {
	await using world = openWorld();
	const everything = sql`select * from items`;
	await world.database.transaction((t) => insert(t, 1));
	await world.database.snapshot((t) => t.query(everything));
	await world.database.exclusive((t) => t.script('alter table items add column note text'));
	const { rows } = await world.database.snapshot((t) => t.query(everything));
	assert.deepEqual({ ...rows[0] }, { id: 1, parent: 1, note: null });
});

test('statements with returning say how many rows they changed', async () => {
	await using world = openWorld();
	const counts = await world.database.transaction(async (t) => [
		(await t.query(sql`insert into items values (1, 1), (2, 2) returning id`)).changes,
		(
			await t.query(
				sql`with old as (select 1 as id) delete from items where id in (select id from old) returning id`,
			)
		).changes,
		(await t.query(sql`with word as (select 'returning' as word) select * from word`)).changes,
		(await t.query(sql`select * from items`)).changes,
	]);
	assert.deepEqual(counts, [2, 1, 0, 0]);
});

/** One word for each result: `done`, a code with its effect, or a message. */
function summary(results: readonly PromiseSettledResult<unknown>[]): readonly string[] {
	return results.map((result) => {
		if (result.status === 'fulfilled') return 'done';
		const { code, effect, message } = result.reason;
		return code === undefined ? message : `${code} ${effect}`;
	});
}

function insert(t: SqlSession, id: SqlValue, parent: SqlValue = id): Promise<unknown> {
	return t.query(sql`insert into items values (${id}, ${parent})`);
}

function sleepInTransaction(database: SqliteDatabase): Promise<void> {
	return database.transaction(() => sleep(20));
}

/** A database in memory, with a log of what reached SQLite and of what the test adds. */
function openWorld(
	options: { readonly rerun?: () => boolean; readonly reader?: SqliteConnection } = {},
) {
	const log: string[] = [];
	const connection = new FaultyConnection(openSqliteWriter(':memory:'), log);
	connection.exec(`
		create table items (
			id integer primary key,
			parent integer not null references items
		);
		create table blobs (bytes blob);
	`);
	const clock = { defer: (callback: () => void) => void setImmediate(callback) };
	const database = new SqliteDatabase({ name: 'test', clock, writer: connection, ...options });
	return {
		database,
		connection,
		log,
		async ids(): Promise<readonly unknown[]> {
			const { rows } = await database.snapshot((t) =>
				t.query(sql`select id from items order by id`),
			);
			return rows.map((row) => row.id);
		},
		[Symbol.asyncDispose]: () => database.close(),
	};
}

/** A connection that can be told to fail, and writes down each begin, commit and rollback. */
class FaultyConnection implements SqliteConnection {
	readonly #inner: SqliteConnection;
	readonly #log: string[];
	readonly #failures: Map<string, number> = new Map();

	constructor(inner: SqliteConnection, log: string[]) {
		this.#inner = inner;
		this.#log = log;
	}

	get inTransaction(): boolean {
		return this.#inner.inTransaction;
	}

	/** Makes the next execution of the statement fail with this result code, without effect. */
	failNext(text: string, errcode: number): void {
		this.#failures.set(text, errcode);
	}

	prepare(text: string): SqliteStatement {
		const statement = this.#inner.prepare(text);
		const before = (): void => {
			if (/^(begin immediate|commit|rollback)$/.test(text))
				this.#log.push(text.split(' ')[0] ?? '');
			const errcode = this.#failures.get(text);
			this.#failures.delete(text);
			if (errcode !== undefined) throw Object.assign(new Error('injected'), { errcode });
		};
		return {
			givesRows: statement.givesRows,
			all: (values) => {
				before();
				return statement.all(values);
			},
			run: (values) => {
				before();
				return statement.run(values);
			},
		};
	}

	exec(text: string): void {
		this.#inner.exec(text);
	}

	close(): void {
		this.#inner.close();
	}
}
