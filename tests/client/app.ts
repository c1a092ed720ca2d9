import { EventEmitter } from 'node:events';
import { app, contract, error, service, stream } from 'flotilla';
import { z } from 'zod';

const Moment = z.codec(z.iso.datetime(), z.date(), {
	decode: (text) => new Date(text),
	encode: (date) => date.toISOString(),
});
const Note = z.object({ id: z.string(), text: z.string(), writtenAt: Moment });
const Id = z.object({ id: z.string() });

/** What a client in a browser meets: codecs, declared errors, streams, and things that take long. */
export const Notes = contract('notes', {
	version: 1,
	queries: {
		get: {
			input: Id,
			output: Note,
			errors: { notFound: Id, seenLast: error(z.object({ at: Moment }), { status: 410 }) },
			http: 'GET /notes/{id}',
			auth: 'public',
		},
		find: {
			input: z.object({ words: z.array(z.string()).optional(), limit: z.int().default(2) }),
			output: z.object({ words: z.array(z.string()), limit: z.int() }),
			http: 'GET /notes',
			auth: 'public',
		},
		mine: { output: z.object({ subject: z.string() }), http: 'GET /mine', auth: 'user' },
		count: {
			input: z.object({ to: z.int(), thenFail: z.boolean().optional() }),
			output: stream(z.object({ at: Moment, number: z.int() })),
			errors: { notFound: Id },
			http: 'GET /counts/{to}',
			auth: 'public',
		},
		/** Not for clients outside. */
		internal: { output: z.object({}) },
	},
	commands: {
		write: {
			input: z.object({ id: z.string(), text: z.string().max(10) }),
			output: z.object({ id: z.string(), writes: z.int() }),
			http: { route: 'PUT /notes/{id}', status: 201 },
			auth: 'public',
		},
		forget: { input: Id, errors: { notFound: Id }, http: 'DELETE /notes/{id}', auth: 'public' },
	},
});

const migrations = [
	{
		name: '0001-notes',
		sql: `create table notes (id text primary key, text text not null);
			create table writes (count bigint not null);
			insert into writes values (0);`,
	},
];

const AT = '2026-01-01T00:00:00.000Z';
const Text = z.object({ text: z.string() });

/** Says `left` when the reader of a `count` has gone. */
export const counts = new EventEmitter();

const notes = service(Notes, { migrations }, ({ read, tx }) => ({
	queries: {
		get: async ({ id }, { errors }) => {
			if (id === 'burnt') throw errors.seenLast({ at: AT });
			const row = await read((t) => t.first(Text)`select text from notes where id = ${id}`);
			if (row === undefined) throw errors.notFound({ id });
			return { id, text: row.text, writtenAt: AT };
		},
		find: ({ words = [], limit }) => ({ words, limit }),
		mine: (_, { principal }) => ({ subject: principal?.subject ?? '' }),
		count: async function* ({ to, thenFail }, { errors }) {
			try {
				for (let number = 1; number <= to; number++) yield { at: AT, number };
				if (thenFail) throw errors.notFound({ id: 'more' });
			} finally {
				counts.emit('left');
			}
		},
		internal: () => ({}),
	},
	commands: {
		write: ({ id, text }) =>
			tx(async (t) => {
				await t.run`insert into notes values (${id}, ${text})
					on conflict (id) do update set text = excluded.text`;
				const { count } = await t.one(z.object({ count: z.int() }))`
					update writes set count = count + 1 returning count`;
				return { id, writes: count };
			}),
		forget: ({ id }, { errors }) =>
			tx(async (t) => {
				const { changes } = await t.run`delete from notes where id = ${id}`;
				if (changes === 0) throw errors.notFound({ id });
			}),
	},
}));

export default app('notes', [notes]);
