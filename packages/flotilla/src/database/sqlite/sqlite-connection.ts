import type { SqlRow } from '../../host/database.ts';

/** What a parameter of a SQLite statement may be; a `bigint` becomes an integer, a number a real. */
export type SqliteValue = null | string | number | bigint | Uint8Array;

/**
 * A connection to one SQLite database: the part of a driver that the platform needs.
 *
 * Everything is synchronous: when a method returns, its work is done. A failure throws an error
 * whose `errcode` is SQLite's extended result code; errors of the driver itself have none.
 */
export interface SqliteConnection {
	/** Whether a transaction is open. Some failures end it on their own. */
	readonly inTransaction: boolean;
	/** Compiles exactly one statement, with parameters `?1`, `?2` and so on. */
	prepare(sql: string): SqliteStatement;
	/** Runs statements separated by semicolons. */
	exec(sql: string): void;
	/** Rolls back what is open. The last connection, if it may write, empties the write-ahead log. */
	close(): void;
}

/** A compiled statement, good until its connection is closed, whatever happens to the schema. */
export interface SqliteStatement {
	/** Whether it gives rows, be they none: a query or something with `returning`. */
	readonly givesRows: boolean;
	/** Integers are numbers; one beyond 2^53 - 1 throws. */
	all(values: readonly SqliteValue[]): readonly SqlRow[];
	/** @returns How many rows it inserted, updated or deleted. */
	run(values: readonly SqliteValue[]): number;
}
