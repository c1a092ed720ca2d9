import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { signedToken } from './token.ts';

const claims = { iss: 'shop', sub: 'u1', scope: 'user', iat: 1_000, exp: 2_000 };

test('a token has a header that names its key, the claims, and a signature of both', () => {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	const token = signedToken(claims, 'k1', (data) => sign(null, Buffer.from(data), privateKey));
	const [header = '', payload = '', signature = ''] = token.split('.');
	const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
	assert.deepEqual(decode(header), { alg: 'EdDSA', typ: 'JWT', kid: 'k1' });
	assert.deepEqual(decode(payload), claims);
	const signed = Buffer.from(`${header}.${payload}`);
	assert.ok(verify(null, signed, publicKey, Buffer.from(signature, 'base64url')));
});

test('what a token says may be in any language', () => {
	const token = signedToken({ ...claims, sub: 'Zoë' }, 'k1', () => new Uint8Array(64));
	const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
	assert.equal(JSON.parse(payload).sub, 'Zoë');
});
