import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrivateKey } from '../cryptography.ts';
import { NodeCryptography } from './cryptography.ts';

const crypto = new NodeCryptography();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const base64url = (text: string) => Buffer.from(text, 'hex').toString('base64url');

test('random bytes have the size that was asked for, and differ', () => {
	assert.equal(crypto.randomBytes(0).length, 0);
	assert.equal(crypto.randomBytes(65_536).length, 65_536);
	assert.notEqual(hex(crypto.randomBytes(16)), hex(crypto.randomBytes(16)));
	assert.throws(() => crypto.randomBytes(65_537), TypeError);
	assert.throws(() => crypto.randomBytes(-1), TypeError);
});

test('the digest is SHA-256, and text counts as its UTF-8', () => {
	const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
	assert.equal(hex(crypto.digest('abc')), abc);
	assert.equal(hex(crypto.digest(Buffer.from('abc'))), abc);
	assert.equal(hex(crypto.digest('é')), hex(crypto.digest(Uint8Array.of(0xc3, 0xa9))));
});

test('the HMAC is that of RFC 4231, test case 2', () => {
	assert.equal(
		hex(crypto.hmac(Buffer.from('Jefe'), 'what do ya want for nothing?')),
		'5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
	);
});

test('signatures are those of RFC 8032, test 2', () => {
	const x = base64url('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
	const d = base64url('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
	const signature = crypto.sign({ kty: 'OKP', crv: 'Ed25519', x, d }, Uint8Array.of(0x72));
	assert.equal(
		hex(signature),
		'92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
			'085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
	);
	assert.ok(crypto.verify({ kty: 'OKP', crv: 'Ed25519', x }, Uint8Array.of(0x72), signature));
});

test('a signature holds for its data and its key alone', () => {
	const { privateKey, publicKey } = crypto.generateKeyPair();
	const signature = crypto.sign(privateKey, 'data');
	assert.ok(crypto.verify(publicKey, 'data', signature));
	assert.ok(!crypto.verify(publicKey, 'other', signature));
	assert.ok(!crypto.verify(crypto.generateKeyPair().publicKey, 'data', signature));
});

test('a malformed signature is wrong, not an exception', () => {
	const { publicKey } = crypto.generateKeyPair();
	for (const size of [0, 63, 64, 65]) {
		assert.equal(crypto.verify(publicKey, 'data', new Uint8Array(size)), false);
	}
});

test('a key that is none, or whose halves do not belong together, is refused', () => {
	const { privateKey } = crypto.generateKeyPair();
	const wrong: readonly unknown[] = [
		{},
		{ ...privateKey, d: 'short' },
		{ ...privateKey, kty: 'EC', crv: 'P-256' },
		{ ...privateKey, crv: 'X25519' },
		{ ...privateKey, x: crypto.generateKeyPair().publicKey.x },
	];
	for (const key of wrong) assert.throws(() => crypto.sign(key as PrivateKey, 'data'), TypeError);
	const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'short' } as const;
	assert.throws(() => crypto.verify(publicKey, 'data', new Uint8Array(64)), TypeError);
});

test('an error about a key does not show it', () => {
	const key = { ...crypto.generateKeyPair().privateKey, d: 'c2VjcmV0' };
	assert.throws(
		() => crypto.sign(key, 'data'),
		(error: Error) => !JSON.stringify([error.message, error.cause]).includes('c2VjcmV0'),
	);
});

test('more keys than are kept still sign and verify', () => {
	const pairs = Array.from({ length: 300 }, () => crypto.generateKeyPair());
	for (const { privateKey, publicKey } of [...pairs, ...pairs]) {
		assert.ok(crypto.verify(publicKey, 'data', crypto.sign(privateKey, 'data')));
	}
});

test('bytes are equal when all of them are', () => {
	assert.ok(crypto.equal(Uint8Array.of(1, 2), Buffer.of(1, 2)));
	assert.ok(!crypto.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
	assert.ok(!crypto.equal(Uint8Array.of(1, 2), Uint8Array.of(1)));
	assert.ok(crypto.equal(new Uint8Array(), new Uint8Array()));
});

test('what comes out is never a Buffer', () => {
	const { privateKey } = crypto.generateKeyPair();
	const results = [
		crypto.randomBytes(4),
		crypto.digest('a'),
		crypto.hmac(new Uint8Array(1), 'a'),
		crypto.sign(privateKey, 'a'),
	];
	for (const bytes of results) assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype);
});
