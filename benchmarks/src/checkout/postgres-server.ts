import { postgres } from '@flotilla/postgres';
import { parentOf } from '../harness/process-tree.ts';
import { type ShopServer, services } from './shop-kind.ts';

/**
 * The PostgreSQL server at this URL.
 *
 * @throws {Error} When it does not run on this machine: then nobody could measure it.
 */
export async function postgresServer(url: string): Promise<ShopServer> {
	const databases = postgres({ url, layout: 'schema', prefix: 'bench_', maxConnections: 1 });
	const database = await databases.open('broom', { folder: '' });
	const ask = { strings: ['select pg_backend_pid() as id'], values: [] };
	const { rows } = await database.snapshot((session) => session.query(ask));
	// Whoever serves a connection is a child of the server.
	const processId = parentOf(Number(rows[0]?.id));
	if (processId === undefined) throw new Error('PostgreSQL does not run on this machine');
	return {
		processId,
		forget: ({ name }) => {
			const drops = services.map((service) => `drop schema if exists ${name}_${service} cascade`);
			return database.exclusive((session) => session.script(drops.join(';')));
		},
		close: async () => {
			await database.exclusive((session) => session.script('drop schema bench_broom cascade'));
			await database.close();
		},
	};
}
