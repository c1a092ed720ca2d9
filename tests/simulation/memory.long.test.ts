import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runBatch, runSeed } from '@flotilla/simulator';
import { short } from './memory.sim.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const mebibyte = 2 ** 20;
const file = import.meta.resolve('./memory.sim.ts');

function heapMiB(): number {
	collect();
	collect();
	return process.memoryUsage().heapUsed / mebibyte;
}

/** Modules are never collected, nor what they hold: a quarter of a MiB for a run of this app. */
const heldByRunMiB = 0.4;

test('three hundred runs of one thread leave their modules, and nothing else', async (context) => {
	for (let seed = 1; seed <= 50; seed++) await runSeed(short, { seed });
	const first = heapMiB();
	const { external } = process.memoryUsage();
	for (let seed = 51; seed <= 300; seed++) await runSeed(short, { seed });
	const grownMiB = heapMiB() - first;
	context.diagnostic(
		`heap after 50 runs ${first.toFixed(0)} MiB, after 300 ${heapMiB().toFixed(0)} MiB`,
	);
	assert.ok(grownMiB < 250 * heldByRunMiB, `grown by ${grownMiB.toFixed(1)} MiB`);
	const outside = (process.memoryUsage().external - external) / mebibyte;
	assert.ok(outside < 5, `memory of databases: grown by ${outside.toFixed(1)} MiB`);
});

test('a batch of a thousand seeds stays within what its workers may hold', async (context) => {
	const jobs = 2;
	const resident: number[] = [];
	let runs = 0;
	const { findings } = await runBatch({
		files: [file],
		seeds: Array.from({ length: 1_000 }, (_, index) => index + 1),
		jobs,
		on: {
			ran: () => {
				runs += 1;
				if ([100, 500, 1_000].includes(runs)) resident.push(process.memoryUsage.rss() / mebibyte);
			},
		},
	});
	assert.deepEqual(findings, []);
	const [after100 = 0, after500 = 0, after1000 = 0] = resident;
	context.diagnostic(`resident MiB: ${[after100, after500, after1000].map(Math.round).join(', ')}`);
	// A worker that holds more than its limit is replaced, and gives everything back.
	assert.ok(after1000 - after100 < jobs * 256, 'grown by more than the limit of all workers');
	assert.ok(heapMiB() < 200, 'the main thread keeps nothing of the runs');
});
