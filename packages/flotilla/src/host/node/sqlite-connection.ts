import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { makeDurable } from '../../database/sqlite/durability.ts';
import type {
	SqliteConnection,
	SqliteStatement,
	SqliteValue,
} from '../../database/sqlite/sqlite-connection.ts';
import type { SqlRow } from '../database.ts';

/** How long to wait for a program that the platform does not know of, such as the sqlite3 shell. */
const BUSY_TIMEOUT_MS = 250;

/** What the write-ahead log is cut to after a large transaction. */
const LOG_SIZE_BYTES = 64 * 1024 * 1024;

/** Opens the connection that writes, and makes the file when there is none. */
export function openSqliteWriter(path: string): SqliteConnection {
	const connection = open(path, false);
	try {
		makeDurable(connection);
		connection.exec(`pragma journal_size_limit = ${LOG_SIZE_BYTES}`);
		// Without it, macOS reports a sync when the drive has the data in its volatile cache.
		if (process.platform === 'darwin') {
			connection.exec('pragma fullfsync = on; pragma checkpoint_fullfsync = on;');
		}
		const mode = connection.prepare('pragma journal_mode').all([])[0]?.journal_mode;
		// Not on every file system, and then the reader and the writer would block each other.
		if (mode !== 'wal' && mode !== 'memory') {
			throw new Error(`SQLite has no write-ahead log for ${path} (journal mode ${mode})`);
		}
		return connection;
	} catch (error) {
		connection.close();
		throw error;
	}
}

/** Opens a connection that cannot write, to a file that exists. Makes `-wal` and `-shm` beside it. */
export function openSqliteReader(path: string): SqliteConnection {
	const connection = open(path, true);
	try {
		// From its first read on it counts as one that has the write-ahead log open.
		connection.exec('select 1 from sqlite_schema limit 1');
		return connection;
	} catch (error) {
		connection.close();
		throw error;
	}
}

/** The same for a file without a log that nobody has open: nothing is made, nothing is locked. */
export function openUnusedSqliteFile(path: string): SqliteConnection {
	const url = pathToFileURL(path);
	url.searchParams.set('immutable', '1');
	return open(url, true);
}

function open(path: string | URL, readOnly: boolean): SqliteConnection {
	const database = new DatabaseSync(path, {
		readOnly,
		timeout: BUSY_TIMEOUT_MS,
		enableForeignKeyConstraints: true,
		enableDoubleQuotedStringLiterals: false,
		allowExtension: false,
	});
	// A damaged or foreign file must not run functions from its schema. LIKE as in PostgreSQL.
	database.exec(`
		pragma trusted_schema = off;
		pragma temp_store = memory;
		pragma case_sensitive_like = on;
	`);
	return new NodeSqliteConnection(database);
}

/** A connection of node:sqlite as the platform sees it. Closing it closes the driver's. */
export class NodeSqliteConnection implements SqliteConnection {
	readonly #database: DatabaseSync;

	constructor(database: DatabaseSync) {
		this.#database = database;
	}

	get inTransaction(): boolean {
		return this.#database.isTransaction;
	}

	prepare(sql: string): SqliteStatement {
		const statement = this.#database.prepare(sql);
		const rest = sql.slice(statement.sourceSQL.length);
		if (!blank.test(rest)) {
			throw new TypeError(`only one statement is allowed here, but more follows: ${rest.trim()}`);
		}
		return {
			givesRows: statement.columns().length > 0,
			all: (values: readonly SqliteValue[]) => statement.all(...values) as SqlRow[],
			run: (values: readonly SqliteValue[]) => statement.run(...values).changes as number,
		};
	}

	exec(sql: string): void {
		this.#database.exec(sql);
	}

	close(): void {
		this.#database.close();
	}
}

/** White space, semicolons and comments. */
const blank = /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*$/;
