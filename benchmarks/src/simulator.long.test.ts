import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Comparison, Row } from './harness/figures.ts';
import { bench } from './simulator.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

test('a smoke run of the simulator comes to its end, with a row for each subject and all ratios', () => {
	const args = ['--conditions=flotilla-src', main, 'simulator', '--smoke', '--json'];
	const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
	assert.equal(status, 0, stderr);
	const lines = stdout.trimEnd().split('\n');
	const rows: readonly Row[] = lines.slice(0, -1).map((line) => JSON.parse(line));
	const { ratios }: Comparison = JSON.parse(lines.at(-1) ?? '');
	assert.deepEqual(
		rows.map(({ variant }) => variant),
		bench.subjects.map(({ variant }) => variant),
	);
	assert.deepEqual(
		Object.keys(ratios),
		bench.ratios.map(({ name }) => name),
	);
	for (const ratio of Object.values(ratios)) assert.ok(ratio > 0, stdout);
});
