import type { SqlResult, SqlStatement } from 'flotilla/adapter';

/** Where a database machine listens. */
export const DATABASE_PORT = 5432;

/** The name, and address, of the machine with the database of a service. */
export function databaseMachineName(service: string): string {
	return `db-${service}`;
}

/** What a transaction may do, and what others may do meanwhile. */
export type Access =
	/** A snapshot, refused as soon as it no longer shows the present. Others do as they like. */
	| 'read'
	/** A snapshot during which nothing is written. */
	| 'long read'
	| 'write'
	/** Everything, for as long as it likes. */
	| 'exclusive';

/** What a client sends on a channel of a database. `begin` opens the transaction first. */
export type Request =
	/** Answered by `result`. */
	| { readonly type: 'run'; readonly begin: Access | undefined; readonly statement: SqlStatement }
	/** Answered by `done`. */
	| { readonly type: 'script'; readonly sql: string }
	/** Begins an exclusive transaction. Answered by `done`. */
	| { readonly type: 'lock' }
	/** Answered by `done`. */
	| { readonly type: 'commit' }
	/** Ends a snapshot, or rolls back. Not answered. */
	| { readonly type: 'end' }
	/** From now on the channel gets the messages of others. Answered by `done`. */
	| { readonly type: 'listen' }
	/** Not answered. */
	| { readonly type: 'notify'; readonly messages: readonly string[] };

/** What comes back. */
export type Answer =
	| { readonly type: 'result'; readonly result: SqlResult }
	| { readonly type: 'done' }
	/** An error of the platform or of SQLite. The transaction has been rolled back. */
	| { readonly type: 'refused'; readonly error: unknown }
	/** No answer to anything: what another client said. */
	| { readonly type: 'notified'; readonly messages: readonly string[] };
