import { app, contract, service } from 'flotilla';
import { z } from 'zod';

/** Its event says more than it used to, which nobody has to know. */
export const Ledger = contract('ledger', {
	version: 1,
	commands: {
		add: { input: z.object({ amount: z.int() }), output: z.object({ id: z.string() }) },
	},
	events: {
		added: {
			data: z.object({ id: z.string(), amount: z.int(), remark: z.string().optional() }),
			key: 'id',
		},
	},
});

const Books = contract('books', { version: 1 });

const ledger = service(
	Ledger,
	{ migrations: [{ name: '0001-entries', sql: 'create table entries (id text primary key);' }] },
	({ tx }) => ({
		commands: {
			add: ({ amount }, { id }) =>
				tx(async (t) => {
					await t.run`insert into entries (id) values (${id})`;
					t.emit.added({ id, amount, remark: 'as the new version says' });
					return { id };
				}),
		},
	}),
);

const books = service(
	Books,
	{
		needs: { ledger: Ledger },
		migrations: [
			{
				name: '0001-seen',
				sql: 'create table seen (id text primary key, amount bigint not null);',
			},
		],
	},
	() => ({
		on: {
			ledger: {
				added: async ({ id, amount }, { t }) => {
					await t.run`insert into seen (id, amount) values (${id}, ${amount})`;
				},
			},
		},
	}),
);

const bookkeeping = app('bookkeeping', [ledger, books]);
export default bookkeeping;
