import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { Clock } from '../../host/clock.ts';
import type { Database, Dialect, ScriptSession, SqlSession } from '../../host/database.ts';
import { limits } from '../../limits.ts';
import { type EndOfTurn, ForeignAwaitGuard } from '../foreign-await.ts';
import { GroupCommit } from './group-commit.ts';
import { Snapshots } from './snapshots.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { Turns } from './turns.ts';

export interface SqliteDatabaseOptions {
	/** The name of the service. */
	readonly name: string;
	/** Each group of transactions begins in a turn of its own. */
	readonly clock: Pick<Clock, 'defer'>;
	/** When foreign waits are looked for; `clock.defer` when absent. */
	readonly endOfTurn?: EndOfTurn;
	/** The only connection that writes. Closed with the database, like the reader. */
	readonly writer: SqliteConnection;
	/** A read-only connection to the same file; without it, snapshots take turns with the writer. */
	readonly reader?: SqliteConnection;
	/**
	 * Asked once for each transaction. When it says yes, the first run of the function is rolled back
	 * and it runs again: that finds functions which touch more than their session.
	 */
	readonly rerun?: () => boolean;
	/** Called once, after both connections are closed. */
	readonly afterClose?: () => void;
}

/** A database in SQLite: one process, one writing connection, group commit. */
export class SqliteDatabase implements Database {
	readonly name: string;
	readonly dialect: Dialect = 'sqlite';
	readonly shared: boolean = false;
	readonly #options: SqliteDatabaseOptions;
	readonly #writerTurns: Turns;
	readonly #readerTurns: Turns;
	readonly #commits: GroupCommit;
	readonly #snapshots: Snapshots;
	#closed: Promise<void> | undefined;

	constructor(options: SqliteDatabaseOptions) {
		const { name, clock, writer, reader, rerun } = options;
		this.name = name;
		this.#options = options;
		const endOfTurn = options.endOfTurn ?? ((callback) => clock.defer(callback));
		const guard = new ForeignAwaitGuard(name, endOfTurn);
		const look = (): void => guard.look();
		this.#writerTurns = new Turns(clock, look);
		this.#readerTurns = reader === undefined ? this.#writerTurns : new Turns(clock, look);
		this.#commits = new GroupCommit({
			database: name,
			connection: writer,
			guard,
			turns: this.#writerTurns,
			...(rerun !== undefined && { rerun }),
		});
		this.#snapshots = new Snapshots({
			database: name,
			connection: reader ?? writer,
			guard,
			turns: this.#readerTurns,
			writable: reader === undefined,
		});
	}

	transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		const refusal = this.#refusal(this.#commits.waiting);
		return refusal === undefined ? this.#commits.transaction(work) : Promise.reject(refusal);
	}

	snapshot<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		const refusal = this.#refusal(this.#snapshots.waiting);
		return refusal === undefined ? this.#snapshots.snapshot(work) : Promise.reject(refusal);
	}

	exclusive<T>(work: (session: ScriptSession) => Promise<T>): Promise<T> {
		const refusal = this.#refusal(0);
		return refusal === undefined ? this.#commits.exclusive(work) : Promise.reject(refusal);
	}

	/** Does nothing: no other process has this database open. */
	notify(_message: string): void {}

	/** Does nothing: no other process has this database open. */
	onNotify(_listener: (message: string) => void): void {}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		await Promise.all([this.#writerTurns.idle(), this.#readerTurns.idle()]);
		const { writer, reader, afterClose } = this.#options;
		// The last connection to be closed empties the write-ahead log into the file, and syncs. After
		// a failure of the disk that must not happen, and a connection that only reads cannot do it.
		const inOrder = this.#commits.failure === undefined ? [reader, writer] : [writer, reader];
		for (const connection of inOrder) connection?.close();
		afterClose?.();
	}

	#refusal(waiting: number): FlotillaError | undefined {
		if (this.#closed !== undefined) {
			return new FlotillaError(
				'FLOTILLA_DATABASE_UNAVAILABLE',
				`Database ${this.name} has been closed.`,
			);
		}
		if (waiting >= limits.transactionsWaiting) {
			return new FlotillaError(
				'FLOTILLA_OVERLOADED',
				`${limits.transactionsWaiting} transactions already wait for database ${this.name}.`,
			);
		}
		return this.#commits.failure;
	}
}
