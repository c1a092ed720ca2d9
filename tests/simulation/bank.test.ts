import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neverHappened, runSeed } from '@flotilla/simulator';
import { bank } from './bank.sim.ts';

test('transfers keep the total, whatever fails', async () => {
	const reports = [];
	for (let seed = 1; seed <= 25; seed++) reports.push(await runSeed(bank, { seed }));
	for (const { seed, failures } of reports) assert.deepEqual(failures, [], `seed ${seed}`);
	assert.deepEqual(neverHappened(reports), []);
	const faults = new Set(reports.flatMap((report) => report.faults.map(({ fault }) => fault)));
	assert.ok(faults.size > 15, `only these struck: ${[...faults].join(', ')}`);
});
