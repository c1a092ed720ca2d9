import type { Migration } from 'flotilla';

export const migrations: readonly Migration[] = [
	{
		name: '0001-orders',
		// The lines of an order never change and are never asked for alone, so they are one value.
		sql: `
			create table orders (
				id text primary key,
				user_id text not null,
				status text not null,
				reason text,
				lines jsonb not null,
				total_minor bigint not null,
				created_at_ms bigint not null
			);
			create index orders_of_user on orders (user_id, created_at_ms, id);
		`,
	},
];
