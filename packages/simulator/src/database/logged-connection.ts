import type { DatabaseSync } from 'node:sqlite';
import {
	NodeSqliteConnection,
	type SqliteConnection,
	type SqliteStatement,
	type SqliteValue,
} from 'flotilla/adapter';

/** The synchronous settings of SQLite from which on a COMMIT in a write-ahead log is synced. */
const FULL = 2;

/** Something that was run, with what it got from its surroundings: enough to run it once more. */
export interface Entry {
	readonly sql: string;
	/** `undefined`: a script, without parameters. */
	readonly values: readonly SqliteValue[] | undefined;
	readonly kind: Kind;
	readonly wallMs: number;
	readonly drawn: number[];
}

export interface LoggedConnectionOptions {
	readonly database: DatabaseSync;
	readonly wallMs: () => number;
	readonly replay: (entries: readonly Entry[]) => void;
	/** Called before a transaction, or a statement on its own, that no sync will follow. */
	readonly beforeUnsynced: () => void;
	readonly committed: (entries: readonly Entry[], isSynced: boolean) => void;
}

/** A connection that keeps what its open transaction did, and tells of commits. */
export class LoggedConnection implements SqliteConnection {
	readonly #options: LoggedConnectionOptions;
	readonly #inner: NodeSqliteConnection;
	#open: Entry[] = [];
	#isSynced = true;
	#isClosed = false;
	/** What is running now. */
	running: Entry | undefined;

	constructor(options: LoggedConnectionOptions) {
		this.#options = options;
		this.#inner = new NodeSqliteConnection(options.database);
	}

	get inTransaction(): boolean {
		return this.#inner.inTransaction;
	}

	prepare(sql: string): SqliteStatement {
		this.#refuseClosed();
		const statement = this.#inner.prepare(sql);
		const kind = kindOf(sql);
		const perform = <R>(values: readonly SqliteValue[], run: () => R): R =>
			kind === 'reads' ? this.#unlogged(sql, run) : this.#logged({ sql, values, kind }, run);
		return {
			givesRows: statement.givesRows,
			all: (values) => perform(values, () => statement.all(values)),
			run: (values) => perform(values, () => statement.run(values)),
		};
	}

	exec(sql: string): void {
		const kinds = sql.split(';').map(kindOf);
		const kind = (['writes', 'structures'] as const).find((one) => kinds.includes(one)) ?? 'reads';
		if (kind === 'reads') this.#unlogged(sql, () => this.#inner.exec(sql));
		else this.#logged({ sql, values: undefined, kind }, () => this.#inner.exec(sql));
	}

	/** Rolls back what is open. The database stays as it is. */
	close(): void {
		if (!this.#isClosed && this.inTransaction) this.#inner.exec('rollback');
		this.#isClosed = true;
	}

	/** Undoes what is open, calls `read`, and does it again. */
	withoutOpenWrites<R>(read: () => R): R {
		const open = this.#open;
		if (!this.inTransaction || !open.some(({ kind }) => kind === 'writes')) return read();
		this.#inner.exec('rollback');
		try {
			return read();
		} finally {
			this.#options.replay(open);
		}
	}

	#unlogged<R>(sql: string, run: () => R): R {
		this.#refuseClosed();
		const result = run();
		if (/\bsynchronous\b/i.test(sql)) this.#isSynced = this.#synchronous() >= FULL;
		return result;
	}

	#logged<R>({ sql, values, kind }: Pick<Entry, 'sql' | 'values' | 'kind'>, run: () => R): R {
		this.#refuseClosed();
		if (!this.inTransaction) {
			this.#open = [];
			if (!this.#isSynced) this.#options.beforeUnsynced();
		}
		const entry: Entry = { sql, values, kind, wallMs: this.#options.wallMs(), drawn: [] };
		this.#open.push(entry);
		this.running = entry;
		let succeeded = false;
		try {
			const result = run();
			succeeded = true;
			return result;
		} finally {
			this.running = undefined;
			if (!this.inTransaction) this.#ended(entry, succeeded);
		}
	}

	/** No transaction is open any more. */
	#ended({ sql, values }: Entry, succeeded: boolean): void {
		const entries = this.#open;
		this.#open = [];
		// A script that failed may have committed before. If it had not, the log says that as well.
		const isRefused = values !== undefined && (!succeeded || firstWord(sql) === 'rollback');
		if (isRefused || !entries.some(({ kind }) => kind === 'writes')) return;
		this.#options.committed(entries, this.#isSynced);
	}

	#synchronous(): number {
		const [row] = this.#inner.prepare('pragma synchronous').all([]);
		return row?.synchronous as number;
	}

	#refuseClosed(): void {
		if (this.#isClosed) throw new TypeError('the connection has been closed');
	}
}

/** Whether it may write, or only structures the transaction, such as a savepoint. */
type Kind = 'reads' | 'writes' | 'structures';

function kindOf(sql: string): Kind {
	const word = firstWord(sql);
	if (reading.has(word)) return 'reads';
	return structuring.has(word) ? 'structures' : 'writes';
}

/** Whether a statement reads for sure. */
export function onlyReads(sql: string): boolean {
	const word = firstWord(sql);
	return word === 'select' || word === 'values';
}

const reading: ReadonlySet<string> = new Set(['', 'select', 'values', 'explain', 'pragma']);

const structuring: ReadonlySet<string> = new Set([
	...['begin', 'commit', 'end', 'rollback', 'savepoint', 'release'],
]);

/** After white space, semicolons and comments; in lower case. */
function firstWord(sql: string): string {
	const found = /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*([a-z]+)/i.exec(sql);
	return found?.[1]?.toLowerCase() ?? '';
}
