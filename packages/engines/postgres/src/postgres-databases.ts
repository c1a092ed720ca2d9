import {
	type Clock,
	type Database,
	type Databases,
	FlotillaError,
	type OpenDatabaseOptions,
	type RandomSource,
} from 'flotilla/adapter';
import { type ConnectionOptions, PostgresConnection } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Notifications } from './notifications.ts';
import { PostgresDatabase } from './postgres-database.ts';

/**
 * - `database`: each service has a database of its own, made when it is missing. The user needs the
 *   right to make databases, or somebody makes them beforehand.
 * - `schema`: the services share the database that the URL names and have a schema each.
 */
export type PostgresLayout = 'database' | 'schema';

/** Where the server is, and how services share it. */
export interface PostgresOptions {
	/** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; `?sslmode=verify-full` for a checked TLS. */
	readonly url: string;
	/** `database` when absent. */
	readonly layout?: PostgresLayout;
	/** In front of the name of each database or schema: `a-z`, `0-9` and `_`; empty when absent. */
	readonly prefix?: string;
	/** Connections for each service, without the one for notifications: 1 to 1_000; 10 when absent. */
	readonly maxConnections?: number;
	/** How long a statement may take before the server ends it: 1 to 3_600_000; 30_000 when absent. */
	readonly statementTimeoutMs?: number;
	/** For the pauses after a lost conflict; the real ones when absent. */
	readonly clock?: Pick<Clock, 'setTimer'>;
	readonly random?: Pick<RandomSource, 'next'>;
}

/** PostgreSQL as the database of services, for `run(app, { databases: postgres({ url }) })`. */
export function postgres(options: PostgresOptions): PostgresDatabases {
	return new PostgresDatabases(options);
}

/** SQLSTATE: there is no database of that name. */
const NO_SUCH_DATABASE = '3D000';

/** SQLSTATE: somebody else made it in the meantime. */
const ALREADY_THERE: ReadonlySet<unknown> = new Set(['42P04', '42P06', '23505']);

/** The longest name that PostgreSQL does not cut off. */
const NAME_BYTES_MAX = 63;

/** Opens the databases of services on one PostgreSQL server. Holds nothing open itself. */
export class PostgresDatabases implements Databases {
	readonly #options: PostgresOptions;

	/** Throws `TypeError` when an option is out of its range. */
	constructor(options: PostgresOptions) {
		checkOptions(options);
		this.#options = options;
	}

	/** The folder is not used. */
	async open(name: string, { rerunShare = 0 }: OpenDatabaseOptions): Promise<Database> {
		const physicalName = this.#physicalName(name);
		try {
			return await this.#open(name, physicalName, rerunShare);
		} catch (error) {
			const reason = error instanceof AggregateError ? error.errors[0] : error;
			throw new FlotillaError(
				'FLOTILLA_DATABASE_UNAVAILABLE',
				`Database ${physicalName} at ${addressOf(this.#options.url)} cannot be opened: ${reasonOf(reason)}.`,
				{ details: { database: physicalName }, cause: error },
			);
		}
	}

	async #open(name: string, physicalName: string, rerunShare: number): Promise<Database> {
		const { clock, random, maxConnections = 10, layout = 'database' } = this.#options;
		const connection: ConnectionOptions = {
			url: this.#options.url,
			applicationName: `flotilla ${name}`,
			statementTimeoutMs: this.#options.statementTimeoutMs ?? 30_000,
			...(layout === 'database' ? { database: physicalName } : { schema: physicalName }),
		};
		if (layout === 'schema') await this.#makeSchema(connection, physicalName);
		const notifications = await this.#openNotifications(connection, physicalName);
		return new PostgresDatabase({
			name,
			physicalName,
			notifications,
			pool: new ConnectionPool(name, maxConnections, () => PostgresConnection.open(connection)),
			random: random === undefined ? Math.random : () => random.next(),
			rerunShare,
			wait: (delayMs) =>
				new Promise((resolve) => {
					if (clock === undefined) setTimeout(resolve, delayMs);
					else clock.setTimer(delayMs, resolve);
				}),
		});
	}

	/** The first connection, which finds out whether the database exists. */
	async #openNotifications(
		connection: ConnectionOptions,
		physicalName: string,
	): Promise<Notifications> {
		try {
			return await Notifications.open(connection, physicalName);
		} catch (error) {
			if (connection.schema !== undefined || codeOf(error) !== NO_SUCH_DATABASE) throw error;
			await this.#makeDatabase(connection, physicalName);
			return Notifications.open(connection, physicalName);
		}
	}

	async #makeDatabase(connection: ConnectionOptions, physicalName: string): Promise<void> {
		const { database: _, ...elsewhere } = connection;
		const hasDatabase = new URL(connection.url).pathname.length > 1;
		const server = await PostgresConnection.open({
			...elsewhere,
			...(!hasDatabase && { database: 'postgres' }),
		});
		try {
			// Text sorts, and changes to lower case, as it does in SQLite.
			await server.execute(
				`create database "${physicalName}" template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`,
			);
		} catch (error) {
			if (!ALREADY_THERE.has(codeOf(error))) throw error;
		} finally {
			await server.close();
		}
	}

	async #makeSchema(connection: ConnectionOptions, physicalName: string): Promise<void> {
		const server = await PostgresConnection.open(connection);
		try {
			await server.execute(`create schema if not exists "${physicalName}"`);
		} catch (error) {
			if (!ALREADY_THERE.has(codeOf(error))) throw error;
		} finally {
			await server.close();
		}
	}

	#physicalName(name: string): string {
		if (!/^[a-z0-9-]+$/.test(name)) {
			throw new TypeError(`a database is named with a-z, 0-9 and -, unlike ${name}`);
		}
		const physicalName = `${this.#options.prefix ?? ''}${name.replaceAll('-', '_')}`;
		if (physicalName.length > NAME_BYTES_MAX) {
			throw new TypeError(`PostgreSQL takes ${NAME_BYTES_MAX} bytes as a name: ${physicalName}`);
		}
		return physicalName;
	}
}

function checkOptions(options: PostgresOptions): void {
	const { url, prefix = '', maxConnections = 10, statementTimeoutMs = 30_000 } = options;
	if (!/^postgres(?:ql)?:$/.test(URL.parse(url)?.protocol ?? '')) {
		throw new TypeError('the url of a PostgreSQL server begins with postgres://');
	}
	if (!/^[a-z0-9_]*$/.test(prefix)) {
		throw new TypeError(`a prefix has a-z, 0-9 and _, unlike ${prefix}`);
	}
	checkRange('maxConnections', maxConnections, 1_000);
	checkRange('statementTimeoutMs', statementTimeoutMs, 3_600_000);
}

function checkRange(name: string, value: number, most: number): void {
	if (Number.isInteger(value) && value >= 1 && value <= most) return;
	throw new TypeError(`${name} is a whole number from 1 to ${most}, unlike ${value}`);
}

/** Without the user and the password. */
function addressOf(url: string): string {
	const { hostname, port } = new URL(url);
	return `${hostname}:${port === '' ? 5_432 : port}`;
}

function codeOf(error: unknown): unknown {
	return (error as { readonly code?: unknown }).code;
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
