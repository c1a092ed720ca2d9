import assert from 'node:assert/strict';
import { app, contract, type Migration, service } from 'flotilla';
import { type Database, type Databases, nodeHost } from 'flotilla/adapter';
import { type Fleet, run } from 'flotilla/run';
import type { EngineUnderTest, Register } from './service-suite.ts';

const Shelf = contract('shelf', { version: 1 });
const Other = contract('other', { version: 1 });

const books = { name: '0001-books', sql: 'create table books (title text primary key)' };
const pages = { name: '0002-pages', sql: 'alter table books add column pages bigint' };
const moby = { name: '0003-moby', sql: "insert into books values ('Moby Dick', 635)" };

/** What holds for migrations. */
export function migrations(scenario: Register): void {
	applied(scenario);
	changed(scenario);
	refused(scenario);
}

function applied(scenario: Register): void {
	scenario('migrations run in order, once, and more may be added later', async (engine) => {
		await start(engine, [books]);
		await start(engine, [books, pages, moby]);
		await start(engine, [books, pages, moby]);
		assert.deepEqual(await titles(engine), ['Moby Dick']);
		const names = (await applications(engine)).map(({ name }) => name);
		assert.deepEqual(names, ['0001-books', '0002-pages', '0003-moby']);
	});

	scenario('when nothing is to be done, nothing is written or locked', async (engine) => {
		await start(engine, [books]);
		const before = await applications(engine);
		const databases: Databases = {
			open: async (name, options) => {
				const database = await engine.databases.open(name, options);
				return watched(database);
			},
		};
		await start({ ...engine, databases }, [books]);
		assert.deepEqual(await applications(engine), before);
	});

	scenario('each dialect gets its own text, and an end of line is no change', async (engine) => {
		const both = (text: string): Migration => ({
			name: '0001-books',
			sql: { sqlite: `-- sqlite\n${text}`, postgres: `-- postgres\n${text}` },
		});
		await start(engine, [both('create table books\n(title text)')]);
		await start(engine, [both('create table books\r\n(title text)')]);
		assert.deepEqual(await titles(engine), []);
	});
}

function changed(scenario: Register): void {
	const all = [books, pages, moby];
	const ways: Readonly<Record<string, readonly Migration[]>> = {
		edited: [books, { ...pages, sql: `${pages.sql} default 1` }, moby],
		missing: [books, moby],
		'missing at the end': [books, pages],
		reordered: [pages, books, moby],
		renamed: [{ ...books, name: '0001-titles' }, pages, moby],
		'preceded by a new one': [{ name: '0000-new', sql: 'select 1' }, ...all],
		'there twice': [...all, books],
	};
	for (const [how, others] of Object.entries(ways)) {
		scenario(`a migration that has run and is ${how} is refused`, async (engine) => {
			await start(engine, all);
			const before = await applications(engine);
			const later = { name: '0009-later', sql: "insert into books values ('Emma', 474)" };
			await refusal(engine, [...others, later], 'FLOTILLA_MIGRATION_CHANGED');
			assert.deepEqual(await applications(engine), before);
			await start(engine, all);
			assert.deepEqual(await titles(engine), ['Moby Dick']);
		});
	}

	scenario('what has run is not examined again, whatever the sieve learns', async (engine) => {
		await start(engine, [{ name: '0001-books', sql: { sqlite: stamp, postgres: stamp } }]);
		await start(engine, [{ name: '0001-books', sql: stamp }]);
		assert.deepEqual(await titles(engine), []);
	});

	scenario('tables of a newer platform are refused', async (engine) => {
		await start(engine, [books]);
		const database = await open(engine);
		await database.transaction((session) =>
			session.query({
				strings: [
					`insert into flotilla_migrations (owner, name, ordinal, checksum, applied_at_ms)
					values ('flotilla', 'flotilla-9999-future', 9999, 'x', 0)`,
				],
				values: [],
			}),
		);
		await database.close();
		await refusal(engine, [books, pages], 'FLOTILLA_DATA_NEWER');
		const names = (await applications(engine)).map(({ name }) => name);
		assert.deepEqual(names, ['0001-books']);
	});
}

const stamp = 'create table books (title text, printed_at timestamp)';

function refused(scenario: Register): void {
	scenario('a migration that fails leaves the database as it was', async (engine) => {
		await start(engine, [books]);
		const half = { name: '0003-half', sql: "insert into books values ('a', 1); nonsense" };
		await refusal(engine, [books, pages, half, moby], 'FLOTILLA_MIGRATION_FAILED');
		const twice = { ...half, sql: `${moby.sql}; ${moby.sql}` };
		await refusal(engine, [books, pages, twice], 'FLOTILLA_MIGRATION_FAILED');
		assert.deepEqual(await titles(engine), []);
		assert.equal((await applications(engine)).length, 1);
		await start(engine, [books, pages, moby]);
		assert.deepEqual(await titles(engine), ['Moby Dick']);
	});

	scenario('a migration that would end its transaction is refused', async (engine) => {
		const ending = { name: '0002-ending', sql: `${pages.sql}; commit; nonsense` };
		const inDialects = { sqlite: ending.sql, postgres: ending.sql };
		for (const sql of [ending.sql, inDialects]) {
			await refusal(engine, [books, { ...ending, sql }], 'FLOTILLA_MIGRATION_FAILED');
		}
		await start(engine, [books, pages]);
		assert.equal((await applications(engine)).length, 2);
	});

	scenario('what is not portable is refused before anything is changed', async (engine) => {
		const local = { name: '0002-local', sql: stamp };
		await refusal(engine, [books, local], 'FLOTILLA_MIGRATION_NOT_PORTABLE');
		await start(engine, []);
		assert.deepEqual(await applications(engine), []);
	});

	scenario('when those of one service are refused, no other is changed', async (engine) => {
		await start(engine, [books], [books]);
		const edited = { ...books, sql: `${books.sql} ` };
		await refusal(engine, [books, pages], 'FLOTILLA_MIGRATION_CHANGED', [edited]);
		assert.equal((await applications(engine)).length, 1);
		// And everything has been let go of.
		await start(engine, [books, pages], [books, pages]);
		assert.equal((await applications(engine)).length, 2);
	});

	scenario('when those of the last service fail, all databases are let go of', async (engine) => {
		const failing = { name: '0001-failing', sql: 'nonsense' };
		await refusal(engine, [books], 'FLOTILLA_MIGRATION_FAILED', [failing]);
		await start(engine, [books, pages], [books]);
		assert.equal((await applications(engine)).length, 2);
	});
}

/** Starts two services with these migrations and stops them again. */
async function start(
	{ databases, dataDir }: Pick<EngineUnderTest, 'databases' | 'dataDir'>,
	ofShelf: readonly Migration[],
	ofOther: readonly Migration[] = [],
): Promise<void> {
	const services = [
		service(Shelf, { migrations: ofShelf }, () => ({})),
		service(Other, { migrations: ofOther }, () => ({})),
	];
	const host = { ...nodeHost(), logs: { write: () => {}, flush: () => Promise.resolve() } };
	const fleet: Fleet = await run(app('library', services), { dataDir, databases, host });
	await fleet.close();
}

async function refusal(
	engine: EngineUnderTest,
	ofShelf: readonly Migration[],
	code: string,
	ofOther?: readonly Migration[],
): Promise<void> {
	await assert.rejects(start(engine, ofShelf, ofOther), { code });
}

function open({ databases, dataDir }: EngineUnderTest): Promise<Database> {
	return databases.open('shelf', { folder: dataDir });
}

async function query(engine: EngineUnderTest, text: string) {
	const database = await open(engine);
	try {
		const found = await database.snapshot((session) =>
			session.query({ strings: [text], values: [] }),
		);
		return found.rows;
	} finally {
		await database.close();
	}
}

async function titles(engine: EngineUnderTest): Promise<unknown[]> {
	const rows = await query(engine, 'select title from books order by title');
	return rows.map(({ title }) => title);
}

/** What the database says has run of the service's migrations, and when. */
function applications(engine: EngineUnderTest) {
	return query(
		engine,
		`select name, checksum, applied_at_ms from flotilla_migrations where owner = 'service'
		order by ordinal`,
	);
}

/** A database that nobody may write to. */
function watched(database: Database): Database {
	return {
		name: database.name,
		dialect: database.dialect,
		shared: database.shared,
		transaction: () => Promise.reject(new Error('a transaction was begun')),
		exclusive: () => Promise.reject(new Error('the database was locked')),
		snapshot: (work) => database.snapshot(work),
		notify: () => {},
		onNotify: () => {},
		close: () => database.close(),
	};
}
