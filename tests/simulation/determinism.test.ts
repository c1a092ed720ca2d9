import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runSeed } from '@flotilla/simulator';
import { bank } from './bank.sim.ts';

const seeds = [1, 2, 3, 4, 5];
const program = fileURLToPath(new URL('./hash.ts', import.meta.url));

/** One line for each seed, from a process of its own. */
function hashesOf(node: string, environment: Readonly<Record<string, string>> = {}): string {
	return execFileSync(node, ['--conditions=flotilla-src', program, seeds.join(',')], {
		encoding: 'utf8',
		env: { ...process.env, ...environment },
		stdio: ['ignore', 'pipe', 'ignore'],
	});
}

test('same seed, same trace: in this process, in others, in another time zone and language', async () => {
	let here = '';
	for (const seed of seeds) {
		const { traceHash, failures } = await runSeed(bank, { seed });
		here += `${seed} ${traceHash} ${failures.length}\n`;
	}
	assert.equal(hashesOf(process.execPath), here);
	assert.equal(hashesOf(process.execPath, { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' }), here);
	assert.equal(new Set(here.split('\n').map((line) => line.split(' ')[1])).size, seeds.length + 1);
});

const node24 = process.env.FLOTILLA_NODE_24;
const skip = node24 === undefined && 'FLOTILLA_NODE_24 is not set: run it with npm run test:all';

test('same seed, same trace: on Node 24', { skip }, () => {
	assert.equal(hashesOf(node24 ?? ''), hashesOf(process.execPath));
});

test('same trace, however microtasks are drained and whoever owns the modules of the platform', async () => {
	for (const seed of seeds.slice(0, 2)) {
		const { traceHash } = await runSeed(bank, { seed });
		const macrotask = await runSeed(bank, { seed, drain: 'macrotask' });
		assert.equal(macrotask.traceHash, traceHash, 'drained by macrotasks');
		const own = await runSeed(bank, { seed, ownPlatform: true });
		assert.equal(own.traceHash, traceHash, 'a platform for each process');
		const inWords = await runSeed(bank, { seed, entries: 100 });
		assert.equal(inWords.traceHash, traceHash, 'kept in words');
	}
});
