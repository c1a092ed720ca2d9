/**
 * A service's database, whatever engine is behind it. Transactions are serializable; a resolved
 * `transaction` is durable. Adapters pass the suite of `@flotilla/conformance`.
 *
 * Errors: `FLOTILLA_DATABASE_CONSTRAINT` (a constraint refused the statement),
 * `FLOTILLA_DATABASE_STATEMENT` (the engine refused the SQL), `FLOTILLA_DATABASE_CONTENTION`
 * (gave up after reruns), `FLOTILLA_DATABASE_UNAVAILABLE` (lost before COMMIT),
 * `FLOTILLA_DATABASE_FULL`: all with `effect: 'none'`; `FLOTILLA_COMMIT_UNKNOWN` (lost during
 * COMMIT) with `effect: 'unknown'`.
 */
export interface Database {
	/** The name it was opened under: the service's. */
	readonly name: string;
	readonly dialect: Dialect;
	/** Whether several processes may have it open at the same time. */
	readonly shared: boolean;

	/**
	 * Runs `work` in one read-write transaction and commits it, or rolls it back when `work` rejects.
	 *
	 * `work` may run again, after its earlier effects were rolled back, so it must touch nothing but
	 * its session. While it is pending, one of its statements must be: a wait for anything else is
	 * rejected with `FLOTILLA_TX_FOREIGN_AWAIT`. A statement issued after the end rejects with
	 * `FLOTILLA_TX_CLOSED`. Neither has had any effect.
	 *
	 * A statement that rejects dooms the transaction, as PostgreSQL demands: later statements reject
	 * with the same error, and so does `transaction`, even when `work` resolves. When `work` rejects
	 * with another error, that is what the caller gets. The end waits for statements under way.
	 */
	transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;

	/**
	 * Runs `work` on one consistent snapshot, under the same rules. Statements that write are refused
	 * by the engine.
	 */
	snapshot<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;

	/**
	 * Runs `work` once, in one transaction, while no other process does the same on this database.
	 * For migrations: `work` may run scripts and wait for what it likes.
	 */
	exclusive<T>(work: (session: ScriptSession) => Promise<T>): Promise<T>;

	/**
	 * Tells every other process that has this database open, at most once and without durability.
	 * Whoever relies on it also polls. `message` is at most 4_000 bytes of UTF-8.
	 */
	notify(message: string): void;

	/** Called for each `notify` of another process. One listener; a later call replaces it. */
	onNotify(listener: (message: string) => void): void;

	/** Lets transactions under way end, refuses new ones, and closes. Idempotent. */
	close(): Promise<void>;
}

export type Dialect = 'sqlite' | 'postgres';

/** Statements of one transaction, run in the order in which they were issued. */
export interface SqlSession {
	query(statement: SqlStatement): Promise<SqlResult>;
}

export interface ScriptSession extends SqlSession {
	/** Runs statements without parameters, separated by semicolons. */
	script(sql: string): Promise<void>;
}

/**
 * SQL text cut at its parameters: `strings` has one element more than `values`. Adapters may keep
 * a prepared statement by the identity of `strings`.
 */
export interface SqlStatement {
	readonly strings: readonly string[];
	readonly values: readonly SqlValue[];
}

/**
 * What a parameter may be; objects and arrays go as JSON through `json(value)`. Refused, because an
 * engine could not hold it: an integer beyond 2^53 - 1, a number that is not finite, a text with
 * U+0000 or half a surrogate pair.
 */
export type SqlValue = null | string | number | boolean | Uint8Array | SqlJson;

/** A parameter for a JSON column: its text, already serialized. */
export interface SqlJson {
	readonly json: string;
}

/**
 * A row as the engine gives it. Booleans may come as 0 and 1 and JSON as text (SQLite), integers
 * always as numbers: one beyond 2^53 - 1 rejects the statement.
 */
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlResult {
	readonly rows: readonly SqlRow[];
	/** Rows inserted, updated or deleted; 0 for a query. */
	readonly changes: number;
}

/** Opens databases by name. Who opens one closes it. */
export interface Databases {
	/**
	 * Opens or makes the database of a service.
	 *
	 * Rejects with `FLOTILLA_DATABASE_CORRUPT` or `FLOTILLA_DATABASE_UNAVAILABLE`, having changed
	 * nothing.
	 *
	 * @param name The service's name: `a-z`, `0-9` and `-`.
	 */
	open(name: string, options: OpenDatabaseOptions): Promise<Database>;

	/**
	 * Examines a database of an embedded engine without changing anything, so that all can be found
	 * sound before the first is opened. Rejects with `FLOTILLA_DATABASE_CORRUPT`.
	 *
	 * @param options.exists Whether it has been made: then it must be there and hold something.
	 */
	check?(
		name: string,
		options: Pick<OpenDatabaseOptions, 'folder'> & { readonly exists: boolean },
	): Promise<void>;
}

export interface OpenDatabaseOptions {
	/** Where an embedded engine keeps its file. */
	readonly folder: string;
	/**
	 * The share of transactions whose function runs twice on purpose, 0 to 1; 0 when absent. It finds
	 * functions that touch more than their session. An engine that reruns by itself may ignore it.
	 */
	readonly rerunShare?: number;
}
