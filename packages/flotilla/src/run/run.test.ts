import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { stream } from '../contract/definition.ts';
import { isFlotillaError } from '../errors/flotilla-error.ts';
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
