import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkManifests } from './manifests.ts';
import type { Manifest } from './repository.ts';
import { sample } from './sample.ts';

const GOOD: Manifest = {
	version: '1.0.0',
	license: 'Apache-2.0',
	exports: { '.': '' },
	files: ['dist', '!dist/**/*.test.*', '!dist/**/testing-*'],
};
const check = (manifest: Manifest, folder = 'packages/a') =>
	checkManifests(sample({}, { [folder]: manifest })).map(({ problem }) => problem);

test('a package that can be published passes', () => {
	assert.deepEqual(check(GOOD), []);
	assert.deepEqual(check({ version: '1.0.0' }, 'examples/a'), []);
});

test('what is missing is named', () => {
	const { version } = GOOD;
	assert.deepEqual(check({ version: '1.0.0' }), [
		'lacks exports',
		'lacks license Apache-2.0',
		'lacks dist in files',
	]);
	assert.deepEqual(check({ ...GOOD, files: ['dist'] }), [
		'lacks !dist/**/*.test.* in files',
		'lacks !dist/**/testing-* in files',
	]);
	assert.deepEqual(check({ ...GOOD, version: '1.0.1' }, 'packages/engines/a'), [
		`lacks version ${version}, that of the root; it has 1.0.1`,
	]);
});
