import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
	anyOf,
	authenticate,
	bearerToken,
	bearerTokenOf,
	type Verifier,
} from './authentication.ts';

const operator = { subject: 'op', issuer: 'local', scopes: ['admin'] };
const token = 'a-token-of-the-operator';
const knows = bearerToken({ token, principal: operator });
const knowsNobody: Verifier = async () => undefined;
const broken: Verifier = async () => {
	throw new Error('connect ECONNREFUSED');
};

for (const [header, expected] of [
	['Bearer abc.def-1_2~3+4/5==', 'abc.def-1_2~3+4/5=='],
	['bearer  abc', 'abc'],
	['Bearer', undefined],
	['Bearer ', undefined],
	['Bearer a b', undefined],
	['Bearer a,b', undefined],
	['Basic abc', undefined],
	['abc', undefined],
	[`Bearer ${'a'.repeat(9_000)}`, undefined],
	[undefined, undefined],
] as const) {
	test(`the header '${header?.slice(0, 30)}' has the token '${expected}'`, () => {
		assert.equal(bearerTokenOf(header), expected);
	});
}

test('a token is known by itself or by its digest', async () => {
	const digest = createHash('sha256').update(token).digest('hex');
	for (const verify of [knows, bearerToken({ digest, principal: operator })]) {
		assert.deepEqual(await verify(token), operator);
		assert.equal(await verify(`${token}x`), undefined);
		assert.equal(await verify(''), undefined);
	}
});

test('a token that can be guessed is refused, and so is a digest that is none', () => {
	const refused = { code: 'FLOTILLA_CONFIGURATION' };
	assert.throws(() => bearerToken({ token: 'short', principal: operator }), refused);
	assert.throws(() => bearerToken({ digest: 'abcd', principal: operator }), refused);
});

test('several verifiers know what one of them knows, whatever becomes of the others', async () => {
	assert.deepEqual(await anyOf(knowsNobody, knows)(token), operator);
	assert.deepEqual(await anyOf(broken, knows)(token), operator);
	assert.equal(await anyOf(knowsNobody, knows)('another-token-altogether'), undefined);
	await assert.rejects(anyOf(broken, knows)('another-token-altogether'), /ECONNREFUSED/);
});

test('an operation with a scope takes only principals that hold it', async () => {
	assert.deepEqual(await authenticate('admin', `Bearer ${token}`, knows), operator);
	for (const header of [undefined, 'Basic abc', 'Bearer wrong-token-of-somebody']) {
		const refused = { code: 'FLOTILLA_UNAUTHENTICATED' };
		await assert.rejects(authenticate('admin', header, knows), refused);
	}
	const forbidden = { code: 'FLOTILLA_FORBIDDEN' };
	await assert.rejects(authenticate('user', `Bearer ${token}`, knows), forbidden);
	const nobody = { code: 'FLOTILLA_UNAUTHENTICATED' };
	await assert.rejects(authenticate('admin', `Bearer ${token}`, undefined), nobody);
});

test('a verifier that cannot work is not the fault of the token', async () => {
	const unavailable = { code: 'FLOTILLA_UNAVAILABLE' };
	await assert.rejects(authenticate('admin', `Bearer ${token}`, broken), unavailable);
});

test('a public operation takes everybody, and knows who it is when it can', async () => {
	assert.deepEqual(await authenticate('public', `Bearer ${token}`, knows), operator);
	for (const verify of [undefined, knowsNobody, broken]) {
		assert.equal(await authenticate('public', `Bearer ${token}`, verify), undefined);
	}
	assert.equal(await authenticate('public', undefined, knows), undefined);
});
