import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkErrorCodes } from './error-codes.ts';
import { show } from './finding.ts';
import { sample } from './sample.ts';

const check = (files: Readonly<Record<string, string>>) =>
	checkErrorCodes(
		sample({ 'docs/reference/errors.md': '# Errors\n\n## FLOTILLA_LOCKED\n', ...files }),
	).map(show);

test('codes of the page of errors are explained, and tests may name others', () => {
	const files = {
		'packages/gateway/src/a.ts': "throw new FlotillaError('FLOTILLA_LOCKED', '');",
		'packages/gateway/src/a.test.ts': "const code = 'FLOTILLA_NEVER';",
	};
	assert.deepEqual(check(files), []);
});

test('a code that it lacks is found', () => {
	assert.deepEqual(
		check({ 'packages/engines/postgres/src/a.ts': "\nconst code = 'FLOTILLA_LOST';" }),
		[
			'packages/engines/postgres/src/a.ts:2  nothing explains the code FLOTILLA_LOST  -> add it to the table in packages/flotilla/src/errors, and run npm run reference',
		],
	);
});

test('an environment variable that is explained is no code', () => {
	const files = { 'packages/cli/src/a.ts': "const names = ['FLOTILLA_CONFIG'];" };
	assert.equal(check(files).length, 1);
	const page = { 'docs/reference/running.md': '| `FLOTILLA_CONFIG` | a file |' };
	assert.deepEqual(check({ ...files, ...page }), []);
});
