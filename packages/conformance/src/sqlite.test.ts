import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, NodeDatabases, type RandomSource } from 'flotilla/adapter';
import { type DatabaseUnderTest, databaseSuite } from './database-suite.ts';

const clock = { defer: (callback: () => void) => void setImmediate(callback) } as Clock;

const databases = new NodeDatabases(clock, { next: Math.random } as RandomSource);

/** Reruns on purpose: none, and about every second transaction. */
for (const rerunShare of [0, 0.5]) {
	databaseSuite(
		`SQLite with a share of ${rerunShare} run twice`,
		async (): Promise<DatabaseUnderTest> => {
			const folder = await mkdtemp(join(tmpdir(), 'flotilla-sqlite-'));
			const database = await databases.open('test', { folder, rerunShare });
			return {
				database,
				reopen: () => databases.open('test', { folder, rerunShare }),
				async close() {
					await database.close();
					await rm(folder, { recursive: true });
				},
			};
		},
	);
}
