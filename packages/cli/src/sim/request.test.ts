import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { SimArguments } from './command.ts';
import { requestOf } from './request.ts';
import { inFolder, simulationOf } from './testing-command.ts';

const plain: SimArguments = { save: true };

/** A folder with a simulation and an earlier finding of it. */
function withFinding(use: (folder: string, finding: string) => void): Promise<void> {
	return inFolder({ 'counter.sim.ts': simulationOf('counter') }, async (folder) => {
		mkdirSync(join(folder, 'regressions'));
		const finding = join(folder, 'regressions/one.json');
		const saved = { version: 1, simulation: 'counter', seed: 7, only: ['a#1'], forMs: 500 };
		writeFileSync(finding, JSON.stringify({ ...saved, found: {} }));
		use(folder, finding);
	});
}

test('a folder stands for the simulations below it, 20 seeds of each, earlier findings first', async () => {
	await withFinding((folder) => {
		mkdirSync(join(folder, 'node_modules'));
		writeFileSync(join(folder, 'node_modules/foreign.sim.ts'), '');
		const { batch, shows, saves } = requestOf(folder, plain);
		assert.deepEqual(batch.files, [pathToFileURL(join(folder, 'counter.sim.ts')).href]);
		assert.deepEqual([batch.seeds.length, batch.seeds[0], batch.regressions], [20, 1, true]);
		assert.deepEqual([shows, saves], ['text', true]);
	});
});

test('--seed alone is one run, with --seeds the first of several', async () => {
	await withFinding((folder) => {
		const one = requestOf(folder, { ...plain, seed: 5 }).batch;
		assert.deepEqual([one.seeds, one.regressions], [[5], false]);
		assert.deepEqual(requestOf(folder, { ...plain, seed: 5, seeds: 3 }).batch.seeds, [5, 6, 7]);
		const random = requestOf(folder, { ...plain, random: true, seeds: 2 }).batch.seeds;
		assert.equal(random[1], (random[0] ?? 0) + 1);
	});
});

test('a saved finding is run as it was found, and nothing about it can be changed', async () => {
	await withFinding((_, finding) => {
		const { batch, saves } = requestOf(finding, { ...plain, trace: true });
		assert.deepEqual(batch.seeds, [7]);
		assert.deepEqual(batch.simulations, ['counter']);
		assert.deepEqual([batch.options?.only, batch.options?.forMs], [['a#1'], 500]);
		assert.equal(saves, false);
		assert.throws(() => requestOf(finding, { ...plain, seed: 1 }), /leave out --seed/);
		assert.throws(() => requestOf(finding, { ...plain, for: 1 }), /leave out --for/);
	});
});

test('what does not go together, or is not there, is refused in words', async () => {
	await withFinding((folder, finding) => {
		mkdirSync(join(folder, 'nothing'));
		const refused = (path: string, typed: Partial<SimArguments>, says: RegExp): void => {
			assert.throws(() => requestOf(path, { ...plain, ...typed }), {
				name: 'UsageError',
				message: says,
			});
		};
		refused(join(folder, 'missing'), {}, /There is no file or folder/);
		refused(join(folder, 'nothing'), {}, /no \*\.sim\.ts below[\s\S]*export default simulation\(/);
		refused(folder, { faults: ['network.lost'] }, /no fault 'network\.lost'.*network\.loss/);
		refused(folder, { trace: true, seeds: 2 }, /--trace prints one run/);
		writeFileSync(finding, '{');
		refused(finding, {}, /one\.json is no regression/);
		writeFileSync(finding, '{"version":9}');
		refused(finding, {}, /has the version 9; this simulator reads 1/);
	});
});
