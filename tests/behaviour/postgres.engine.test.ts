import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { postgres } from '@flotilla/postgres';
import { behaviours } from './behaviours.ts';
import { openProcesses } from './testing-processes.ts';

const url = process.env.FLOTILLA_POSTGRES_URL;

if (url === undefined) {
	test('two processes each on PostgreSQL', { skip: 'FLOTILLA_POSTGRES_URL is not set' }, () => {});
} else {
	for (const { name, run } of behaviours) {
		test(`in two processes each, on PostgreSQL: ${name}`, async () => {
			const prefix = `test_${randomBytes(4).toString('hex')}_`;
			await using opened = new AsyncDisposableStack();
			opened.defer(() => dropSchemas(url, prefix));
			await run(await openProcesses(opened, { instances: 2, postgres: { url, prefix } }));
		});
	}
}

async function dropSchemas(server: string, prefix: string): Promise<void> {
	const databases = postgres({ url: server, layout: 'schema', prefix, maxConnections: 1 });
	const broom = await databases.open('broom', { folder: '' });
	const drops = ['callee', 'front', 'broom'].map(
		(name) => `drop schema if exists ${prefix}${name} cascade`,
	);
	await broom.exclusive((session) => session.script(drops.join(';')));
	await broom.close();
}
