import type { SqlSession } from '../../host/database.ts';
import { limits } from '../../limits.ts';
import type { ForeignAwaitGuard } from '../foreign-await.ts';
import type { ExecuteStatement } from '../session-run.ts';
import type { SqliteConnection, SqliteStatement } from './sqlite-connection.ts';
import { sqliteError } from './sqlite-errors.ts';
import { StatementCache } from './statement-cache.ts';
import { Batches, type Turns } from './turns.ts';

type Read = () => Promise<void>;

/** The reading side of a SQLite database: one snapshot after another. */
export class Snapshots {
	readonly #database: string;
	readonly #connection: SqliteConnection;
	readonly #guard: ForeignAwaitGuard;
	readonly #reads: Batches<Read>;
	readonly #execute: ExecuteStatement;
	readonly #begin: SqliteStatement;
	readonly #commit: SqliteStatement;

	constructor(options: {
		/** The name that messages mention. */
		readonly database: string;
		readonly connection: SqliteConnection;
		readonly guard: ForeignAwaitGuard;
		readonly turns: Turns;
		/** Whether the connection could write, and is to be kept from it while a snapshot is read. */
		readonly writable: boolean;
	}) {
		const { connection, writable } = options;
		this.#database = options.database;
		this.#connection = connection;
		this.#guard = options.guard;
		this.#reads = new Batches(options.turns, limits.snapshotsPerTurn, async (reads) => {
			for (const read of reads) await read();
		});
		const cache = new StatementCache(connection, { refusesWrites: writable });
		this.#execute = (statement) => {
			try {
				return cache.execute(statement);
			} catch (error) {
				throw sqliteError(this.#database, error);
			}
		};
		this.#begin = connection.prepare('begin deferred');
		this.#commit = connection.prepare('commit');
	}

	/** Snapshots that are not being read yet. */
	get waiting(): number {
		return this.#reads.length;
	}

	snapshot<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			this.#reads.add(() => this.#read(work).then(resolve, reject));
		});
	}

	async #read<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		try {
			this.#begin.run([]);
		} catch (error) {
			this.#finish();
			throw sqliteError(this.#database, error);
		}
		const outcome = await this.#guard.run(this.#execute, work);
		this.#finish();
		if (outcome.type === 'returned') return outcome.value;
		throw outcome.error;
	}

	#finish(): void {
		try {
			if (this.#connection.inTransaction) this.#commit.run([]);
		} catch {
			// What was read is right all the same, and if the connection is broken the next one tells.
		}
	}
}
