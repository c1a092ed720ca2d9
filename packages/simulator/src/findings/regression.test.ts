import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from './investigate.ts';
import { readRegression, readRegressions, replayOptionsOf, saveRegression } from './regression.ts';

const finding = {
	seed: 17,
	failure: { kind: 'always', name: 'Stock is never negative!', message: 'it was false', atMs: 5 },
	only: ['process.crash/nemesis#0'],
} as unknown as Finding;

function inFolder(check: (folder: string) => void): void {
	const folder = mkdtempSync(join(tmpdir(), 'regressions-'));
	try {
		check(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test('a saved finding is read again by its simulation, and by no other', () => {
	inFolder((folder) => {
		const path = saveRegression(join(folder, 'deep'), 'the shop', finding);
		assert.match(path, /the-shop-stock-is-never-negative-17-[0-9a-f]{6}\.json$/);
		assert.equal(saveRegression(join(folder, 'deep'), 'the shop', finding), path);
		const [read, ...others] = readRegressions(join(folder, 'deep'), 'the shop');
		assert.deepEqual(others, []);
		assert.equal(read?.seed, 17);
		assert.deepEqual(read.only, finding.only);
		assert.deepEqual(replayOptionsOf(read), { seed: 17, only: finding.only });
		assert.deepEqual(readRegressions(join(folder, 'deep'), 'another'), []);
	});
});

test('a saved finding keeps how long faults struck, where that was asked for', () => {
	inFolder((folder) => {
		const path = saveRegression(folder, 'the shop', finding, { forMs: 120_000 });
		assert.deepEqual(replayOptionsOf(readRegression(path)), {
			seed: 17,
			only: finding.only,
			forMs: 120_000,
		});
	});
});

test('no folder means no regressions; a broken or newer file is refused by name', () => {
	inFolder((folder) => {
		assert.deepEqual(readRegressions(join(folder, 'none'), 'the shop'), []);
		writeFileSync(join(folder, 'a.json'), '{');
		assert.throws(() => readRegressions(folder, 'the shop'), /a\.json is no regression/);
		writeFileSync(join(folder, 'a.json'), '{"version":2}');
		assert.throws(() => readRegressions(folder, 'the shop'), /a\.json has the version 2/);
		writeFileSync(join(folder, 'a.json'), '{"version":1,"simulation":"x","seed":1.5,"only":[]}');
		assert.throws(() => readRegressions(folder, 'the shop'), /something is missing/);
	});
});
