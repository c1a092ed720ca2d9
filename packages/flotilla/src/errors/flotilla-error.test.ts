import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, errorTable } from './error-table.ts';
import { FlotillaError, isFlotillaError } from './flotilla-error.ts';

test('an error names its code, what happened and what to do', () => {
	const cause = new Error('why');
	const error = new FlotillaError('FLOTILLA_OVERLOADED', 'It is full.', { cause });
	assert.equal(error.message, 'FLOTILLA_OVERLOADED: It is full. Try again later, with backoff.');
	assert.deepEqual([error.name, error.effect, error.cause], ['FlotillaError', 'none', cause]);
	assert.deepEqual(error.details, {});
	assert.ok(!('cause' in new FlotillaError('FLOTILLA_OVERLOADED', 'It is full.')));
});

test('an error may say more exactly than the table whether anything took effect', () => {
	const error = new FlotillaError('FLOTILLA_DEADLINE_EXCEEDED', 'Late.', { effect: 'none' });
	assert.equal(error.effect, 'none');
});

test('errors are recognised by brand and code, also those of another copy of the module', () => {
	const error = new FlotillaError('FLOTILLA_OVERLOADED', 'It is full.');
	const foreign = { '~flotilla': 'error', code: 'FLOTILLA_OVERLOADED' };
	for (const one of [error, foreign]) {
		assert.ok(isFlotillaError(one) && isFlotillaError(one, 'FLOTILLA_OVERLOADED'));
		assert.ok(!isFlotillaError(one, 'FLOTILLA_CANCELLED'));
	}
	for (const other of [undefined, null, 'x', {}, new Error('x'), { code: 'FLOTILLA_OVERLOADED' }]) {
		assert.ok(!isFlotillaError(other));
	}
});

test('every code of the table has whole sentences, an effect and an HTTP status of a failure', () => {
	for (const [code, entry] of Object.entries(errorTable)) {
		assert.match(code, /^FLOTILLA_[A-Z_]+$/);
		assert.match(entry.when, /^[A-Z`].*\.$/, code);
		assert.match(entry.remedy, /^[A-Z`].*\.$/, code);
		assert.ok(['none', 'unknown', 'done'].includes(entry.effect), code);
		assert.ok(entry.status >= 400 && entry.status <= 599, code);
		assert.equal(new FlotillaError(code as ErrorCode, 'X.').code, code);
	}
});
