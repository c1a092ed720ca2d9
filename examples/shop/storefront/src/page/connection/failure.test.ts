import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlotillaError } from 'flotilla';
import { DeclaredError } from 'flotilla/client';
import { failureOf } from './failure.ts';

test('wrong fields are found by their JSON pointers, the first message of each', () => {
	const issues = [
		{ path: '/email', message: 'must be an address' },
		{ path: '/email', message: 'is too long' },
		{ path: '/lines/0/sku', message: 'is odd' },
		{ path: '/a~1b', message: 'is escaped' },
	];
	const error = new FlotillaError('FLOTILLA_INPUT_INVALID', 'No.', {
		details: { issues, requestId: 'r-1' },
	});
	const { kind, fields, requestId } = failureOf(error);
	assert.equal(kind, 'refused');
	assert.equal(requestId, 'r-1');
	assert.deepEqual(Object.fromEntries(fields), {
		email: 'must be an address',
		lines: 'is odd',
		'a/b': 'is escaped',
	});
});

test('every failure is told in words, and with its request when there was one', () => {
	const kindOf = (error: unknown): string => failureOf(error).kind;
	const details = { requestId: 'r-2' };
	assert.equal(kindOf(new FlotillaError('FLOTILLA_CONNECTION_LOST', 'Gone.')), 'away');
	assert.equal(kindOf(new FlotillaError('FLOTILLA_UNAUTHENTICATED', 'No.')), 'signedOut');
	assert.equal(kindOf(new DeclaredError('orders@1/get', 'notFound', { id: '7' })), 'notFound');
	assert.equal(kindOf(new DeclaredError('orders@1/cancel', 'notCancellable', {})), 'refused');
	assert.equal(kindOf(new TypeError('a mistake of this page')), 'broken');
	const bug = failureOf(new FlotillaError('FLOTILLA_HANDLER_FAILED', 'Oh.', { details }));
	assert.equal(bug.kind, 'broken');
	assert.equal(bug.requestId, 'r-2');
	assert.doesNotMatch(bug.title + bug.text, /FLOTILLA/);
});
