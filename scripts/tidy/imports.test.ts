import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, isRelative, packageOf } from './imports.ts';
import { source } from './repository.ts';

const specifiers = (text: string) => importsOf(source('a.ts', text)).map((one) => one.specifier);

test('all forms of import are found, with their lines', () => {
	const text = `import 'a';
import b from 'b';
import type { C } from "c";
export * from './d.ts';
export {
	e,
} from 'e';
const f = await import('f');
let g: import('g').G;`;
	assert.deepEqual(specifiers(text), ['a', 'b', 'c', './d.ts', 'e', 'f', 'g']);
	assert.deepEqual(
		importsOf(source('a.ts', text)).map(({ line }) => line),
		[1, 2, 3, 4, 7, 8, 9],
	);
});

test('what only looks like an import is none', () => {
	assert.deepEqual(specifiers("Array.from('a'); // import 'b'\nconst c = `import 'd'`;"), []);
	assert.deepEqual(specifiers("import(name); import.meta.resolve('./e.ts');"), []);
});

test('packages and relative paths are told apart', () => {
	assert.equal(packageOf('fastify/lib/a.js'), 'fastify');
	assert.equal(packageOf('@flotilla/postgres/x'), '@flotilla/postgres');
	assert.deepEqual(['./a.ts', '../a.ts', '/a', 'a', '.a'].map(isRelative), [
		true,
		true,
		true,
		false,
		false,
	]);
});
