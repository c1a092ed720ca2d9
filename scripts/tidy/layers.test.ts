import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from './finding.ts';
import { checkLayers } from './layers.ts';
import { sample } from './sample.ts';

const SRC = 'packages/flotilla/src';
const check = (path: string, text: string) =>
	checkLayers(sample({ [`${SRC}/${path}`]: text })).map(show);

test('imports point downwards', () => {
	assert.deepEqual(check('call/a.ts', "import '../context/b.ts';\nimport './c.ts';"), []);
	assert.deepEqual(check('call/a.ts', "import '../limits.ts';"), []);
	assert.deepEqual(check('database/sqlite/a.ts', "import '../../host/b.ts';"), []);
	assert.deepEqual(check('context/a.ts', "\nimport '../call/b.ts';"), [
		`${SRC}/context/a.ts:2  context/ imports call/, which stands above it  -> move what both need below, or let call/ hand it in`,
	]);
});

test('the real world is for run/, entry points and tests', () => {
	const text = "import '../host/node/clock.ts';";
	assert.deepEqual(check('run/a.ts', text), []);
	assert.deepEqual(check('service/a.test.ts', text), []);
	assert.deepEqual(check('run.ts', "import './host/node/clock.ts';"), []);
	assert.match(String(check('service/a.ts', text)), /imports the real world/);
	assert.deepEqual(check('host/node/sqlite.ts', "import '../../database/a.ts';"), []);
	assert.equal(check('host/a.ts', "import './node/clock.ts';").length, 1);
});

test('entry points stand above, and a new folder needs a place', () => {
	assert.deepEqual(check('index.ts', "export * from './run/a.ts';"), []);
	assert.match(String(check('call/a.ts', "import '../index.ts';")), /an entry point above it/);
	assert.match(String(check('stuff/a.ts', '')), /stuff\/ is no known layer/);
});
