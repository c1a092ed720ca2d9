import type { OutputOf, Schema } from '../contract/schema.ts';
import type { SqlParameter } from './sql.ts';

/** A tagged template that runs one statement. */
export type SqlTag<Result> = (
	strings: TemplateStringsArray,
	...parameters: readonly SqlParameter[]
) => Promise<Result>;

/**
 * Reads within one snapshot. Rows are decoded by a schema, never cast: column `created_at` is
 * property `createdAt`, 0 and 1 become booleans and texts become JSON where the schema says so, and
 * null is left out where the schema has an optional property.
 */
export interface Reader {
	/** The single row. Rejects with `FLOTILLA_ROW_COUNT` when there is none, or more than one. */
	one<S extends Schema>(schema: S): SqlTag<OutputOf<S>>;
	/** The first row; `undefined` when there is none. */
	first<S extends Schema>(schema: S): SqlTag<OutputOf<S> | undefined>;
	/** All rows, at most 10_000. */
	all<S extends Schema>(schema: S): SqlTag<OutputOf<S>[]>;
}

/** Reads and writes within one transaction. */
export interface Writer extends Reader {
	/** Runs a statement that changes rows and says how many. */
	readonly run: SqlTag<{ readonly changes: number }>;
}
