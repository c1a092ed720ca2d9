import type { Migration } from '../database/migration.ts';
import { sql } from '../database/sql.ts';
import type { SqlSession } from '../host/database.ts';
import { limits } from '../limits.ts';

/**
 * Who listens to a service's events, in that service's own database: a transaction that emits decides
 * there who gets an event, so whatever is committed after a subscription was acknowledged reaches it.
 * The leases are those of the instances that share the database.
 */
export const subscriptionsMigration: Migration = {
	name: 'flotilla-0003-subscriptions',
	sql: `
create table flotilla_subscriptions (
	subscriber text not null,
	event text not null,
	renewed_at_ms bigint not null,
	primary key (subscriber, event)
);
create table flotilla_leases (
	name text primary key,
	holder text not null,
	renewal bigint not null
);
`,
};

/** That a service listens to events, by their addresses. */
export interface Subscription {
	/** The name of the service. */
	readonly subscriber: string;
	readonly events: readonly string[];
}

/** In the place of an event, so that one who has ceased to listen to anything is known to have. */
const nothing = '';

/**
 * Notes down what a subscriber listens to. In a rolling update its older instances may know other
 * events than its newer ones: what was named within the last hour stays.
 */
export async function renewSubscription(
	session: SqlSession,
	{ subscriber, events }: Subscription,
	nowMs: number,
): Promise<void> {
	for (const event of [...new Set([nothing, ...events])].sort()) {
		await session.query(sql`
			insert into flotilla_subscriptions (subscriber, event, renewed_at_ms)
			values (${subscriber}, ${event}, ${nowMs})
			on conflict (subscriber, event) do update set renewed_at_ms = ${nowMs}`);
	}
	await session.query(sql`
		delete from flotilla_subscriptions
		where subscriber = ${subscriber} and renewed_at_ms < ${nowMs - limits.subscriptionKeptMs}`);
}

/** The names of all who listen to something, or have. */
export async function readAllSubscribers(session: SqlSession): Promise<readonly string[]> {
	const { rows } = await session.query(
		sql`select distinct subscriber from flotilla_subscriptions order by subscriber`,
	);
	return rows.map(({ subscriber }) => String(subscriber));
}

/** Whether a subscriber listens to an event. */
export async function isSubscribed(
	session: SqlSession,
	subscriber: string,
	event: string,
): Promise<boolean> {
	const { rows } = await session.query(sql`
		select 1 as found from flotilla_subscriptions
		where subscriber = ${subscriber} and event = ${event}`);
	return rows.length > 0;
}
