import type { Migration } from 'flotilla';

export const migrations: readonly Migration[] = [
	{
		name: '0001-ledger',
		sql: `
			create table payments (
				order_id text primary key,
				state text not null,
				amount_minor bigint not null
			);
			create table accounts (name text primary key);
			insert into accounts (name) values ('cash'), ('sales');
			create table entries (
				order_id text not null references payments (order_id),
				booking text not null,
				account text not null references accounts (name),
				amount_minor bigint not null,
				booked_at_ms bigint not null,
				primary key (order_id, booking, account)
			);
		`,
	},
];
