import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLockfile } from './install-scripts.ts';

test('install scripts and download addresses are found', () => {
	const locked = {
		'node_modules/a': { version: '1.0.0' },
		'node_modules/b/node_modules/@x/c': { hasInstallScript: true },
		'node_modules/d': { resolved: 'https://example.org/d.tgz' },
		'node_modules/e': { resolved: 'packages/e', link: true },
	};
	const problems = checkLockfile(locked).map(({ problem }) => problem);
	assert.deepEqual(problems, ['@x/c has an install script', 'd has a download address']);
	assert.equal(checkLockfile(locked, new Set(['@x/c'])).length, 1);
});
