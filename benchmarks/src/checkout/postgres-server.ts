import { postgres } from '@flotilla/postgres';
import type { Database } from 'flotilla/adapter';
import { parentOf } from '../harness/process-tree.ts';
import { type ShopServer, services } from './shop-kind.ts';

/**
 * The PostgreSQL server at this URL.
 *
 * @throws {Error} When it does not run on this machine: then nobody could measure it.
 */
export async function postgresServer(url: string): Promise<ShopServer> {
	const database = await open(url);
	// Whoever serves a connection is a child of the server.
	const processId = parentOf(Number(await ask(database, 'select pg_backend_pid() as answer')));
	if (processId === undefined) throw new Error('PostgreSQL does not run on this machine');
	return {
		processId,
		forget: ({ name }) => {
			const drops = services.map((service) => `drop schema if exists ${name}_${service} cascade`);
			return database.exclusive((session) => session.script(drops.join(';')));
		},
		close: () => close(database),
	};
}

export async function postgresVersion(url: string): Promise<string> {
	const database = await open(url);
	try {
		return String(await ask(database, "select current_setting('server_version') as answer"));
	} finally {
		await close(database);
	}
}

function open(url: string): Promise<Database> {
	const databases = postgres({ url, layout: 'schema', prefix: 'bench_', maxConnections: 1 });
	return databases.open(`broom-${process.pid}`, { folder: '' });
}

async function ask(database: Database, sql: string): Promise<unknown> {
	const { rows } = await database.snapshot((session) =>
		session.query({ strings: [sql], values: [] }),
	);
	return rows[0]?.answer;
}

async function close(database: Database): Promise<void> {
	const drop = `drop schema if exists bench_broom_${process.pid} cascade`;
	await database.exclusive((session) => session.script(drop));
	await database.close();
}
