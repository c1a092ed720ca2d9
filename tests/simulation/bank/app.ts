import { app, service } from 'flotilla';
import { z } from 'zod';
import { Audit, Bank } from './contracts.ts';

const Account = z.object({ balance: z.int() });

const bank = service(
	Bank,
	{
		migrations: [
			{
				name: '0001-accounts',
				sql: `
					create table accounts (name text primary key, balance bigint not null);
					insert into accounts (name, balance) values ('ada', 100), ('bob', 100), ('cyd', 100);
				`,
			},
		],
	},
	({ tx, read }) => ({
		queries: {
			total: () =>
				read(
					(t) =>
						t.one(
							z.object({ total: z.int() }),
						)`select cast(sum(balance) as bigint) as total from accounts`,
				),
			balance: ({ name }) =>
				read((t) => t.one(Account)`select balance from accounts where name = ${name}`),
		},
		commands: {
			transfer: ({ from, to, amount }, { id, errors }) =>
				tx(async (t) => {
					const { balance } = await t.one(Account)`
						select balance from accounts where name = ${from}`;
					if (balance < amount) throw errors.tooPoor({ balance });
					await t.run`update accounts set balance = balance - ${amount} where name = ${from}`;
					await t.run`update accounts set balance = balance + ${amount} where name = ${to}`;
					t.emit.transferred({ id, from, amount });
					return { id };
				}),
		},
	}),
);

const audit = service(
	Audit,
	{
		needs: { bank: Bank },
		migrations: [
			{
				name: '0001-seen',
				sql: 'create table seen (position bigint primary key, id text not null, amount bigint not null);',
			},
		],
	},
	({ read }) => ({
		queries: {
			seen: () =>
				read(
					(t) =>
						t.one(z.object({ count: z.int(), amount: z.int() }))`
						select cast(count(*) as bigint) as count,
							cast(coalesce(sum(amount), 0) as bigint) as amount from seen`,
				),
		},
		on: {
			bank: {
				transferred: async ({ id, amount }, { t }) => {
					await t.run`
						insert into seen (position, id, amount)
						values ((select coalesce(max(position), 0) + 1 from seen), ${id}, ${amount})`;
				},
			},
		},
	}),
);

const banking = app('banking', [bank, audit]);
export default banking;
