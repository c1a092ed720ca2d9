import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runSeed } from '@flotilla/simulator';
import { bank } from './bank.sim.ts';
import { hashes, shop } from './hashes.ts';

const seeds = [1, 2, 3];
const program = fileURLToPath(new URL('./hash.ts', import.meta.url));

/** What `hashes` gives in a process of its own. */
function hashesOf(node: string, environment: Readonly<Record<string, string>> = {}): string {
	return execFileSync(node, ['--conditions=flotilla-src', program, seeds.join(',')], {
		encoding: 'utf8',
		env: { ...process.env, ...environment },
		stdio: ['ignore', 'pipe', 'ignore'],
	}).trim();
}

test('same seed, same trace: in this process, in others, in another time zone and language', async () => {
	const here = await hashes(seeds);
	assert.equal(hashesOf(process.execPath), here);
	assert.equal(hashesOf(process.execPath, { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' }), here);
	const different = new Set(here.split('\n').map((line) => line.split(' ')[1]));
	assert.equal(different.size, seeds.length + 1);
});

const node24 = process.env.FLOTILLA_NODE_24;
const skip = node24 === undefined && 'FLOTILLA_NODE_24 is not set: run it with npm run test:all';

test('same seed, same trace: on Node 24', { skip }, () => {
	assert.equal(hashesOf(node24 ?? ''), hashesOf(process.execPath));
});

test('same trace, however microtasks are drained and whoever owns the modules of the platform', async () => {
	for (const simulation of [bank, shop.fleet, shop.oneProcess]) {
		const seed = 4;
		const { traceHash } = await runSeed(simulation, { seed });
		const macrotask = await runSeed(simulation, { seed, drain: 'macrotask' });
		assert.equal(macrotask.traceHash, traceHash, 'drained by macrotasks');
		const own = await runSeed(simulation, { seed, ownPlatform: true });
		assert.equal(own.traceHash, traceHash, 'a platform for each process');
		const inWords = await runSeed(simulation, { seed, entries: 100 });
		assert.equal(inWords.traceHash, traceHash, 'kept in words');
	}
});

test('same trace, whatever runs the thread has had before', async () => {
	const [first] = (await hashes([2])).split('\n');
	for (const seed of [9, 8]) await runSeed(bank, { seed });
	// One that ends in an escape, with work under way.
	const url = new URL('./bank/app.ts', import.meta.url);
	const source = readFileSync(url, 'utf8');
	const call = 'await fetch("http://127.0.0.1:9"); const { balance }';
	const escaping = source.replace('const { balance }', call);
	assert.notEqual(escaping, source);
	const failed = await runSeed(bank, { seed: 7, replacements: new Map([[url.href, escaping]]) });
	assert.equal(failed.failures[0]?.kind, 'escape');
	const [again] = (await hashes([2])).split('\n');
	assert.equal(again, first);
});
