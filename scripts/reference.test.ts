import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('the pages that are made from source are up to date', () => {
	const script = join(import.meta.dirname, 'reference.ts');
	const { status, stderr } = spawnSync(
		process.execPath,
		['--conditions=flotilla-src', script, '--check'],
		{ encoding: 'utf8' },
	);
	assert.equal(status, 0, stderr);
});
