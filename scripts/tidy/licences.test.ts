import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLicences, type LicenceFields } from './licences.ts';

const check = (fields: LicenceFields | undefined, dev = false) =>
	checkLicences({ '': {}, 'packages/a': {}, 'node_modules/x': { dev } }, () => fields).length;

test('known licences pass, in old and new forms', () => {
	assert.equal(check({ license: 'MIT' }), 0);
	assert.equal(check({ license: '(GPL-3.0 OR MIT)' }), 0);
	assert.equal(check({ license: 'MIT AND ISC' }), 0);
	assert.equal(check({ license: { type: 'ISC' } }), 0);
	assert.equal(check({ licenses: [{ type: 'GPL-2.0' }, { type: 'MIT' }] }), 0);
	assert.equal(check(undefined), 0);
});

test('others, and none at all, are found', () => {
	assert.equal(check({ license: 'GPL-3.0' }), 1);
	assert.equal(check({ license: 'MIT AND GPL-3.0' }), 1);
	assert.equal(check({}), 1);
});

test('MPL is for development', () => {
	assert.equal(check({ license: 'MPL-2.0' }, true), 0);
	assert.equal(check({ license: 'MPL-2.0' }, false), 1);
});
