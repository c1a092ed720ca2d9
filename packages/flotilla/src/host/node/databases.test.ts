import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	copyFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { sql } from '../../database/sql.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { RandomSource } from '../random.ts';
import { NodeDatabases } from './databases.ts';

const clock = { defer: (callback: () => void) => void setImmediate(callback) } as Clock;
const random = { next: () => 0 } as RandomSource;
const databases = new NodeDatabases(clock, random);

test('what was committed is there when the database is opened again', async () => {
	using folder = temporaryFolder();
	const first = await databases.open('orders', { folder: join(folder.path, 'a', 'b') });
	await fill(first, 10);
	await first.close();
	const second = await databases.open('orders', { folder: join(folder.path, 'a', 'b') });
	assert.equal(await count(second), 10);
	await second.close();
});

test('a name that is none is refused before any file is touched', async () => {
	using folder = temporaryFolder();
	await assert.rejects(databases.open('../orders', { folder: folder.path }), TypeError);
});

test('a database is open once at a time, in this process too', async () => {
	using folder = temporaryFolder();
	const first = await databases.open('orders', { folder: folder.path });
	await fill(first, 1);
	await assert.rejects(databases.open('orders', { folder: folder.path }), inUse);
	await fill(first, 1);
	await first.close();
	await (await databases.open('orders', { folder: folder.path })).close();
});

test('a second process is refused until the first is gone, even when that was killed', async () => {
	using folder = temporaryFolder();
	const child = startWriter(folder.path);
	await child.acknowledgements(10);
	await assert.rejects(databases.open('orders', { folder: folder.path }), inUse);
	await child.kill();
	const database = await databases.open('orders', { folder: folder.path });
	await database.close();
});

test('no acknowledged transaction is lost when the process is killed', async (context) => {
	using folder = temporaryFolder();
	let acknowledged = -1;
	for (let round = 0; round < 5; round += 1) {
		const child = startWriter(folder.path);
		await child.acknowledgements(200 + round * 150);
		acknowledged += await child.kill();
		const log = statSync(join(folder.path, 'orders.sqlite-wal'));
		assert.ok(log.size > 0, 'the kill left no write-ahead log to recover from');
		const database = await databases.open('orders', { folder: folder.path });
		const { rows } = await database.snapshot((t) => t.query(sql`select id from items order by id`));
		await database.close();
		const ids = new Set(rows.map((row) => row.id as number));
		const missing = child.acknowledged.filter((id) => !ids.has(id));
		assert.deepEqual(missing, []);
		assert.equal([...ids].filter((id) => id < 0).length, 0, 'a rolled back row is there');
	}
	context.diagnostic(`${acknowledged + 1} transactions acknowledged, 0 lost`);
});

for (const [title, damage] of [
	['a text file', (path) => writeFileSync(path, 'Dear diary,\n'.repeat(2_000))],
	['a short text file', (path) => writeFileSync(path, 'x')],
	['a file that was cut off within a page', (path) => truncateSync(path, 10_001)],
	['a file that was cut off between pages', (path) => truncateSync(path, 40_960)],
	['a file with garbage in the middle', (path) => overwrite(path, 40_960, 8_192)],
	['a file with garbage in its header', (path) => overwrite(path, 16, 84)],
] as const satisfies readonly (readonly [string, (path: string) => void])[]) {
	test(`${title} is refused and left as it is`, async () => {
		using folder = temporaryFolder();
		const path = await makeDatabase(folder.path, 3_000);
		damage(path);
		const before = readFileSync(path);
		await assert.rejects(databases.open('orders', { folder: folder.path }), corrupt(path));
		assert.deepEqual(readFileSync(path), before);
		assert.equal(existsSync(`${path}-wal`), false);
	});
}

test('a damaged file with a log is refused, and both are left as they are', async () => {
	using folder = temporaryFolder();
	const path = await makeDatabase(folder.path, 3_000);
	const child = startWriter(folder.path);
	await child.acknowledgements(300);
	await child.kill();
	overwrite(path, 40_960, 8_192);
	const before = [readFileSync(path), readFileSync(`${path}-wal`)];
	assert.ok((before[1]?.length ?? 0) > 0);
	for (let attempt = 0; attempt < 2; attempt += 1) {
		await assert.rejects(databases.open('orders', { folder: folder.path }), corrupt(path));
		assert.deepEqual([readFileSync(path), readFileSync(`${path}-wal`)], before);
	}
});

test('a log whose file has gone is not deleted', async () => {
	using folder = temporaryFolder();
	const path = join(folder.path, 'orders.sqlite');
	const child = startWriter(folder.path);
	await child.acknowledgements(10);
	await child.kill();
	rmSync(path);
	const before = readFileSync(`${path}-wal`);
	await assert.rejects(databases.open('orders', { folder: folder.path }), corrupt(path));
	assert.deepEqual(readFileSync(`${path}-wal`), before);
	assert.equal(existsSync(path), false);
});

test('checking an intact file with a log of a killed process changes neither', async () => {
	using folder = temporaryFolder();
	const path = join(folder.path, 'orders.sqlite');
	const child = startWriter(folder.path);
	await child.acknowledgements(50);
	await child.kill();
	// A second copy, so that its check fails only at the very end: another one has the database open.
	const [file, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
	const database = await databases.open('orders', { folder: folder.path });
	assert.ok((await count(database)) >= 50);
	const copy = join(folder.path, 'copy.sqlite');
	writeFileSync(copy, file);
	writeFileSync(`${copy}-wal`, log);
	const other = await databases.open('copy', { folder: folder.path });
	assert.equal(await count(other), await count(database));
	await other.close();
	await database.close();
});

test('a folder that cannot be made is reported with its path', async () => {
	using folder = temporaryFolder();
	writeFileSync(join(folder.path, 'file'), '');
	await assert.rejects(databases.open('orders', { folder: join(folder.path, 'file', 'data') }), {
		code: 'FLOTILLA_DATABASE_UNAVAILABLE',
		effect: 'none',
	});
});

test('a snapshot cannot write and does not see what is committed meanwhile', async () => {
	using folder = temporaryFolder();
	const database = await databases.open('orders', { folder: folder.path });
	await fill(database, 1);
	const writing = database.snapshot((t) => t.query(sql`delete from items`));
	await assert.rejects(writing, { code: 'FLOTILLA_DATABASE_STATEMENT' });
	assert.equal(await count(database), 1);
	await database.close();
});

test('a copy of the file alone is complete once the database is closed', async () => {
	using folder = temporaryFolder();
	const path = await makeDatabase(folder.path, 20);
	assert.equal(existsSync(`${path}-wal`), false);
	copyFileSync(path, join(folder.path, 'copy.sqlite'));
	const copy = await databases.open('copy', { folder: folder.path });
	assert.equal(await count(copy), 20);
	await copy.close();
});

function inUse(error: { readonly code: string; readonly message: string }): boolean {
	assert.equal(error.code, 'FLOTILLA_DATABASE_IN_USE');
	return error.message.includes('orders.sqlite');
}

function corrupt(path: string) {
	return (error: { readonly code: string; readonly message: string }): boolean => {
		assert.equal(error.code, 'FLOTILLA_DATABASE_CORRUPT');
		return error.message.includes(path);
	};
}

async function makeDatabase(folder: string, rows: number): Promise<string> {
	const database = await databases.open('orders', { folder });
	await fill(database, rows);
	await database.close();
	return join(folder, 'orders.sqlite');
}

async function fill(database: Database, rows: number): Promise<void> {
	await database.exclusive((t) =>
		t.script('create table if not exists items (id integer primary key, note text)'),
	);
	await database.transaction(async (t) => {
		for (let index = 0; index < rows; index += 1) {
			await t.query(sql`insert into items (note) values (${'n'.repeat(40)})`);
		}
	});
}

async function count(database: Database): Promise<number> {
	const { rows } = await database.snapshot((t) => t.query(sql`select count(*) as n from items`));
	return rows[0]?.n as number;
}

function overwrite(path: string, offset: number, length: number): void {
	const bytes = readFileSync(path);
	for (let index = 0; index < length; index += 1) bytes[offset + index] = (index * 37 + 11) & 0xff;
	writeFileSync(path, bytes);
}

function temporaryFolder(): { readonly path: string } & Disposable {
	const path = mkdtempSync(join(tmpdir(), 'flotilla-databases-'));
	return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * A process that inserts rows from 32 callers without end and prints the identifier of each
 * acknowledged one. Each fourth transaction inserts a negative number and then fails.
 */
function startWriter(folder: string) {
	const program = `
		import { NodeDatabases } from ${JSON.stringify(import.meta.resolve('./databases.ts'))};
		const clock = { defer: (callback) => setImmediate(callback) };
		const database = await new NodeDatabases(clock, {}).open('orders', { folder: process.argv[1] });
		const statement = (sql) => ({ strings: [sql], values: [] });
		await database.exclusive((t) =>
			t.script('create table if not exists items (id integer primary key, note text)'));
		const { rows } = await database.snapshot((t) => t.query(statement('select max(id) as n from items')));
		let next = (rows[0].n ?? 0) + 1;
		const insert = (t, id) => t.query({ strings: ['insert into items values (', ', ', ')'], values: [id, 'x'.repeat(100)] });
		for (let caller = 0; caller < 32; caller += 1) void (async () => {
			for (;;) {
				const id = next++;
				if (id % 4 === 0) {
					await database.transaction(async (t) => { await insert(t, -id); throw 0; }).catch(() => {});
				} else {
					await database.transaction((t) => insert(t, id));
					process.stdout.write(id + '\\n');
				}
			}
		})();
	`;
	const child = spawn(
		process.execPath,
		['--conditions=flotilla-src', '--input-type=module', '-e', program, folder],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const acknowledged: number[] = [];
	const lines = createInterface({ input: child.stdout });
	lines.on('line', (line) => acknowledged.push(Number(line)));
	const ended = once(lines, 'close');
	return {
		acknowledged,
		async acknowledgements(atLeast: number): Promise<void> {
			while (acknowledged.length < atLeast) await once(lines, 'line');
		},
		/** Kills it and resolves with the number of acknowledgements once all of them have arrived. */
		async kill(): Promise<number> {
			child.kill('SIGKILL');
			await ended;
			return acknowledged.length;
		},
	};
}
