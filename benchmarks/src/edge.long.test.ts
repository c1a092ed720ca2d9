import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bench } from './edge.ts';
import type { Comparison, Row } from './harness/figures.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

test('a smoke run of the edge has a row for each subject that is there, and says who is not', () => {
	const args = ['--conditions=flotilla-src', main, 'edge', '--smoke', '--json'];
	const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
	assert.equal(status, 0, stderr);
	const lines = stdout.trimEnd().split('\n');
	const rows: readonly Row[] = lines.slice(0, -1).map((line) => JSON.parse(line));
	const present = bench.subjects.filter(({ missing }) => missing?.() === undefined);
	assert.equal(rows.length, present.length * bench.concurrencies.length);
	const absent = stderr.match(/^edge: SKIPPED .*$/gm) ?? [];
	assert.equal(absent.length, bench.subjects.length - present.length, stderr);
	for (const row of rows) assert.ok(row.cpuUsPerOp > 0 && row.value > 0, JSON.stringify(row));

	const { ratios }: Comparison = JSON.parse(lines.at(-1) ?? '');
	const ids = new Set(present.map(({ id }) => id));
	for (const { name, of, against, concurrency } of bench.ratios) {
		if (!ids.has(String(against))) {
			assert.equal(ratios[name], undefined);
			continue;
		}
		const cpuOf = (id: string | number): number => {
			const variant = bench.subjects.find((subject) => subject.id === id)?.variant;
			const row = rows.find((one) => one.variant === variant && one.concurrency === concurrency);
			return row?.cpuUsPerOp ?? Number.NaN;
		};
		assert.ok(Math.abs((ratios[name] ?? 0) - cpuOf(against) / cpuOf(of)) <= 0.005, name);
	}
});
