import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from 'flotilla/run';
import app from './app.ts';
import { behaviours } from './behaviours.ts';

for (const { name, kills, run: check } of behaviours) {
	if (kills) continue;
	test(`in one process: ${name}`, async () => {
		const dataDir = await mkdtemp(join(tmpdir(), 'behaviour-'));
		try {
			await using fleet = await run(app, { dataDir, logLevel: 'error' });
			await check({
				client: (contract, options) => fleet.client(contract, { principal: options?.principal }),
				sleep: (ms) => sleep(ms),
			});
		} finally {
			await rm(dataDir, { recursive: true, force: true });
		}
	});
}
