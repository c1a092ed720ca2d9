import { app, service } from 'flotilla';
import { Card, Cards } from './contracts.ts';

const migrations = [
	{
		name: '0001-cards',
		sql: 'create table cards (card text primary key, balance_minor bigint not null);',
	},
];

export const cards = service(Cards, { migrations }, ({ read, tx }) => ({
	queries: {
		get: async ({ card }, { errors }) => {
			const found = await read((t) => t.first(Card)`select * from cards where card = ${card}`);
			if (found === undefined) throw errors.notFound({ card });
			return found;
		},
	},
	commands: {
		topUp: ({ card, amountMinor }) =>
			tx(
				(t) => t.one(Card)`
					insert into cards (card, balance_minor) values (${card}, ${amountMinor})
					on conflict (card) do update set balance_minor = cards.balance_minor + ${amountMinor}
					returning *`,
			),
		pay: ({ card, amountMinor }, { errors }) =>
			tx(async (t) => {
				const left = await t.first(Card)`
					update cards set balance_minor = balance_minor - ${amountMinor}
					where card = ${card} and balance_minor >= ${amountMinor}
					returning *`;
				if (left === undefined) throw errors.notEnough({ card });
				// The event is a part of the transaction: it is told if, and only if, the payment was made.
				t.emit.paid({ card, amountMinor });
				return left;
			}),
	},
}));

// Nothing is started here, so that the same module can be run, tested and simulated.
export default app('my-app', [cards]);
