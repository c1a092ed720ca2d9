import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPackages } from './packages.ts';
import type { Manifest } from './repository.ts';
import { sample } from './sample.ts';

const flotilla: Manifest = { name: 'flotilla', exports: { '.': '', './run': '' } };
const shop = (name: string, ...needs: string[]): Manifest => ({
	name,
	exports: { '.': '' },
	private: true,
	dependencies: Object.fromEntries(needs.map((need) => [need, '1'])),
});
const gatewayNeeds = { flotilla: '1', fastify: '5', '@flotilla/postgres': '1' };
const WORKSPACES: Record<string, Manifest> = {
	'packages/flotilla': { ...flotilla, devDependencies: { '@flotilla/conformance': '1' } },
	'packages/conformance': { name: '@flotilla/conformance', exports: { '.': '' } },
	'packages/gateway': {
		name: '@flotilla/gateway',
		exports: { '.': '' },
		dependencies: { ...gatewayNeeds, '@flotilla/conformance': '1' },
	},
	'packages/engines/postgres': { name: '@flotilla/postgres', exports: { '.': '' } },
	'examples/shop/contracts': shop('@shop/contracts', '@shop/app'),
	'examples/shop/users': shop('@shop/users', '@shop/contracts', '@shop/orders'),
	'examples/shop/orders': shop('@shop/orders', '@shop/contracts'),
	'examples/shop/app': shop('@shop/app', '@shop/orders', '@flotilla/gateway'),
	'packages/console': {
		name: '@flotilla/console',
		exports: { '.': '' },
		devDependencies: { preact: '11' },
	},
	'packages/cli': { name: '@flotilla/cli', exports: { '.': '' } },
	benchmarks: shop('@flotilla/benchmarks', 'flotilla'),
};
const ROOT: Manifest = { devDependencies: { 'fast-check': '4' } };

const check = (path: string, specifier: string) =>
	checkPackages(sample({ [path]: `import '${specifier}';` }, WORKSPACES, ROOT)).map(
		({ problem }) => problem,
	);

test('what is declared may be imported', () => {
	assert.deepEqual(check('packages/gateway/src/a.ts', 'flotilla/run'), []);
	assert.deepEqual(check('packages/gateway/src/a.ts', 'fastify'), []);
	assert.deepEqual(check('packages/gateway/src/a.ts', 'node:fs'), []);
	assert.deepEqual(check('packages/gateway/src/a.test.ts', 'fast-check'), []);
	assert.deepEqual(check('tests/a.test.ts', '@shop/app'), []);
	assert.deepEqual(check('scripts/a.ts', 'fast-check'), []);
});

test('what only hoisting provides is found', () => {
	assert.match(String(check('packages/gateway/src/a.ts', 'jose')), /jose is not declared/);
	assert.match(String(check('packages/gateway/src/a.ts', 'fast-check')), /not declared/);
	assert.match(String(check('packages/gateway/src/a.test.ts', 'jose')), /not declared/);
	assert.match(String(check('examples/shop/orders/src/a.ts', 'flotilla')), /not declared/);
	assert.match(String(check('scripts/a.ts', 'jose')), /not declared/);
});

test('a page is bundled, so it may import what is there in development, but nothing of Node', () => {
	assert.deepEqual(check('packages/console/src/page/main.tsx', 'preact'), []);
	assert.match(String(check('packages/console/src/server.ts', 'preact')), /not declared/);
	assert.match(String(check('packages/console/src/page/a.ts', 'node:fs')), /runs in browsers/);
	assert.deepEqual(check('packages/console/src/page/a.test.ts', 'node:test'), []);
});

test('only exports may be imported, and no path leads into another package', () => {
	assert.match(
		String(check('packages/gateway/src/a.ts', 'flotilla/src/x.ts')),
		/not among the exports/,
	);
	assert.match(
		String(check('packages/gateway/src/a.ts', '../../flotilla/src/x.ts')),
		/reaches out/,
	);
	assert.match(String(check('tests/a.test.ts', '../packages/flotilla/src/x.ts')), /reaches out/);
	assert.deepEqual(check('packages/gateway/src/deep/a.ts', '../b.ts'), []);
});

test('packages import what stands below them', () => {
	assert.deepEqual(check('packages/gateway/src/a.ts', '@flotilla/postgres'), [
		'packages/gateway may not import packages/engines/postgres',
	]);
	assert.equal(check('packages/flotilla/src/a.ts', '@flotilla/gateway').length, 2);
	assert.equal(check('packages/gateway/src/a.ts', '@shop/app').length, 2);
	assert.deepEqual(check('benchmarks/src/a.ts', 'flotilla'), []);
});

test('the conformance suites are for tests, of packages above them', () => {
	assert.deepEqual(check('packages/gateway/src/a.test.ts', '@flotilla/conformance'), []);
	assert.equal(check('packages/gateway/src/a.ts', '@flotilla/conformance').length, 1);
	assert.equal(check('packages/flotilla/src/a.test.ts', '@flotilla/conformance').length, 1);
});

test('services of the shop know contracts, not each other', () => {
	assert.deepEqual(check('examples/shop/users/src/a.ts', '@shop/contracts'), []);
	assert.deepEqual(check('examples/shop/app/src/a.ts', '@shop/orders'), []);
	assert.deepEqual(check('examples/shop/app/src/a.ts', '@flotilla/gateway'), []);
	assert.equal(check('examples/shop/users/src/a.ts', '@shop/orders').length, 1);
	assert.equal(check('examples/shop/contracts/src/a.ts', '@shop/app').length, 1);
});

test('a file that no type check sees is found', () => {
	assert.deepEqual(check('packages/gateway/stray.ts', 'node:fs'), ['no type check sees this file']);
	assert.deepEqual(check('scripts/a.mjs', 'node:fs'), []);
});

test('a template has the dependencies of the project that is made of it', () => {
	const template = 'packages/cli/templates/app/src/a.ts';
	assert.deepEqual(check(template, 'zod'), []);
	assert.deepEqual(check(template, 'flotilla/run'), []);
	assert.match(String(check(template, 'flotilla/secret')), /not among the exports/);
	assert.match(String(check('packages/cli/other/a.ts', 'node:fs')), /no type check sees/);
});
