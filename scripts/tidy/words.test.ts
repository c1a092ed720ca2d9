import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from './finding.ts';
import { sample } from './sample.ts';
import { checkWords } from './words.ts';

const check = (path: string, text = '') => checkWords(sample({ [path]: text })).map(show);

test('empty names are found in files and folders', () => {
	for (const path of [
		'a/utils.ts',
		'a/helpers/b.ts',
		'common/b.md',
		'a/types.ts',
		'misc.test.ts',
	]) {
		assert.equal(check(path).length, 1, path);
	}
	for (const path of ['a/backoff.ts', 'a/common-names.ts', 'docs/types-of-locks.md']) {
		assert.deepEqual(check(path), [], path);
	}
});

test('notes to oneself are found, in comments too', () => {
	const note = ['TO', 'DO'].join('');
	assert.deepEqual(check('a.ts', `\n// ${note}: later`), [
		`a.ts:2  ${note} in the source  -> do it, or file it as an issue`,
	]);
	assert.deepEqual(check('a.ts', 'const TODOS = mktemp(XXXXXX);'), []);
});
