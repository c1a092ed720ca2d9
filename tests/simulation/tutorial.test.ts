import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BatchResult, runBatch } from '@flotilla/simulator';
import { readTutorial } from './tutorial/page.ts';

const { text, commands, planted, sharper } = readTutorial('test');
const shop = new URL('../../examples/shop/app/src/shop.sim.ts', import.meta.url).href;
const simulations = ['clerks correct the stock'];
const nothing: ReadonlyMap<string, string> = new Map();

test('each command of the tutorial runs the seeds that this test runs', () => {
	const seeds = commands.flatMap((command) => /--seeds? \d+/.exec(command) ?? []);
	assert.deepEqual(seeds, ['--seeds 5', '--seeds 5', '--seed 1', '--seeds 5']);
});

test('the bug that the tutorial plants is found as it says', async () => {
	const { findings } = await runSeeds(shop, planted, [1]);
	expectFinding(findings, 'eventually', 'every correction counts');
});

test('the sharper question finds it sooner', async () => {
	const { findings } = await runSeeds(sharper, planted, [1]);
	const { failure } = expectFinding(findings, 'always', 'no answered correction is lost');
	assert.ok(failure.atMs < 30_000, `only after ${failure.atMs} ms`);
});

test('the shop as it is has an answer to the sharper question', async () => {
	const { findings, never } = await runSeeds(sharper, nothing, [1, 2, 3, 4, 5]);
	assert.deepEqual(findings, []);
	assert.deepEqual(never, []);
});

test('the picture of the tutorial can be drawn again', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'picture-'));
	try {
		const path = join(folder, 'picture.svg');
		const program = fileURLToPath(new URL('./tutorial/picture.ts', import.meta.url));
		const args = ['--conditions=flotilla-src', program, path];
		await promisify(execFile)(process.execPath, args);
		const svg = await readFile(path, 'utf8');
		assert.match(svg, /no answered correction is lost/);
		assert.match(svg, /update stock/);
	} finally {
		await rm(folder, { recursive: true });
	}
});

function runSeeds(
	file: string,
	replacements: ReadonlyMap<string, string>,
	seeds: readonly number[],
): Promise<BatchResult> {
	return runBatch({ files: [file], simulations, seeds, options: { replacements } });
}

/** The finding that the page shows: without any fault. */
function expectFinding(findings: BatchResult['findings'], kind: string, name: string) {
	const shown = `clerks correct the stock: ${kind}: ${name}`;
	assert.ok(text.includes(shown), `the page does not show: ${shown}`);
	const finding = findings.find(({ failure }) => failure.kind === kind && failure.name === name);
	assert.ok(finding !== undefined, `not found: ${shown}`);
	assert.deepEqual(finding.investigated?.only, [], 'it takes faults');
	return finding;
}
