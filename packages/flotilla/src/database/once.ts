import type { SqlSession } from '../host/database.ts';
import { limits } from '../limits.ts';
import type { Migration } from './migration.ts';
import { sql } from './sql.ts';

/**
 * The once table: whatever is recorded here under a scope and a key happens once, because the row
 * commits together with the effect. It serves commands (the answer is kept for whoever asks again)
 * and delivered events (seen or not).
 */
export const onceMigration: Migration = {
	name: 'flotilla-0001-once',
	sql: `
create table flotilla_once (
	scope text not null,
	key text not null,
	input_digest text not null,
	outcome text not null,
	value text not null,
	expires_at_ms bigint not null,
	primary key (scope, key)
);
create index flotilla_once_by_expiry on flotilla_once (expires_at_ms);
`,
};

/** What happens once. */
export interface OnceKey {
	/** The domain of the key: who asks for what, or which event for whom. */
	readonly scope: string;
	readonly key: string;
}

export interface OnceRecord {
	/** Of the input, so that a key used for another input is noticed; empty for events. */
	readonly inputDigest: string;
	/** `seen` for events, `answer`, or the code of a declared error. */
	readonly outcome: string;
	/** The answer or the error's data, in wire form. */
	readonly value: unknown;
}

/** What was recorded; `undefined` when nothing was, or when it has expired. */
export async function findOnce(
	session: SqlSession,
	{ scope, key }: OnceKey,
	nowMs: number,
): Promise<OnceRecord | undefined> {
	const { rows } = await session.query(sql`
		select input_digest, outcome, value from flotilla_once
		where scope = ${scope} and key = ${key} and expires_at_ms >= ${nowMs}`);
	const [row] = rows;
	if (row === undefined) return undefined;
	return {
		inputDigest: String(row.input_digest),
		outcome: String(row.outcome),
		value: row.value === '' ? undefined : JSON.parse(String(row.value)),
	};
}

/**
 * Records it, in the place of a record that has expired if there is one. Says whether it did: it does
 * not when there is a record that still counts.
 */
export async function recordOnce(
	session: SqlSession,
	{ scope, key }: OnceKey,
	record: OnceRecord,
	{ nowMs, expiresAtMs }: { readonly nowMs: number; readonly expiresAtMs: number },
): Promise<boolean> {
	const { inputDigest, outcome } = record;
	const value = JSON.stringify(record.value) ?? '';
	const { changes } = await session.query(sql`
		insert into flotilla_once (scope, key, input_digest, outcome, value, expires_at_ms)
		values (${scope}, ${key}, ${inputDigest}, ${outcome}, ${value}, ${expiresAtMs})
		on conflict (scope, key) do update set input_digest = excluded.input_digest,
			outcome = excluded.outcome, value = excluded.value, expires_at_ms = excluded.expires_at_ms
		where flotilla_once.expires_at_ms < ${nowMs}`);
	return changes > 0;
}

/** Deletes some of what has expired and says how many rows went. */
export async function sweepOnce(session: SqlSession, nowMs: number): Promise<number> {
	const { changes } = await session.query(sql`
		delete from flotilla_once where (scope, key) in (
			select scope, key from flotilla_once where expires_at_ms < ${nowMs}
			limit ${limits.onceSweepRows})`);
	return changes;
}
