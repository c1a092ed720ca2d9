import type { Dialect } from '../host/database.ts';

/**
 * One step of a database's making. Never edited or removed once it has run anywhere: a change is a
 * new step.
 */
export interface Migration {
	/** Unique within the service: `0001-orders`. */
	readonly name: string;
	/**
	 * Statements separated by semicolons, in what both dialects understand: `text`, `bigint`,
	 * `double precision`, `boolean`, `jsonb`, `bytea`; moments are `bigint` milliseconds. Or one text
	 * for each dialect.
	 */
	readonly sql: string | Readonly<Record<Dialect, string>>;
}
