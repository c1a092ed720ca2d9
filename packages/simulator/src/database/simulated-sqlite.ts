import { DatabaseSync } from 'node:sqlite';
import { threadId } from 'node:worker_threads';
import type { RandomSource, SqliteConnection, SqliteValue, SqlRow } from 'flotilla/adapter';
import { runOutside } from '../kernel/kernel.ts';
import { type Entry, LoggedConnection, onlyReads } from './logged-connection.ts';
import { replaceImpureFunctions, type Surroundings } from './virtual-functions.ts';

/** What a disk has safely, and what an operating system would still have to write. */
interface Disk {
	readonly image: DatabaseSync;
	/** Commits that are not in the image yet. */
	readonly commits: (readonly Entry[])[];
}

/** Commits without a sync after which the log is copied into the file, which syncs. */
const CHECKPOINT_COMMITS = 200;

/**
 * A SQLite database in memory, for one connection at a time, whose time and chance are simulated. It
 * outlives the connections, and what a power loss leaves of it depends on `pragma synchronous`: with
 * `full` every commit stays, else only the first of those since the last checkpoint may.
 *
 * The log of what was run is what both a power loss and a look at the committed state are made from:
 * SQLite is deterministic, so running the same again gives the same.
 */
export class SimulatedSqlite {
	readonly #surroundings: Surroundings;
	#database: DatabaseSync;
	#disk: Disk | undefined;
	#connection: LoggedConnection | undefined;
	#replayed: { readonly entry: Entry; next: number } | undefined;
	readonly #listeners: (() => void)[] = [];

	constructor(surroundings: Surroundings) {
		this.#surroundings = surroundings;
		this.#database = this.#open(':memory:');
	}

	/** Opens the connection. An earlier one ends as if its process had: nothing of it is left. */
	connect(): SqliteConnection {
		this.disconnect();
		// A setting of the connection, not of the database: as SQLite has it at first.
		this.#database.exec('pragma synchronous = full');
		this.#connection = new LoggedConnection({
			database: this.#database,
			wallMs: () => this.#surroundings.wallMs(),
			replay: (entries) => this.#replay(this.#database, entries),
			beforeUnsynced: () => {
				this.#disk ??= { image: this.#copy(), commits: [] };
			},
			committed: (entries, isSynced) => this.#committed(entries, isSynced),
		});
		return this.#connection;
	}

	/** Ends the connection, and rolls back what is open. Committed data stay. */
	disconnect(): void {
		this.#connection?.close();
		this.#connection = undefined;
	}

	/** The same, and what no sync has saved is lost from some commit on. @returns How many are lost. */
	losePower(random: Pick<RandomSource, 'next'>): number {
		this.disconnect();
		if (this.#disk === undefined) return 0;
		const { image, commits } = this.#disk;
		const kept = Math.floor(random.next() * (commits.length + 1));
		for (const entries of commits.slice(0, kept)) this.#replay(image, entries);
		this.#database.close();
		this.#database = image;
		this.#disk = undefined;
		return commits.length - kept;
	}

	/** Reads the last committed state, whatever is open, and writes nothing. Integers must be within 2^53. */
	rows(sql: string, values: readonly SqliteValue[] = []): readonly SqlRow[] {
		const select = (): SqlRow[] => this.#database.prepare(sql).all(...values) as SqlRow[];
		const read = (): SqlRow[] => (onlyReads(sql) ? select() : this.#withoutWriting(select));
		return this.#connection === undefined ? read() : this.#connection.withoutOpenWrites(read);
	}

	#withoutWriting<R>(work: () => R): R {
		this.#database.exec('pragma query_only = on');
		try {
			return work();
		} finally {
			this.#database.exec('pragma query_only = off');
		}
	}

	/** Calls `listener` right after every commit that wrote, before anything else. It must not throw. */
	onCommit(listener: () => void): void {
		this.#listeners.push(listener);
	}

	/** Frees the memory. */
	close(): void {
		this.disconnect();
		this.#disk?.image.close();
		this.#database.close();
	}

	#committed(entries: readonly Entry[], isSynced: boolean): void {
		if (isSynced) {
			// A sync covers all that was written before it.
			this.#disk?.image.close();
			this.#disk = undefined;
		} else if (this.#disk !== undefined) {
			const { image, commits } = this.#disk;
			commits.push(entries);
			if (commits.length >= CHECKPOINT_COMMITS) {
				for (const commit of commits.splice(0)) this.#replay(image, commit);
			}
		}
		for (const listener of this.#listeners) listener();
	}

	#open(path: string): DatabaseSync {
		const database = new DatabaseSync(path, {
			enableForeignKeyConstraints: true,
			enableDoubleQuotedStringLiterals: false,
			allowExtension: false,
		});
		// As in `host/node`, but the functions of ours that a schema uses are not SQLite's own.
		database.exec('pragma temp_store = memory; pragma case_sensitive_like = on');
		replaceImpureFunctions(database, {
			wallMs: () => this.#replayed?.entry.wallMs ?? this.#surroundings.wallMs(),
			uint32: () => this.#draw(),
		});
		return database;
	}

	#draw(): number {
		if (this.#replayed !== undefined) {
			return this.#replayed.entry.drawn[this.#replayed.next++] as number;
		}
		const drawn = this.#surroundings.uint32();
		this.#connection?.running?.drawn.push(drawn);
		return drawn;
	}

	/** Runs again what has run; what failed then fails again, with as little effect. */
	#replay(database: DatabaseSync, entries: readonly Entry[]): void {
		for (const entry of entries) {
			this.#replayed = { entry, next: 0 };
			try {
				if (entry.values === undefined) database.exec(entry.sql);
				else database.prepare(entry.sql).all(...entry.values);
			} catch {
				// As it did the first time.
			} finally {
				this.#replayed = undefined;
			}
		}
	}

	#copy(): DatabaseSync {
		const path = `file:/flotilla-${threadId}-${++copies}?vfs=memdb`;
		// Named, so that it can be copied into: nothing that code of a process may do.
		return runOutside(() => {
			const image = this.#open(path);
			this.#database.exec(`vacuum into '${path}'`);
			return image;
		});
	}
}

/** All copies of a process share one space of names. */
let copies = 0;
