import type { Migration } from '../database/migration.ts';
import { list, type Sql, sql } from '../database/sql.ts';
import type { Dialect, SqlRow, SqlSession } from '../host/database.ts';

/**
 * The outbox: events are rows of the transaction that emits them, so they leave if and only if it
 * commits. There is a row for each subscriber, and it stays until that one has seen the event: one
 * who is slow or broken holds up nobody else, and nobody sees again what others have yet to see.
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
	subscriber text not null,
	id text not null,
	event text not null,
	ordering_key text not null,
	data text not null,
	context text not null,
	emitted_at_ms bigint not null
);
create index flotilla_outbox_in_order on flotilla_outbox (subscriber, position);
create index flotilla_outbox_by_key on flotilla_outbox (subscriber, ordering_key, position);
`,
		postgres: `
create table flotilla_outbox (
	position bigint generated always as identity primary key,
	transaction_id xid8 not null default pg_current_xact_id(),
	subscriber text not null,
	id text not null,
	event text not null,
	ordering_key text not null,
	data text not null,
	context text not null,
	emitted_at_ms bigint not null
);
create index flotilla_outbox_in_order on flotilla_outbox (subscriber, transaction_id, position);
create index flotilla_outbox_by_key
	on flotilla_outbox (subscriber, ordering_key, transaction_id, position);
`,
	},
};

/** An event as its transaction emits it. */
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

/** An event on its way to one subscriber, with its place in the outbox. */
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

/** Rows that one statement inserts: each saves a way to the database. */
const rowsAtOnce = 100;

const insertInto = sql`
	insert into flotilla_outbox
		(subscriber, id, event, ordering_key, data, context, emitted_at_ms)`;

/**
 * Puts events into the outbox, in order.
 *
 * @param subscribersOf The names of those who listen to an event, by its address; absent: those that
 *   the database knows of.
 */
export async function appendEvents(
	session: SqlSession,
	events: readonly OutboxEvent[],
	subscribersOf?: (event: string) => readonly string[],
): Promise<void> {
	const rows =
		subscribersOf === undefined
			? events.map((event, place) => sql`(${columnsOf(event)}, cast(${place} as bigint))`)
			: events.flatMap((event) =>
					subscribersOf(event.event).map((subscriber) => sql`(${subscriber}, ${columnsOf(event)})`),
				);
	for (let first = 0; first < rows.length; first += rowsAtOnce) {
		const some = rows.slice(first, first + rowsAtOnce).reduce((left, row) => sql`${left}, ${row}`);
		await session.query(
			subscribersOf === undefined
				? insertForSubscribersKnown(some)
				: sql`${insertInto} values ${some}`,
		);
	}
}

function columnsOf({ id, event, orderingKey, data, context, emittedAtMs }: OutboxEvent): Sql {
	return sql`${id}, ${event}, ${orderingKey}, ${data}, ${context}, cast(${emittedAtMs} as bigint)`;
}

/** One way to the database finds the subscribers and gives each its row. */
function insertForSubscribersKnown(events: Sql): Sql {
	return sql`
		with emitted (id, event, ordering_key, data, context, emitted_at_ms, place) as (values ${events})
		${insertInto}
		select subscriber, id, emitted.event, ordering_key, data, context, emitted_at_ms
		from emitted join flotilla_subscriptions on flotilla_subscriptions.event = emitted.event
		order by place, subscriber`;
}

/** How many events are read at once, as a rule. */
export const eventsReadAtOnce = 512;

const usualLimitText = [`limit ${eventsReadAtOnce}`];
const usualLimit = sql(Object.assign(usualLimitText, { raw: usualLimitText }));

/** With a parameter there, SQLite compiles the statement again each time that it runs. */
function atMost(count: number): Sql {
	return count === eventsReadAtOnce ? usualLimit : sql`limit ${count}`;
}

/** Events that may be delivered now, and whether more have committed that may not be yet. */
export interface ReadEvents {
	readonly events: readonly StoredEvent[];
	/** An older transaction is still running, and what it emits would come first: read again soon. */
	readonly heldBack: boolean;
}

/** The next events for a subscriber after `after`, at most `count`, in the order of delivery. */
export async function readEvents(
	session: SqlSession,
	dialect: Dialect,
	{ subscriber, after, count }: { subscriber: string; after: OutboxCursor; count: number },
): Promise<ReadEvents> {
	const { rows } = await session.query(
		sql`${selectEvents(dialect)} where subscriber = ${subscriber} and ${place(dialect, sql`>`, after)}
			${inOrder(dialect)} ${atMost(count)}`,
	);
	const held = rows.findIndex((row) => Number(row.settled) === 0);
	const settled = held < 0 ? rows : rows.slice(0, held);
	return { events: settled.map(toEvent), heldBack: held >= 0 };
}

/** Those of one ordering key alone, up to `until`, a place that had been read before. */
export async function readEventsOfKey(
	session: SqlSession,
	dialect: Dialect,
	{ subscriber, key, after, until, count }: KeyRange,
): Promise<readonly StoredEvent[]> {
	const { rows } = await session.query(
		sql`${selectEvents(dialect)} where subscriber = ${subscriber} and ordering_key = ${key}
			and ${place(dialect, sql`>`, after)} and ${place(dialect, sql`<=`, until)}
			${inOrder(dialect)} limit ${count}`,
	);
	return rows.map(toEvent);
}

export interface KeyRange {
	readonly subscriber: string;
	/** The ordering key. */
	readonly key: string;
	readonly after: OutboxCursor;
	readonly until: OutboxCursor;
	readonly count: number;
}

const sqliteSelect = sql`
	select '0' as transaction_id, 1 as settled, position, id, event, ordering_key, data, context,
		emitted_at_ms
	from flotilla_outbox`;

const postgresSelect = sql`
	select transaction_id::text as transaction_id,
		(transaction_id < pg_snapshot_xmin(pg_current_snapshot()))::int as settled,
		position, id, event, ordering_key, data, context, emitted_at_ms
	from flotilla_outbox`;

function selectEvents(dialect: Dialect): Sql {
	return dialect === 'sqlite' ? sqliteSelect : postgresSelect;
}

function place(dialect: Dialect, operator: Sql, { transactionId, position }: OutboxCursor): Sql {
	if (dialect === 'sqlite') return sql`position ${operator} ${position}`;
	return sql`(flotilla_outbox.transaction_id, position)
		${operator} (${transactionId}::text::xid8, ${position}::bigint)`;
}

function inOrder(dialect: Dialect): Sql {
	if (dialect === 'sqlite') return sql`order by position`;
	return sql`order by flotilla_outbox.transaction_id, position`;
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

/** Removes rows whose subscriber has seen the event. */
export async function removeEvents(
	session: SqlSession,
	positions: readonly number[],
): Promise<void> {
	await session.query(sql`delete from flotilla_outbox where position in (${list(positions)})`);
}

/** What waits for a subscriber. */
export interface Backlog {
	readonly events: number;
	/** When the first of them was emitted; `undefined` when none waits. */
	readonly oldestMs: number | undefined;
}

export async function readBacklog(
	session: SqlSession,
	dialect: Dialect,
	subscriber: string,
): Promise<Backlog> {
	const counted = await session.query(
		sql`select count(*) as events from flotilla_outbox where subscriber = ${subscriber}`,
	);
	const first = await session.query(sql`
		select emitted_at_ms from flotilla_outbox where subscriber = ${subscriber}
		${inOrder(dialect)} limit 1`);
	const [oldest] = first.rows;
	return {
		events: Number(counted.rows[0]?.events),
		oldestMs: oldest === undefined ? undefined : Number(oldest.emitted_at_ms),
	};
}

/** The names of those for whom events wait. */
export async function readSubscribers(session: SqlSession): Promise<readonly string[]> {
	const { rows } = await session.query(
		sql`select distinct subscriber from flotilla_outbox order by subscriber`,
	);
	return rows.map(({ subscriber }) => String(subscriber));
}
