import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EngineUnderTest, serviceSuite } from '@flotilla/conformance';
import connect from 'postgres';
import { postgres } from './postgres-databases.ts';

const server = process.env.FLOTILLA_POSTGRES_URL;

if (server === undefined) {
	test('services on PostgreSQL', { skip: 'FLOTILLA_POSTGRES_URL is not set' }, () => {});
} else serviceSuite('PostgreSQL', () => open(server));

/** Schemas of their own, because they are made faster than databases. */
async function open(url: string): Promise<EngineUnderTest> {
	const prefix = `services_${randomUUID().slice(0, 8)}_`;
	const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-services-'));
	return {
		databases: postgres({ url, layout: 'schema', prefix }),
		dataDir,
		async close() {
			await rm(dataDir, { recursive: true });
			const admin = connect(url, { max: 1, onnotice: () => {} });
			const schemas = await admin`
				select nspname as name from pg_namespace where starts_with(nspname, ${prefix})`;
			for (const { name } of schemas) await admin.unsafe(`drop schema "${name}" cascade`);
			await admin.end();
		},
	};
}
