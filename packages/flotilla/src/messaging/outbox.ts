import type { Migration } from '../database/migration.ts';
import { list, sql } from '../database/sql.ts';
import type { Dialect, SqlRow, SqlSession } from '../host/database.ts';

/**
 * The outbox: events are rows of the transaction that emits them, so they leave if and only if it
 * commits, and stay until every subscriber has seen them.
 *
 * On PostgreSQL a row with a lower position may commit later than one with a higher one. Rows are
 * therefore read in the order of (transaction id, position) and only below the oldest transaction
 * that is still running: no reader ever skips a row, and writers of one key, which conflict on the
 * state behind it, keep their order.
 */
export const outboxMigration: Migration = {
	name: 'flotilla-0002-outbox',
	sql: {
		sqlite: `
create table flotilla_outbox (
	position integer primary key autoincrement,
	id text not null,
	event text not null,
	ordering_key text not null,
	data text not null,
	context text not null,
	emitted_at_ms bigint not null
);
`,
		postgres: `
create table flotilla_outbox (
	position bigint generated always as identity primary key,
	transaction_id xid8 not null default pg_current_xact_id(),
	id text not null,
	event text not null,
	ordering_key text not null,
	data text not null,
	context text not null,
	emitted_at_ms bigint not null
);
create index flotilla_outbox_in_order on flotilla_outbox (transaction_id, position);
`,
	},
};

/** An event in the outbox. */
export interface OutboxEvent {
	readonly id: string;
	/** Its address: `orders@1/placed`. */
	readonly event: string;
	readonly orderingKey: string;
	/** In wire form, as JSON. */
	readonly data: string;
	/** Trace and principal of whoever emitted it, as JSON. */
	readonly context: string;
	readonly emittedAtMs: number;
}

/** An event with its place in the outbox. */
export interface StoredEvent extends OutboxEvent {
	readonly position: number;
	/** Where reading goes on after this row. */
	readonly cursor: OutboxCursor;
}

/** A place in the order of delivery. */
export interface OutboxCursor {
	/** Of PostgreSQL, as text; `'0'` on SQLite, where positions alone are in commit order. */
	readonly transactionId: string;
	readonly position: number;
}

export const outboxStart: OutboxCursor = { transactionId: '0', position: 0 };

/** Puts events into the outbox, in order. */
export async function appendEvents(
	session: SqlSession,
	events: readonly OutboxEvent[],
): Promise<void> {
	for (const { id, event, orderingKey, data, context, emittedAtMs } of events) {
		await session.query(sql`
			insert into flotilla_outbox (id, event, ordering_key, data, context, emitted_at_ms)
			values (${id}, ${event}, ${orderingKey}, ${data}, ${context}, ${emittedAtMs})`);
	}
}

/** Events that may be delivered now, and whether more have committed that may not be yet. */
export interface ReadEvents {
	readonly events: readonly StoredEvent[];
	/** An older transaction is still running, and what it emits would come first: read again soon. */
	readonly heldBack: boolean;
}

/** The next events after `cursor`, at most `count`, in the order of delivery. */
export async function readEvents(
	session: SqlSession,
	dialect: Dialect,
	cursor: OutboxCursor,
	count: number,
): Promise<ReadEvents> {
	const { rows } = await session.query(
		dialect === 'sqlite'
			? sql`
				select '0' as transaction_id, 1 as settled, position, id, event, ordering_key, data, context,
					emitted_at_ms
				from flotilla_outbox where position > ${cursor.position} order by position limit ${count}`
			: sql`
				select outbox.transaction_id::text as transaction_id,
					(outbox.transaction_id < pg_snapshot_xmin(pg_current_snapshot()))::int as settled,
					position, id, event, ordering_key, data, context, emitted_at_ms
				from flotilla_outbox as outbox
				where (outbox.transaction_id, position)
					> (${cursor.transactionId}::text::xid8, ${cursor.position}::bigint)
				order by outbox.transaction_id, position limit ${count}`,
	);
	const held = rows.findIndex((row) => Number(row.settled) === 0);
	const settled = held < 0 ? rows : rows.slice(0, held);
	return { events: settled.map(toEvent), heldBack: held >= 0 };
}

function toEvent(row: SqlRow): StoredEvent {
	const position = Number(row.position);
	return {
		position,
		cursor: { transactionId: String(row.transaction_id), position },
		id: String(row.id),
		event: String(row.event),
		orderingKey: String(row.ordering_key),
		data: String(row.data),
		context: String(row.context),
		emittedAtMs: Number(row.emitted_at_ms),
	};
}

/** Removes events that every subscriber has seen. */
export async function removeEvents(
	session: SqlSession,
	positions: readonly number[],
): Promise<void> {
	await session.query(sql`delete from flotilla_outbox where position in (${list(positions)})`);
}
