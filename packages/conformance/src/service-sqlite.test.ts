import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, NodeDatabases, type RandomSource } from 'flotilla/adapter';
import { serviceSuite } from './service-suite.ts';

const clock = { defer: (callback: () => void) => void setImmediate(callback) } as Clock;
const random = { next: () => 0.5 } as RandomSource;

serviceSuite('SQLite', async () => {
	const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-services-'));
	return {
		databases: new NodeDatabases(clock, random),
		dataDir,
		close: () => rm(dataDir, { recursive: true }),
	};
});
