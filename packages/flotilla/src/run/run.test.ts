import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { stream } from '../contract/definition.ts';
import { isFlotillaError } from '../errors/flotilla-error.ts';
import type { Database, Databases } from '../host/database.ts';
import type { LogRecord, LogSink } from '../host/logs.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { app } from '../service/app.ts';
import { service } from '../service/service.ts';
import { run } from './run.ts';

const Note = z.object({ id: z.string(), text: z.string(), copies: z.int() });
const Id = z.object({ id: z.string() });

const Notes = contract('notes', {
	version: 1,
	queries: {
		get: { input: Id, output: Note, errors: { notFound: Id } },
		watch: { input: Id, output: stream(Note) },
	},
	commands: {
		write: { input: Id.extend({ text: z.string() }), output: Note, errors: { taken: Id } },
	},
	events: { written: { data: Note, key: 'id' } },
});

const Copies = contract('copies', {
	version: 1,
	queries: { texts: { output: z.object({ texts: z.array(z.string()) }) } },
	events: { copied: { data: Id, key: 'id' } },
});

const notes = service(
	Notes,
	{
		needs: { copies: Copies },
		migrations: [
			{
				name: '0001-notes',
				sql: 'create table notes (id text primary key, text text not null, copies bigint not null)',
			},
		],
	},
	({ tx, read, live }) => ({
		queries: {
			get: async ({ id }, { errors }) => {
				const note = await read((t) => t.first(Note)`select * from notes where id = ${id}`);
				if (note === undefined) throw errors.notFound({ id });
				return note;
			},
			watch: ({ id }) => live(id, (t) => t.one(Note)`select * from notes where id = ${id}`),
		},
		commands: {
			write: ({ id, text }, { errors }) =>
				tx(async (t) => {
					const { changes } = await t.run`
						insert into notes (id, text, copies) values (${id}, ${text}, 0) on conflict do nothing`;
					if (changes === 0) throw errors.taken({ id });
					const note = { id, text, copies: 0 };
					t.emit.written(note);
					return note;
				}),
		},
		on: {
			copies: {
				copied: async ({ id }, { t }) => {
					const note = await t.one(Note)`
						update notes set copies = copies + 1 where id = ${id} returning *`;
					t.emit.written(note);
				},
			},
		},
	}),
);

const copies = service(
	Copies,
	{
		needs: { notes: Notes },
		migrations: [{ name: '0001-copies', sql: 'create table copies (id text, text text not null)' }],
	},
	({ read }) => ({
		queries: {
			texts: async () => {
				const Row = z.object({ text: z.string() });
				const rows = await read((t) => t.all(Row)`select text from copies order by text`);
				return { texts: rows.map(({ text }) => text) };
			},
		},
		on: {
			notes: {
				written: async ({ id, text, copies }, { t }) => {
					if (copies > 0) return;
					await t.run`insert into copies (id, text) values (${id}, ${text})`;
					t.emit.copied({ id });
				},
			},
		},
	}),
);

const example = app('example', [notes, copies]);

async function folder() {
	const path = await mkdtemp(join(tmpdir(), 'flotilla-run-'));
	return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('a command commits, its event travels, and what it causes is seen live', async () => {
	await using data = await folder();
	await using fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
	const client = fleet.client(Notes);
	const written = await client.write({ id: 'a', text: 'hello' });
	assert.deepEqual(written, { id: 'a', text: 'hello', copies: 0 });
	for await (const note of client.watch({ id: 'a' })) if (note.copies === 1) break;
	assert.deepEqual(await client.get({ id: 'a' }), { id: 'a', text: 'hello', copies: 1 });
	assert.deepEqual(await fleet.client(Copies).texts(), { texts: ['hello'] });
});

test('declared errors are answers, and a repeated key gets the same one', async () => {
	await using data = await folder();
	await using fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
	const client = fleet.client(Notes);
	const first = await client.try.write({ id: 'a', text: 'x' }, { idempotencyKey: 'k1' });
	const again = await client.try.write({ id: 'a', text: 'x' }, { idempotencyKey: 'k1' });
	assert.deepEqual(again, first);
	const taken = await client.try.write({ id: 'a', text: 'y' }, { idempotencyKey: 'k2' });
	assert.ok(!taken.ok && taken.error.code === 'taken' && taken.error.data.id === 'a');
	const takenAgain = await client.try.write({ id: 'a', text: 'y' }, { idempotencyKey: 'k2' });
	assert.ok(!takenAgain.ok && takenAgain.error.code === 'taken');
	await assert.rejects(client.write({ id: 'b', text: 'x' }, { idempotencyKey: 'k1' }), (error) =>
		isFlotillaError(error, 'FLOTILLA_IDEMPOTENCY_KEY_REUSED'),
	);
	const missing = await client.try.get({ id: 'zzz' });
	assert.ok(!missing.ok && missing.error.code === 'notFound');
	await assert.rejects(client.get({ id: 3 } as never), (error) =>
		isFlotillaError(error, 'FLOTILLA_INPUT_INVALID'),
	);
});

test('concurrent commands with one key run once', async () => {
	await using data = await folder();
	await using fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
	const client = fleet.client(Notes);
	const answers = await Promise.all(
		Array.from({ length: 20 }, () => client.write({ id: 'a', text: 'x' }, { idempotencyKey: 'k' })),
	);
	for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

test('a second start on one folder is refused, and a third after the end is not', async () => {
	await using data = await folder();
	const fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
	await assert.rejects(run(example, { dataDir: data.path }), (error) =>
		isFlotillaError(error, 'FLOTILLA_LOCKED'),
	);
	await fleet.client(Notes).write({ id: 'a', text: 'kept' });
	await fleet.close();
	await using again = await run(example, { dataDir: data.path, logLevel: 'error' });
	assert.equal((await again.client(Notes).get({ id: 'a' })).text, 'kept');
});

test('a folder of a newer version or of another app is refused and left as it is', async () => {
	await using data = await folder();
	const file = join(data.path, 'flotilla.json');
	for (const [text, code] of [
		['{"format":99,"app":"example"}', 'FLOTILLA_DATA_NEWER'],
		['{"format":1,"app":"other"}', 'FLOTILLA_DATA_FOREIGN'],
		['nonsense', 'FLOTILLA_DATA_FOREIGN'],
	] as const) {
		await writeFile(file, text);
		await assert.rejects(run(example, { dataDir: data.path }), (error) =>
			isFlotillaError(error, code),
		);
		assert.equal(await readFile(file, 'utf8'), text);
	}
});

test('a service that an app lacks is named before anything is made', async () => {
	await using data = await folder();
	const dataDir = join(data.path, 'new');
	await assert.rejects(
		run(app('example', [notes]), { dataDir }),
		(error: Error) =>
			isFlotillaError(error, 'FLOTILLA_SERVICE_INVALID') &&
			error.message.includes("'notes' needs 'copies@1'"),
	);
	const Copies2 = contract('copies', { version: 2 });
	const other = app('example', [notes, service(Copies2, () => ({}))]);
	await assert.rejects(run(other, { dataDir }), { code: 'FLOTILLA_SERVICE_INVALID' });
	assert.deepEqual(await readdir(data.path), []);
});

const Plain = contract('plain', {
	version: 1,
	queries: { echo: { input: Id, output: Id }, read: {} },
	commands: { wipe: { idempotent: true } },
});

test('a service without a database answers, and has neither tables nor transactions', async () => {
	await using data = await folder();
	let wiped = 0;
	const plain = service(Plain, ({ read, tx }) => ({
		queries: { echo: (input) => input, read: () => read(() => {}) },
		commands: {
			wipe: async () => {
				wiped += 1;
				await assert.rejects(
					tx(() => {}),
					{ code: 'FLOTILLA_SERVICE_INVALID' },
				);
			},
		},
	}));
	await using fleet = await run(app('example', [plain]), { dataDir: data.path, ...silence() });
	const client = fleet.client(Plain);
	assert.deepEqual(await client.echo({ id: 'a' }), { id: 'a' });
	await client.wipe(undefined, { idempotencyKey: 'k' });
	await client.wipe(undefined, { idempotencyKey: 'k' });
	assert.equal(wiped, 2);
	const silent = await run(app('example', [plain]), { dataDir: `${data.path}/2`, ...silence() });
	await assert.rejects(silent.client(Plain).read(), { code: 'FLOTILLA_HANDLER_FAILED' });
	await silent.close();
	assert.deepEqual((await readdir(data.path)).sort(), ['2', 'flotilla.json', 'lock']);
	assert.deepEqual(await fleet.health(), { ready: true, parts: [] });
});

test('services that need a database and have none are refused, and so are half-made ones', async () => {
	await using data = await folder();
	const Commanding = contract('commanding', { version: 1, commands: { act: {} } });
	const refusals = [
		service(Commanding, () => ({ commands: { act: () => {} } })),
		service(Copies, { needs: { notes: Notes } }, () => ({
			queries: { texts: () => ({ texts: [] }) },
			on: { notes: { written: () => {} } },
		})),
		service(Commanding, { migrations: [] }, () => ({}) as never),
		service(Plain, () => ({ queries: { more: () => {} } }) as never),
		service(Commanding, { migrations: [] }, () => {
			throw new TypeError('a bug');
		}),
	];
	for (const broken of refusals) {
		const whole = app('example', [broken, ...(broken.contract === Copies ? [notes] : [])]);
		await assert.rejects(run(whole, { dataDir: data.path, logLevel: 'error' }));
	}
	// And each of them has let go of the folder.
	await (await run(app('example', [service(Plain, plainly)]), { dataDir: data.path })).close();
});

const plainly = () => ({
	queries: { echo: (input: { id: string }) => input, read: () => {} },
	commands: { wipe: () => {} },
});

test('closing again is no more than waiting for the first time', async () => {
	await using data = await folder();
	const fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
	const closing = fleet.close();
	assert.equal(fleet.close(), closing);
	await closing;
	await fleet.close();
	await assert.rejects(fleet.client(Notes).get({ id: 'a' }), { code: 'FLOTILLA_UNAVAILABLE' });
	assert.equal((await fleet.health()).ready, false);
});

test('closing lets calls under way end, those that they make as well, and takes no others', async () => {
	await using data = await folder();
	const Slow = contract('slow', {
		version: 1,
		commands: { write: { input: Id, output: Note } },
	});
	const begun = Promise.withResolvers<void>();
	const closing = Promise.withResolvers<void>();
	const slow = service(Slow, { needs: { notes: Notes }, migrations: [] }, ({ call }) => ({
		commands: {
			write: async ({ id }) => {
				begun.resolve();
				await closing.promise;
				return call.notes.write({ id, text: 'late' });
			},
		},
	}));
	const whole = app('example', [notes, copies, slow]);
	const fleet = await run(whole, { dataDir: data.path, logLevel: 'error' });
	const answer = fleet.client(Slow).write({ id: 'a' });
	await begun.promise;
	const closed = fleet.close();
	assert.equal((await fleet.health()).ready, false);
	await assert.rejects(fleet.client(Notes).get({ id: 'a' }), { code: 'FLOTILLA_UNAVAILABLE' });
	closing.resolve();
	assert.equal((await answer).text, 'late');
	await closed;
	await using again = await run(whole, { dataDir: data.path, logLevel: 'error' });
	for await (const { copies } of again.client(Notes).watch({ id: 'a' })) if (copies === 1) break;
});

test('a fleet that is closed with events on their way delivers them the next time', async () => {
	await using data = await folder();
	for (let life = 0; life < 5; life++) {
		const fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
		const client = fleet.client(Notes);
		await Promise.all(
			Array.from({ length: 10 }, (_, index) => client.write({ id: `${life} ${index}`, text: 'x' })),
		);
		await fleet.close();
	}
	await using fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
	for (let life = 0; life < 5; life++) {
		for (let index = 0; index < 10; index++) {
			const notes = fleet.client(Notes).watch({ id: `${life} ${index}` });
			for await (const { copies } of notes) if (copies === 1) break;
		}
	}
	assert.equal((await fleet.client(Copies).texts()).texts.length, 50);
});

test('fleets in one process share nothing when their folders differ', async () => {
	await using data = await folder();
	const [left, right] = await Promise.all(
		['left', 'right'].map((name) =>
			run(example, { dataDir: join(data.path, name), logLevel: 'error' }),
		),
	);
	assert.ok(left && right);
	await left.client(Notes).write({ id: 'a', text: 'left' }, { idempotencyKey: 'k' });
	await right.client(Notes).write({ id: 'a', text: 'right' }, { idempotencyKey: 'k' });
	assert.equal((await left.client(Notes).get({ id: 'a' })).text, 'left');
	assert.equal((await right.client(Notes).get({ id: 'a' })).text, 'right');
	await left.close();
	assert.equal((await right.client(Notes).get({ id: 'a' })).text, 'right');
	await right.close();
});

test('a data folder may be given relative to where the process runs, and is made when missing', async () => {
	await using data = await folder();
	const dataDir = relative(process.cwd(), join(data.path, 'one/two'));
	await (await run(example, { dataDir, logLevel: 'error' })).close();
	const files = await readdir(join(data.path, 'one/two'));
	assert.ok(files.includes('flotilla.json') && files.includes('notes.sqlite'), files.join());
});

test('health tells which database does not answer', async () => {
	await using data = await folder();
	const host = nodeHost();
	let broken = '';
	const databases: Databases = {
		open: async (name, options) => {
			const database = await host.databases.open(name, options);
			const fails = () => Promise.reject(Object.assign(new Error('lost'), { code: 'LOST' }));
			return delegate(database, {
				snapshot: (work) => (broken === name ? fails() : database.snapshot(work)),
			});
		},
	};
	await using fleet = await run(example, { dataDir: data.path, databases, ...silence() });
	const well = ['notes', 'copies'].map((name) => ({ name: `database ${name}`, ok: true }));
	assert.deepEqual(await fleet.health(), { ready: true, parts: well });
	broken = 'copies';
	const [first] = well;
	assert.deepEqual(await fleet.health(), {
		ready: false,
		parts: [first, { name: 'database copies', ok: false, reason: 'LOST' }],
	});
	broken = '';
});

test('a database that cannot be closed does not keep the folder locked', async () => {
	await using data = await folder();
	const host = nodeHost();
	const databases: Databases = {
		open: async (name, options) => {
			const database = await host.databases.open(name, options);
			const close = async () => {
				await database.close();
				if (name === 'notes') throw new Error('it broke while it closed');
			};
			return delegate(database, { close });
		},
	};
	const fleet = await run(example, { dataDir: data.path, databases, logLevel: 'error' });
	await assert.rejects(fleet.close(), /it broke/);
	await (await run(example, { dataDir: data.path, logLevel: 'error' })).close();
});

test('transactions that run twice on purpose have their effect once', async () => {
	await using data = await folder();
	let runs = 0;
	const Twice = contract('twice', {
		version: 1,
		queries: { count: { output: z.object({ count: z.int() }) } },
		commands: { add: { input: Id, output: z.object({ run: z.int() }) } },
		events: { added: { data: Id, key: 'id' } },
	});
	const migrations = [{ name: '0001', sql: 'create table added (id text primary key)' }];
	const twice = service(Twice, { migrations }, ({ tx, read }) => ({
		queries: {
			count: () =>
				read((t) => t.one(z.object({ count: z.int() }))`select count(*) as count from added`),
		},
		commands: {
			add: ({ id }) =>
				tx(async (t) => {
					runs += 1;
					await t.run`insert into added (id) values (${id})`;
					t.emit.added({ id });
					return { run: runs };
				}),
		},
	}));
	const Heard = contract('heard', { version: 1, queries: { watch: { output: stream(Id) } } });
	const heard = service(Heard, { needs: { twice: Twice }, migrations }, ({ live }) => ({
		queries: {
			watch: async function* () {
				for await (const row of live('', (t) => t.first(Id)`select id from added`)) {
					if (row !== undefined) yield row;
				}
			},
		},
		on: { twice: { added: ({ id }, { t }) => t.run`insert into added (id) values (${id})` } },
	}));
	const options = { dataDir: data.path, logLevel: 'error', rerunTransactions: 1 } as const;
	await using fleet = await run(app('example', [twice, heard]), options);
	const client = fleet.client(Twice);
	const key = { idempotencyKey: 'k' };
	assert.deepEqual(await client.add({ id: 'a' }, key), { run: 2 });
	assert.deepEqual(await client.add({ id: 'a' }, key), { run: 2 });
	assert.deepEqual(await client.count(), { count: 1 });
	for await (const { id } of fleet.client(Heard).watch()) {
		assert.equal(id, 'a');
		break;
	}
});

test('a transaction that fails when its command has been answered is told to the log', async () => {
	await using data = await folder();
	const Late = contract('late', { version: 1, commands: { leave: {} } });
	const told = Promise.withResolvers<LogRecord>();
	const late = service(
		Late,
		{ migrations: [{ name: '0001-rows', sql: 'create table rows (id text primary key)' }] },
		({ tx }) => ({
			commands: {
				leave: async () => {
					await tx((t) => t.run`insert into rows (id) values ('a')`);
					setImmediate(() => void tx((t) => t.run`insert into rows (id) values ('b')`));
				},
			},
		}),
	);
	const logs: LogSink = {
		write: (record) => {
			if (record.level === 'error') told.resolve(record);
		},
		flush: () => Promise.resolve(),
	};
	await using fleet = await run(app('late', [late]), {
		dataDir: data.path,
		host: { ...nodeHost(), logs },
	});
	await fleet.client(Late).leave();
	const { message, fields } = await told.promise;
	assert.equal(message, 'a transaction failed after its command had been answered');
	assert.match(String(fields.error), /FLOTILLA_TX_SECOND/);
});

test('a share of transactions that is none is refused', async () => {
	await using data = await folder();
	for (const rerunTransactions of [-0.1, 1.1, Number.NaN]) {
		await assert.rejects(run(example, { dataDir: data.path, rerunTransactions }), {
			code: 'FLOTILLA_CONFIGURATION',
		});
	}
	assert.deepEqual(await readdir(data.path), []);
});

/** The real world without its log. */
function silence() {
	return { host: { ...nodeHost(), logs: { write: () => {}, flush: () => Promise.resolve() } } };
}

function delegate(database: Database, parts: Partial<Database>): Database {
	return {
		name: database.name,
		dialect: database.dialect,
		shared: database.shared,
		transaction: (work) => database.transaction(work),
		snapshot: (work) => database.snapshot(work),
		exclusive: (work) => database.exclusive(work),
		notify: (message) => database.notify(message),
		onNotify: (listener) => database.onNotify(listener),
		close: () => database.close(),
		...parts,
	};
}

test('a client calls on behalf of whom it was made for', async () => {
	const Whoami = contract('whoami', {
		version: 1,
		queries: { subject: { output: z.object({ subject: z.string() }) } },
	});
	const whoami = service(Whoami, () => ({
		queries: { subject: (_, { principal }) => ({ subject: principal?.subject ?? 'nobody' }) },
	}));
	await using data = await folder();
	await using fleet = await run(app('who', [whoami]), { dataDir: data.path, logLevel: 'error' });
	const principal = { subject: 'ada', issuer: 'test', scopes: [] };
	assert.deepEqual(await fleet.client(Whoami, { principal }).subject(), { subject: 'ada' });
	assert.deepEqual(await fleet.client(Whoami).subject(), { subject: 'nobody' });
});

test('what is stored of a command and its events holds no key, no input and no unknown field', async () => {
	const Named = z.object({ id: z.string() });
	const Vault = contract('vault', {
		version: 1,
		commands: { keep: { input: Named.extend({ secret: z.string() }), output: Named } },
		events: { kept: { data: Named, key: 'id' } },
	});
	const vault = service(Vault, { migrations: [] }, ({ tx }) => ({
		commands: {
			keep: (row) =>
				tx((t) => {
					t.emit.kept(row);
					return row;
				}),
		},
	}));
	await using data = await folder();
	const fleet = await run(app('vault', [vault]), { dataDir: data.path, logLevel: 'error' });
	const input = { id: 'a', secret: 'hunter2' };
	await fleet.client(Vault).keep(input, { idempotencyKey: 'guessable-key' });
	await fleet.close();
	const bytes = (await readFile(join(data.path, 'vault.sqlite'))).toString('latin1');
	assert.ok(bytes.includes('vault@1/keep'), 'the command was recorded');
	assert.ok(!bytes.includes('hunter2') && !bytes.includes('guessable-key'));
	const plain = createHash('sha256').update(JSON.stringify(input)).digest('hex');
	assert.ok(!bytes.includes(plain), 'a plain digest of the input can be guessed');
});

/** The names, sizes and contents of all files of a folder. */
async function contentOf(path: string): Promise<Record<string, string>> {
	const names = (await readdir(path)).sort();
	const digests = names.map(async (name) => {
		const bytes = await readFile(join(path, name));
		return [name, createHash('sha256').update(bytes).digest('hex')] as const;
	});
	return Object.fromEntries(await Promise.all(digests));
}

test('a database that was made and is missing or empty now is refused', async () => {
	await using data = await folder();
	await (await run(example, { dataDir: data.path, logLevel: 'error' })).close();
	const file = join(data.path, 'notes.sqlite');
	const whole = await readFile(file);
	for (const damage of [() => writeFile(file, ''), () => rm(file)]) {
		await damage();
		const before = await contentOf(data.path);
		await assert.rejects(run(example, { dataDir: data.path }), (error) =>
			isFlotillaError(error, 'FLOTILLA_DATABASE_CORRUPT'),
		);
		assert.deepEqual(await contentOf(data.path), before);
	}
	await writeFile(file, whole);
	await using _ = await run(example, { dataDir: data.path, logLevel: 'error' });
});

test('after a crash, a damaged database leaves the others and their logs as they are', async () => {
	await using data = await folder();
	await using crashed = await folder();
	await using fleet = await run(example, { dataDir: data.path, logLevel: 'error' });
	await fleet.client(Notes).write({ id: 'a', text: 'x' });
	// What a killed process leaves: files with logs that nobody has put into them.
	for (const name of await readdir(data.path)) {
		if (!name.includes('lock')) await copyFile(join(data.path, name), join(crashed.path, name));
	}
	await writeFile(join(crashed.path, 'copies.sqlite'), 'no database at all, and never was one');
	const before = await contentOf(crashed.path);
	await assert.rejects(run(example, { dataDir: crashed.path }), (error) =>
		isFlotillaError(error, 'FLOTILLA_DATABASE_CORRUPT'),
	);
	const { lock, ...after } = await contentOf(crashed.path);
	assert.ok(lock);
	assert.deepEqual(after, before);
});

test('databases without the description of their folder are refused, other files do no harm', async () => {
	await using data = await folder();
	await writeFile(join(data.path, 'out.log'), '');
	await (await run(example, { dataDir: data.path, logLevel: 'error' })).close();
	await rm(join(data.path, 'flotilla.json'));
	await assert.rejects(run(example, { dataDir: data.path }), (error) =>
		isFlotillaError(error, 'FLOTILLA_DATA_FOREIGN'),
	);
});

test('what is made is for this user only', async () => {
	await using data = await folder();
	const path = join(data.path, 'inner', 'data');
	await using _ = await run(example, { dataDir: path, logLevel: 'error' });
	assert.equal((await stat(path)).mode & 0o777, 0o700);
	for (const name of await readdir(path)) {
		if (name.includes('sqlite'))
			assert.equal((await stat(join(path, name))).mode & 0o777, 0o600, name);
	}
});

test('a folder that cannot be made is an error at once', async () => {
	await using data = await folder();
	await writeFile(join(data.path, 'file'), '');
	for (const path of [
		'/proc/flotilla',
		join(data.path, 'file'),
		join(data.path, 'file', 'below'),
	]) {
		await assert.rejects(run(example, { dataDir: path }), (error) => isFlotillaError(error));
	}
});
