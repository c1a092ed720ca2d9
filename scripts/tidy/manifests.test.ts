import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkManifests } from './manifests.ts';
import type { Manifest } from './repository.ts';
import { sample } from './sample.ts';

const GOOD: Manifest = {
	version: '1.0.0',
	description: 'A package',
	keywords: ['a'],
	license: 'Apache-2.0',
	engines: { node: '>=24' },
	sideEffects: false,
	exports: { '.': { 'flotilla-src': '', types: '', default: '' } },
	files: [
		'dist',
		'src',
		'!**/*.tsbuildinfo',
		'!dist/**/*.test.*',
		'!dist/**/testing-*',
		'!src/**/*.test.*',
		'!src/**/testing-*',
	],
};
const check = (manifest: Manifest, folder = 'packages/a') => {
	const files = { 'packages/a/README.md': '', 'packages/a/LICENSE': '' };
	return checkManifests(sample(files, { [folder]: manifest })).map(({ problem }) => problem);
};

test('a package that can be published passes', () => {
	assert.deepEqual(check(GOOD), []);
	assert.deepEqual(check({ version: '1.0.0' }, 'examples/a'), []);
});

test('what is missing is named', () => {
	const { version, ...without } = GOOD;
	assert.deepEqual(check({ version: '1.0.0' }), [
		'lacks exports by entry',
		'lacks license Apache-2.0',
		'lacks description',
		'lacks keywords',
		'lacks engines.node >=24',
		'lacks sideEffects, which bundlers read',
		...(GOOD.files ?? []).map((pattern) => `lacks ${pattern} in files`),
	]);
	assert.deepEqual(check({ ...GOOD, files: GOOD.files?.slice(2) ?? [] }), [
		'lacks dist in files',
		'lacks src in files',
	]);
	assert.deepEqual(check({ ...without, version: '1.0.1' }), [
		`lacks version ${version}, that of the root; it has 1.0.1`,
	]);
	assert.deepEqual(check(GOOD, 'packages/engines/a'), [
		'lacks a README.md beside it',
		'lacks a LICENSE beside it',
	]);
});

test('conditions stand in the order in which they have to be tried', () => {
	const exports = {
		'.': { types: '', 'flotilla-src': '', default: '' },
		'./run': { 'flotilla-src': '', default: '' },
	};
	assert.deepEqual(check({ ...GOOD, exports }), [
		"lacks flotilla-src, types, default in this order in exports['.']",
		"lacks flotilla-src, types, default in this order in exports['./run']",
	]);
});
