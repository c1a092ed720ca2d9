import { randomUUID } from 'node:crypto';
import { app, service } from 'flotilla';
import { Charges, Purchases } from './contracts.ts';

const charges = service(
	Charges,
	{
		migrations: [
			{
				name: '0001-charges',
				sql: `create table charges (
					id text primary key, order_id text not null, amount_minor bigint not null
				);`,
			},
		],
	},
	({ tx }) => ({
		commands: {
			charge: ({ order, amountMinor }) =>
				tx(async (t) => {
					const id = randomUUID();
					await t.run`
						insert into charges (id, order_id, amount_minor)
						values (${id}, ${order}, ${amountMinor})`;
					return { id };
				}),
		},
	}),
);

const purchases = service(
	Purchases,
	{
		needs: { charges: Charges },
		migrations: [
			{
				name: '0001-orders',
				sql: 'create table orders (id text primary key, charge_id text not null);',
			},
		],
	},
	({ tx, call }) => ({
		commands: {
			buy: async (purchase) => {
				const { order } = purchase;
				// When what follows fails, all of it is tried again: this must not charge again then.
				const key = { idempotencyKey: `charge ${order}` };
				const { id } = await call.charges.charge(purchase, key);
				return tx(async (t) => {
					await t.run`insert into orders (id, charge_id) values (${order}, ${id})`;
					return purchase;
				});
			},
		},
	}),
);

const market = app('market', [charges, purchases]);
export default market;
