import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkErrorCodes } from './error-codes.ts';
import { show } from './finding.ts';
import { sample } from './sample.ts';

const TABLE = 'packages/flotilla/src/errors/error-table.ts';
const table = "export const errorTable = {\n\tFLOTILLA_LOCKED: {\n\t\twhen: '',\n\t},\n};\n";
const check = (files: Readonly<Record<string, string>>) =>
	checkErrorCodes(sample({ [TABLE]: table, ...files })).map(show);

test('codes of the table are explained, and tests may name others', () => {
	const files = {
		'packages/gateway/src/a.ts': "throw new FlotillaError('FLOTILLA_LOCKED', '');",
		'packages/gateway/src/a.test.ts': "const code = 'FLOTILLA_NEVER';",
	};
	assert.deepEqual(check(files), []);
});

test('a code that the table lacks is found', () => {
	assert.deepEqual(
		check({ 'packages/engines/postgres/src/a.ts': "\nconst code = 'FLOTILLA_LOST';" }),
		[
			`packages/engines/postgres/src/a.ts:2  nothing explains the code FLOTILLA_LOST  -> add it to ${TABLE}`,
		],
	);
});
