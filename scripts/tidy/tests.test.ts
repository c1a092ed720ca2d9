import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sample } from './sample.ts';
import { checkTests } from './tests.ts';

const check = (text: string, path = 'a.test.ts') => checkTests(sample({ [path]: text })).length;

test('what keeps tests from running is found', () => {
	assert.equal(check("test.only('x', f)"), 1);
	assert.equal(check("test('x', { only: true }, f)"), 1);
	assert.equal(check("test('x', { skip: true }, f)"), 1);
	assert.equal(check("describe.skip('x', f)"), 1);
	assert.equal(check('t.skip()'), 1);
});

test('a skip with a reason passes', () => {
	assert.equal(check("test('x', { skip: 'no engine' }, f)"), 0);
	assert.equal(check("test('x', { skip: url ? false : 'no engine' }, f)"), 0);
	assert.equal(check("t.skip('no engine')"), 0);
	assert.equal(check("log('test.only')"), 0);
	assert.equal(check('const options = { skip: true };', 'a.ts'), 0);
});
