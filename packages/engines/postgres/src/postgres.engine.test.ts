import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { type DatabaseUnderTest, databaseSuite } from '@flotilla/conformance';
import type { Database, SqlSession, SqlStatement, SqlValue } from 'flotilla/adapter';
import connect from 'postgres';
import { type PostgresLayout, type PostgresOptions, postgres } from './postgres-databases.ts';

const server = process.env.FLOTILLA_POSTGRES_URL;

if (server === undefined) {
	test('PostgreSQL as a database', { skip: 'FLOTILLA_POSTGRES_URL is not set' }, () => {});
} else {
	for (const layout of ['database', 'schema'] as const) {
		databaseSuite(`PostgreSQL with a ${layout} for each service`, () => open(server, { layout }));
	}
	databaseSuite('PostgreSQL with every second transaction run twice', () =>
		open(server, { layout: 'schema', rerunShare: 0.5 }),
	);
	describe('PostgreSQL', () => ownScenarios(server));
}

function ownScenarios(url: string): void {
	const admin = connect(url, { max: 2, onnotice: () => {} });
	after(() => admin.end());

	test('a server that cannot be reached is named without its password', async () => {
		const databases = postgres({ url: 'postgres://ann:s3cret@127.0.0.1:1/postgres' });
		await assert.rejects(databases.open('orders', { folder: '' }), (error: Error) => {
			assert.match(error.message, /orders at 127\.0\.0\.1:1 .*ECONNREFUSED/);
			assert.doesNotMatch(error.message, /s3cret/);
			return (error as { code?: string }).code === 'FLOTILLA_DATABASE_UNAVAILABLE';
		});
	});

	test('options that make no sense are refused at once', () => {
		assert.throws(() => postgres({ url: 'http://127.0.0.1' }), TypeError);
		assert.throws(() => postgres({ url, prefix: 'Shop"' }), TypeError);
		assert.throws(() => postgres({ url, maxConnections: 0 }), TypeError);
		assert.throws(() => postgres({ url, statementTimeoutMs: 0.5 }), TypeError);
	});

	test('a name that is none, or too long, is refused', async () => {
		const databases = postgres({ url });
		for (const name of ['a"b', 'A', '', 'a'.repeat(64)]) {
			await assert.rejects(databases.open(name, { folder: '' }), TypeError);
		}
	});

	for (const layout of ['database', 'schema'] as const) {
		test(`several processes may be the first to open a service (${layout})`, async () => {
			const name = freshName();
			const databases = postgres({ url, layout, prefix: 'shop_' });
			const opened = await Promise.all(
				Array.from({ length: 4 }, () => databases.open(name, { folder: '' })),
			);
			await makeCounter(opened[0] as Database);
			for (const database of opened) assert.equal(await counterOf(database), 0);
			await Promise.all(opened.map((database) => database.close()));
			await drop(url, layout, `shop_${name.replaceAll('-', '_')}`);
		});
	}

	test('services with a schema each do not see each other', async () => {
		const [one, two] = [
			await open(url, { layout: 'schema' }),
			await open(url, { layout: 'schema' }),
		];
		await makeCounter(one.database);
		await assert.rejects(counterOf(two.database), { code: 'FLOTILLA_DATABASE_STATEMENT' });
		await Promise.all([one.close(), two.close()]);
	});

	test('a connection that is lost before COMMIT has changed nothing, and the next one works', async () => {
		const subject = await open(url, { layout: 'schema' });
		const { database } = subject;
		await makeCounter(database);
		const outcome = database.transaction(async (t) => {
			await increment(t);
			await t.query(sql`select pg_terminate_backend(pg_backend_pid())`);
		});
		await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_UNAVAILABLE', effect: 'none' });
		await database.transaction(increment);
		assert.equal(await counterOf(database), 1);
		await subject.close();
	});

	test('idle connections that the server has closed are replaced unnoticed', async () => {
		const subject = await open(url, { layout: 'schema' });
		const { database } = subject;
		await makeCounter(database);
		await Promise.all(Array.from({ length: 8 }, () => database.transaction(increment)));
		await admin`select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = ${`flotilla ${database.name}`}`;
		await new Promise((resolve) => setTimeout(resolve, 50));
		await database.transaction(increment);
		assert.equal(await counterOf(database), 9);
		await subject.close();
	});

	for (const arrives of [true, false]) {
		test(`a COMMIT without an answer may have happened (it has ${arrives ? '' : 'not '}arrived)`, async () => {
			await using proxy = await openProxy(url);
			const subject = await open(proxy.url, { layout: 'schema' });
			const { database } = subject;
			await makeCounter(database);
			proxy.cutAt('commit', arrives);
			const outcome = database.transaction(increment);
			await assert.rejects(outcome, { code: 'FLOTILLA_COMMIT_UNKNOWN', effect: 'unknown' });
			// The server may still be at it.
			const expected = arrives ? 1 : 0;
			for (let tries = 0; tries < 100 && (await counterOf(database)) !== expected; tries += 1);
			assert.equal(await counterOf(database), expected);
			await subject.close();
		});
	}

	test('the rest of a transaction never runs without its beginning', async () => {
		await using proxy = await openProxy(url);
		const subject = await open(proxy.url, { layout: 'schema', maxConnections: 1 });
		const { database } = subject;
		await makeCounter(database);
		await database.exclusive((t) => t.script('create table blobs (bytes bytea)'));
		// Too large for the buffers, so that what follows has to wait within this process.
		const blob = new Uint8Array(4_000_000).fill(0xab);
		for (let round = 0; round < 5; round += 1) {
			proxy.cutAt('abababab', false);
			const outcome = database.transaction((t) =>
				Promise.all([
					t.query(sql`insert into blobs values (${blob})`),
					...Array.from({ length: 5 }, () => t.query(sql`update counter set value = value + 1`)),
				]),
			);
			await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_UNAVAILABLE', effect: 'none' });
			// The driver would have connected again by now.
			await new Promise((resolve) => setTimeout(resolve, 100));
			assert.equal(await counterOf(database), 0);
		}
		await subject.close();
	});

	test('an answer that never comes is not waited for without end', async () => {
		await using proxy = await openProxy(url);
		const subject = await open(proxy.url, { layout: 'schema', statementTimeoutMs: 100 });
		const { database } = subject;
		await makeCounter(database);
		proxy.swallowAt('update counter');
		const beganMs = performance.now();
		const outcome = database.transaction(increment);
		await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_UNAVAILABLE', effect: 'none' });
		assert.ok(performance.now() - beganMs < 10_000);
		assert.equal(await counterOf(database), 0);
		await subject.close();
	});

	test('a statement that takes too long is ended by the server', async () => {
		const subject = await open(url, { layout: 'schema', statementTimeoutMs: 100 });
		const { database } = subject;
		const outcome = database.transaction((t) => t.query(sql`select pg_sleep(10)`));
		await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_UNAVAILABLE', effect: 'none' });
		// A migration takes the time that it takes.
		await database.exclusive((t) => t.script('select pg_sleep(0.3)'));
		await subject.close();
	});

	test('two processes that change one row lose no update', async () => {
		const subject = await open(url, { layout: 'schema' });
		const { database } = subject;
		const other = await subject.reopen();
		await makeCounter(database);
		const all = [database, other].flatMap((opened) =>
			Array.from({ length: 40 }, () => opened.transaction(increment)),
		);
		await Promise.all(all);
		assert.equal(await counterOf(database), 80);
		await other.close();
		await subject.close();
	});

	test('a transaction that loses every time is given up', async () => {
		const subject = await open(url, { layout: 'schema', random: { next: () => 0 } });
		let runs = 0;
		const outcome = subject.database.transaction(async (t) => {
			runs += 1;
			await t.query(sql`do $$ begin raise exception using errcode = '40001'; end $$`).catch(() => {
				throw new Error('it may believe that this is something else');
			});
		});
		await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_CONTENTION', effect: 'none' });
		assert.equal(runs, 11);
		await subject.close();
	});

	test('a table that another process changes does not confuse prepared statements', async () => {
		const subject = await open(url, { layout: 'schema' });
		const { database } = subject;
		const other = await subject.reopen();
		await makeCounter(database);
		const read = () => database.snapshot((t) => t.query(everything));
		const everything = sql`select * from counter`;
		await Promise.all(Array.from({ length: 30 }, read));
		await other.exclusive((t) => t.script('alter table counter add column note text'));
		const results = await Promise.all(Array.from({ length: 30 }, read));
		for (const { rows } of results) assert.deepEqual(rows, [{ value: 0, note: null }]);
		await other.close();
		await subject.close();
	});

	test('a script that ends its own transaction is told that it may have taken effect', async () => {
		const subject = await open(url, { layout: 'schema' });
		for (const script of ['create table a (b text); commit', 'commit; begin', 'rollback']) {
			const outcome = subject.database.exclusive((t) => t.script(script));
			await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'unknown' });
		}
		await subject.close();
	});

	test('commits are durable even where the server defaults to less', async () => {
		const subject = await open(url, { layout: 'database' });
		await subject.database.exclusive((t) =>
			t.script(`do $$ begin execute format(
				'alter database %I set synchronous_commit = off', current_database()); end $$`),
		);
		await subject.database.close();
		const database = await subject.reopen();
		const { rows } = await database.snapshot((t) => t.query(sql`show synchronous_commit`));
		assert.deepEqual(rows, [{ synchronous_commit: 'on' }]);
		await database.close();
		await subject.close();
	});

	test('no more connections are made than were allowed, and none is left after closing', async () => {
		const subject = await open(url, { layout: 'schema', maxConnections: 3 });
		const { database } = subject;
		const mine = `flotilla ${database.name}`;
		const count = async (): Promise<number> => {
			const rows = await admin`select 1 from pg_stat_activity where application_name = ${mine}`;
			return rows.length;
		};
		await makeCounter(database);
		const work = Array.from({ length: 50 }, () => database.transaction(increment));
		assert.ok((await count()) <= 4);
		await Promise.all([database.close(), ...work]);
		await subject.close();
	});

	test('texts that are put together anew each time do not pile up on the server', async () => {
		const subject = await open(url, { layout: 'schema', maxConnections: 1 });
		const { rows } = await subject.database.snapshot(async (t) => {
			for (let index = 0; index < 100; index += 1) {
				await t.query({ strings: [`select ${index}`], values: [] });
				await t.query(sql`select 1 as one`);
			}
			return t.query(sql`select count(*) as n from pg_prepared_statements`);
		});
		assert.ok((rows[0]?.n as number) < 5);
		await subject.close();
	});

	test('notifications come again after the connection for them was lost', async () => {
		const subject = await open(url, { layout: 'schema' });
		const { database } = subject;
		const other = await subject.reopen();
		const heard = Promise.withResolvers<string>();
		other.onNotify(heard.resolve);
		await admin`select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = ${`flotilla ${database.name}`}`;
		const again = setInterval(() => database.notify('hello'), 20);
		assert.equal(await heard.promise, 'hello');
		clearInterval(again);
		await other.close();
		await subject.close();
	});

	test('a notification that is too long is refused at once', async () => {
		const subject = await open(url, { layout: 'schema' });
		assert.throws(() => subject.database.notify('ü'.repeat(2_001)), TypeError);
		await subject.close();
	});
}

const freshName = (): string => `test-${randomUUID().slice(0, 8)}`;

async function open(
	url: string,
	options: Omit<PostgresOptions, 'url'> & {
		readonly layout: PostgresLayout;
		readonly rerunShare?: number;
	},
): Promise<DatabaseUnderTest> {
	const name = freshName();
	const { rerunShare = 0 } = options;
	const databases = postgres({ url, ...options });
	const reopen = () => databases.open(name, { folder: '', rerunShare });
	const database = await reopen();
	return {
		database,
		reopen,
		openAnother: reopen,
		async close() {
			await database.close();
			await refuseLeaks(name);
			await drop(url, options.layout, name.replaceAll('-', '_'));
		},
	};
}

/** The server takes a moment to notice that a connection was closed. */
async function refuseLeaks(name: string): Promise<void> {
	const admin = connect(server as string, { max: 1, onnotice: () => {} });
	const isOurs = `flotilla ${name}`;
	for (let tries = 1; ; tries += 1) {
		const left = await admin`select 1 from pg_stat_activity where application_name = ${isOurs}`;
		if (left.length === 0) break;
		assert.ok(tries < 200, `${left.length} connections are left after closing`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
	await admin.end();
}

async function drop(url: string, layout: PostgresLayout, physicalName: string): Promise<void> {
	const admin = connect(url, { max: 1, onnotice: () => {} });
	await admin.unsafe(
		layout === 'database'
			? `drop database "${physicalName}" with (force)`
			: `drop schema "${physicalName}" cascade`,
	);
	await admin.end();
}

async function makeCounter(database: Database): Promise<void> {
	await database.exclusive((t) =>
		t.script('create table counter (value bigint not null); insert into counter values (0)'),
	);
}

async function increment(t: SqlSession): Promise<void> {
	const { rows } = await t.query(sql`select value from counter`);
	await t.query(sql`update counter set value = ${(rows[0]?.value as number) + 1}`);
}

async function counterOf(database: Database): Promise<unknown> {
	const { rows } = await database.snapshot((t) => t.query(sql`select value from counter`));
	return rows[0]?.value;
}

function sql(strings: TemplateStringsArray, ...values: readonly SqlValue[]): SqlStatement {
	return { strings, values };
}

/** A way to the server that breaks once, or falls silent, when the client says a certain word. */
async function openProxy(url: string) {
	const target = new URL(url);
	const sockets = new Set<Socket>();
	let word: string | undefined;
	let then: 'cut' | 'deliver and cut' | 'swallow' = 'cut';
	const proxy = createServer((client) => {
		const upstream = connectSocket(Number(target.port), target.hostname);
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => {
				client.destroy();
				upstream.destroy();
				sockets.delete(socket);
			});
		}
		upstream.pipe(client);
		client.on('data', (bytes) => {
			if (word === undefined || !bytes.includes(word)) {
				upstream.write(bytes);
				return;
			}
			word = undefined;
			if (then === 'cut') {
				client.destroy();
			} else if (then === 'deliver and cut') {
				// The answer shows that the server has heard it, but does not come through.
				upstream.unpipe(client);
				upstream.once('data', () => client.destroy()).resume();
				upstream.write(bytes);
			}
		});
	}).listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	const through = new URL(url);
	through.port = String((proxy.address() as AddressInfo).port);
	return {
		url: through.href,
		cutAt(atWord: string, delivers: boolean): void {
			word = atWord;
			then = delivers ? 'deliver and cut' : 'cut';
		},
		swallowAt(atWord: string): void {
			word = atWord;
			then = 'swallow';
		},
		[Symbol.asyncDispose]: async () => {
			for (const socket of sockets) socket.destroy();
			proxy.close();
		},
	};
}
