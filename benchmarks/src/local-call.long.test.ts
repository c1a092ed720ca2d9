import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Comparison, Row } from './harness/figures.ts';
import { bench } from './local-call.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
	const args = ['--conditions=flotilla-src', main, ...words];
	return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

const ROW_KEYS = [
	...['bench', 'subject', 'variant', 'concurrency', 'unit', 'value', 'min', 'max'],
	...['p50Ms', 'p99Ms', 'cpuUsPerOp', 'rssMiB'],
];

test('a smoke run prints a row for each subject and number of callers, then the ratios', () => {
	const { status, stdout, stderr } = run('local-call', '--smoke', '--json');
	assert.equal(status, 0, stderr);
	const lines = stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line));
	const rows: Row[] = lines.slice(0, -1);
	const comparison: Comparison = lines.at(-1);

	assert.equal(rows.length, bench.subjects.length * bench.concurrencies.length);
	for (const row of rows) {
		assert.deepEqual(Object.keys(row), ROW_KEYS);
		assert.equal(row.bench, 'local-call');
		assert.equal(row.unit, 'calls/s');
		assert.ok(0 < row.min && row.min <= row.value && row.value <= row.max, JSON.stringify(row));
		assert.ok(0 < row.p50Ms && row.p50Ms <= row.p99Ms, JSON.stringify(row));
		assert.ok(row.cpuUsPerOp > 0 && row.rssMiB > 0, JSON.stringify(row));
	}

	assert.deepEqual(Object.keys(comparison), ['bench', 'ratios', 'machine', 'versions', 'date']);
	assert.deepEqual(Object.keys(comparison.versions), ['node', 'flotilla', 'moleculer', 'zod']);
	assert.equal(comparison.versions.moleculer, '0.15.2');
	const names = bench.ratios.map(({ name }) => name);
	assert.deepEqual(Object.keys(comparison.ratios), names);
	for (const { name, of, against, concurrency } of bench.ratios) {
		const value = (id: string | number): number => {
			const listed = bench.subjects.find((subject) => subject.id === id);
			const row = rows.find(
				(each) => each.variant === listed?.variant && each.concurrency === concurrency,
			);
			return row?.value ?? Number.NaN;
		};
		assert.ok(Math.abs((comparison.ratios[name] ?? 0) - value(of) / value(against)) <= 0.005, name);
	}

	const verified = [
		...stderr.matchAll(/: (\d+) operations, (\d+) handler runs, all answers right$/gm),
	];
	assert.equal(verified.length, rows.length, stderr);
	for (const [line, operations, handlerRuns] of verified) {
		assert.ok(Number(operations) > 0, line);
		assert.equal(operations, handlerRuns, line);
	}
});

test('what nobody can have meant ends with 2 and says what there is', () => {
	for (const [words, complaint] of [
		[[], 'Which bench?'],
		[['local-cal'], "There is no bench 'local-cal'."],
		[['local-call', '--fast'], "There is no flag '--fast'."],
		[['local-call', 'all'], "One bench at a time, or all: 'all' is too much."],
	] as const) {
		const { status, stdout, stderr } = run(...words);
		assert.equal(status, 2);
		assert.equal(stdout, '');
		assert.ok(stderr.startsWith(`${complaint}\n`), stderr);
		assert.match(stderr, /local-call, edge, checkout, simulator, or all/);
	}
});
