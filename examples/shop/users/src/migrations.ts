import type { Migration } from 'flotilla';

export const migrations: readonly Migration[] = [
	{
		name: '0001-users',
		sql: `
			create table users (
				id text primary key,
				email text not null,
				name text not null,
				password_hash text not null,
				created_at_ms bigint not null
			);
			create unique index users_by_email on users (lower(email));
		`,
	},
	{
		name: '0002-signing-key',
		// One row at most, so that whoever inserts first decides for all.
		sql: `
			create table signing_key (
				slot text primary key check (slot = 'current'),
				kid text not null,
				private_key jsonb not null,
				created_at_ms bigint not null
			);
		`,
	},
];
