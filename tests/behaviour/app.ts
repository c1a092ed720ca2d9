import { app, FlotillaError, service } from 'flotilla';
import { z } from 'zod';
import { Callee, Front } from './contracts.ts';

const Value = z.object({ value: z.int() });

let readersLeft = 0;

const callee = service(
	Callee,
	{
		migrations: [
			{
				name: '0001-entries',
				sql: `create table entries (
					key text not null, position bigint not null, value bigint not null,
					primary key (key, position)
				);`,
			},
		],
	},
	({ tx, read }) => ({
		queries: {
			echo: ({ text }) => ({ text }),
			day: ({ date }) => ({
				next: new Date(date.getTime() + 86_400_000).toISOString().slice(0, 10),
			}),
			refuse: ({ reason }, { errors }) => {
				throw errors.refused({ reason });
			},
			fail: () => {
				throw new Error('something that nobody declared');
			},
			slow: async ({ forMs }, { remainingMs, signal }) => {
				await new Promise((resolve, reject) => {
					const timer = setTimeout(resolve, forMs);
					signal.addEventListener('abort', () => {
						clearTimeout(timer);
						reject(signal.reason);
					});
				});
				return { remainingMs };
			},
			who: (_input, { principal, peer }) => ({
				subject: principal?.subject ?? 'nobody',
				scopes: [...(principal?.scopes ?? [])],
				peer: peer ?? 'outside',
			}),
			count: async function* ({ to }) {
				let finished = false;
				try {
					for (let number = 1; number <= to; number++) yield { number };
					finished = true;
				} finally {
					if (!finished) readersLeft++;
				}
			},
			countAndFail: async function* () {
				yield { number: 1 };
				throw new FlotillaError('FLOTILLA_UNAVAILABLE', 'Something below is away.');
			},
			left: () => ({ readers: readersLeft }),
			entries: async ({ key }) => {
				const rows = await read(
					(t) => t.all(Value)`select value from entries where key = ${key} order by position`,
				);
				return { values: rows.map(({ value }) => value) };
			},
		},
		commands: {
			add: ({ key, value }, { errors }) =>
				tx(async (t) => {
					if (value < 0) throw errors.negative({ value });
					const { entries } = await t.one(z.object({ entries: z.int() }))`
						select cast(count(*) as bigint) as entries from entries where key = ${key}`;
					await t.run`insert into entries (key, position, value) values (${key}, ${entries}, ${value})`;
					t.emit.added({ key, value });
					return { entries: entries + 1 };
				}),
		},
	}),
);

const front = service(
	Front,
	{
		needs: { callee: Callee },
		migrations: [
			{
				name: '0001-seen',
				sql: `create table seen (
					key text not null, position bigint not null, value bigint not null,
					primary key (key, position)
				);`,
			},
		],
	},
	({ call, read }) => ({
		queries: {
			ask: () => call.callee.who(),
			askRefused: async ({ reason }) => {
				const refused = await call.callee.try.refuse({ reason });
				return { said: refused.ok ? 'nothing' : refused.error.data.reason };
			},
			askSlow: async ({ forMs, timeoutMs }) => {
				try {
					await call.callee.slow({ forMs }, { timeoutMs });
					return { code: 'none' };
				} catch (error) {
					return { code: (error as FlotillaError).code };
				}
			},
			seen: async ({ key }) => {
				const rows = await read(
					(t) => t.all(Value)`select value from seen where key = ${key} order by position`,
				);
				return { values: rows.map(({ value }) => value) };
			},
		},
		on: {
			callee: {
				added: async ({ key, value }, { t }) => {
					await t.run`
						insert into seen (key, position, value)
						values (${key}, (select count(*) from seen where key = ${key}), ${value})`;
				},
			},
		},
	}),
);

const behaviour = app('behaviour', [callee, front]);
export default behaviour;
