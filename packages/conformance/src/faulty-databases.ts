import type {
	Database,
	Databases,
	OpenDatabaseOptions,
	SqlResult,
	SqlSession,
	SqlStatement,
} from 'flotilla/adapter';
import { FlotillaError } from 'flotilla/adapter';

/** What happens to the next transaction of the service itself, not of the platform's housekeeping. */
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
		const faults = this.#faults.get(database.name) ?? [];
		if (faults.length === 0) return database.transaction(work);
		let fault: Fault | undefined;
		const result = await database.transaction(async (session) => {
			const watched = new WatchedSession(session);
			const value = await work(watched);
			// The engine may run it again: it is one transaction, and has one fault.
			if (!watched.isHousekeeping) fault ??= faults.shift();
			if (fault === 'refused' || fault === 'lost before commit') throw errorOf(fault, database);
			return value;
		});
		if (fault !== undefined) throw errorOf(fault, database);
		return result;
	}
}

/** Notes whether a transaction only renews a lease, which instances do whenever they like. */
class WatchedSession implements SqlSession {
	readonly #session: SqlSession;
	isHousekeeping = false;

	constructor(session: SqlSession) {
		this.#session = session;
	}

	query(statement: SqlStatement): Promise<SqlResult> {
		this.isHousekeeping ||= statement.strings.some((text) => text.includes('flotilla_leases'));
		return this.#session.query(statement);
	}
}

function errorOf(fault: Fault, { name }: Database): FlotillaError {
	const code = fault === 'refused' ? 'FLOTILLA_DATABASE_UNAVAILABLE' : 'FLOTILLA_COMMIT_UNKNOWN';
	return new FlotillaError(code, `Database ${name} was ${fault} on purpose.`);
}
