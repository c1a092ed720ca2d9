import type { Database, Databases, OpenDatabaseOptions, SqlSession } from 'flotilla/adapter';
import { FlotillaError } from 'flotilla/adapter';

/** What happens to the next transaction that writes. */
export type Fault =
	/** The database is lost before COMMIT: nothing took effect, and that is known. */
	| 'refused'
	/** The connection is lost while COMMIT is on its way there: nothing took effect. */
	| 'lost before commit'
	/** The connection is lost on the way back: it has committed. */
	| 'lost after commit';

/** Databases that fail when they are told to. */
export class FaultyDatabases implements Databases {
	readonly #databases: Databases;
	readonly #faults: Map<string, Fault[]> = new Map();

	constructor(databases: Databases) {
		this.#databases = databases;
	}

	/** Lets the next transactions of a service fail, one after another. */
	fail(name: string, ...faults: readonly Fault[]): void {
		this.#faults.set(name, [...faults]);
	}

	async open(name: string, options: OpenDatabaseOptions): Promise<Database> {
		const database = await this.#databases.open(name, options);
		return {
			name: database.name,
			dialect: database.dialect,
			shared: database.shared,
			transaction: (work) => this.#transaction(database, work),
			snapshot: (work) => database.snapshot(work),
			exclusive: (work) => database.exclusive(work),
			notify: (message) => database.notify(message),
			onNotify: (listener) => database.onNotify(listener),
			close: () => database.close(),
		};
	}

	async #transaction<T>(database: Database, work: (session: SqlSession) => Promise<T>): Promise<T> {
		const fault = this.#faults.get(database.name)?.shift();
		if (fault === undefined) return database.transaction(work);
		const code = fault === 'refused' ? 'FLOTILLA_DATABASE_UNAVAILABLE' : 'FLOTILLA_COMMIT_UNKNOWN';
		const error = new FlotillaError(code, `Database ${database.name} was ${fault} on purpose.`);
		await database.transaction(async (session) => {
			const result = await work(session);
			if (fault !== 'lost after commit') throw error;
			return result;
		});
		throw error;
	}
}
