import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sample } from './sample.ts';
import { checkState } from './state.ts';

const problems = (text: string, path = 'packages/flotilla/src/call/a.ts'): readonly string[] =>
	checkState(sample({ [path]: text })).map(({ problem }) => problem.split(' ')[0] ?? '');

test('state at the top of a module that simulated processes share is found', () => {
	for (const line of [
		'let name = 0;',
		'export let name: number | undefined;',
		'const name = new Map<string, number>();',
		'export const name: Map<string, number> = new Map();',
		'const name = new WeakMap();',
		'const name = new AsyncLocalStorage<string>();',
		'const name: string[] = [];',
		'const name: Record<string, number> = {};',
	]) {
		assert.deepEqual(problems(line), ['name'], line);
	}
	for (const line of [
		'static count = 0;',
		'static #count: number = 0;',
		'private static count = 0;',
	]) {
		assert.equal(problems(`class A {\n\t${line}\n}`).length, 1, line);
	}
});

test('what cannot change, is made by each process, or is in no simulation is fine', () => {
	for (const line of [
		'const name = 1;',
		"const name: ReadonlySet<string> = new Set(['a']);",
		'const name: ReadonlyMap<string, number> = new Map();',
		'const name: readonly string[] = [];',
		'const name: Readonly<Record<string, number>> = {};',
		'function f() {\n\tlet count = 0;\n\tconst seen = new Set();\n}',
		'// let name = 0;',
		'class A {\n\tstatic readonly zero = 0;\n\tstatic of(): A {\n\t}\n\tstatic get(x: A): A {\n\t}\n}',
	]) {
		assert.deepEqual(problems(line), [], line);
	}
	assert.deepEqual(problems('let a = 0;', 'packages/flotilla/src/host/node/a.ts'), []);
	assert.deepEqual(problems('let a = 0;', 'packages/flotilla/src/call/a.test.ts'), []);
	assert.deepEqual(problems('let a = 0;', 'packages/simulator/src/a.ts'), []);
});

test('a cache with a reason is allowed under its name only', () => {
	const path = 'packages/flotilla/src/call/error-makers.ts';
	assert.deepEqual(problems('const made = new WeakMap();', path), []);
	assert.deepEqual(problems('const other = new WeakMap();', path), ['other']);
});
