import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bench } from './checkout.ts';
import type { Row } from './harness/figures.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

test('a smoke run of the checkout opens every shop, and each keeps the rules', () => {
	const args = ['--conditions=flotilla-src', main, 'checkout', '--smoke', '--json'];
	const env = { ...process.env };
	delete env.FLOTILLA_POSTGRES_URL;
	const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
	assert.equal(status, 0, stderr);
	assert.match(stderr, /^checkout: SKIPPED Flotilla \(a process each, PostgreSQL\)/m);
	const lines = stdout.trimEnd().split('\n');
	const rows: readonly Row[] = lines.slice(0, -1).map((line) => JSON.parse(line));
	const wanted = bench.subjects.length - 1;
	assert.equal(rows.length, wanted * bench.concurrencies.length);
	for (const row of rows) {
		assert.equal(row.processes, /each/.test(row.variant) ? 5 : 1, row.variant);
		assert.ok((row.linesOfCode ?? 0) > 500, JSON.stringify(row));
		assert.ok((row.coldStartMs ?? 0) > 0, JSON.stringify(row));
		assert.ok(row.value > 0 && row.cpuUsPerOp > 0 && row.rssMiB > 0, JSON.stringify(row));
	}
});
