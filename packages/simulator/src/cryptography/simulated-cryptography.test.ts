import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cryptography, isFlotillaError, limits, NodeCryptography } from 'flotilla/adapter';
import type { Kernel } from '../kernel/kernel.ts';
import {
	pass,
	run,
	type TestingProcess,
	testingKernel,
	testingProcess,
} from '../kernel/testing-kernel.ts';
import { cryptographyOf } from './simulated-cryptography.ts';

interface TestingCryptography {
	readonly kernel: Kernel;
	readonly process: TestingProcess;
	readonly crypto: Cryptography;
}

function seeded(seed = 1): TestingCryptography {
	const kernel = testingKernel({ seed });
	const process = testingProcess(kernel, 'a');
	return { kernel, process, crypto: cryptographyOf(kernel, process) };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('random bytes and keys follow from the seed, and from nothing else', () => {
	const draw = (seed: number) => {
		const { crypto } = seeded(seed);
		return [hex(crypto.randomBytes(20)), hex(crypto.randomBytes(3)), crypto.generateKeyPair()];
	};
	assert.deepEqual(draw(1), draw(1));
	assert.notDeepEqual(draw(1), draw(2));
	const { crypto } = seeded();
	assert.notEqual(hex(crypto.randomBytes(16)), hex(crypto.randomBytes(16)));
	assert.equal(crypto.randomBytes(0).length, 0);
	assert.equal(crypto.randomBytes(65_536).length, 65_536);
	for (const size of [-1, 1.5, 65_537]) assert.throws(() => crypto.randomBytes(size), TypeError);
	const bytes = crypto.randomBytes(4_096);
	assert.ok(new Set(bytes).size > 250, 'every byte is drawn');
});

test('digests, signatures and keys are the real ones', () => {
	const { crypto } = seeded();
	const real = new NodeCryptography();
	assert.equal(hex(crypto.digest('text')), hex(real.digest('text')));
	const key = crypto.randomBytes(32);
	assert.equal(hex(crypto.hmac(key, 'text')), hex(real.hmac(key, 'text')));
	const { publicKey, privateKey } = crypto.generateKeyPair();
	const signature = real.sign(privateKey, 'text');
	assert.ok(crypto.verify(publicKey, 'text', signature));
	assert.equal(crypto.verify(publicKey, 'texd', signature), false);
	assert.ok(real.verify(publicKey, 'text', crypto.sign(privateKey, 'text')));
	assert.ok(crypto.equal(key, key.slice()));
	assert.equal(crypto.equal(key, key.subarray(1)), false);
});

test('a password is verified by its hash, which real hosts understand too', async () => {
	const { crypto, kernel } = seeded();
	const hashing = crypto.hashPassword('secret');
	const startedMs = kernel.nowMs;
	await run(kernel);
	assert.equal(kernel.nowMs - startedMs, 50);
	const hash = await hashing;
	assert.match(hash, /^\$scrypt\$ln=1,r=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
	const answers = Promise.all([
		crypto.verifyPassword('secret', hash),
		crypto.verifyPassword('Secret', hash),
		crypto.verifyPassword('secret', 'no hash'),
		crypto.verifyPassword('secret', hash.replace('ln=1', 'ln=30')),
		crypto.verifyPassword('x'.repeat(2_000), hash),
	]);
	await run(kernel);
	assert.deepEqual(await answers, [true, false, false, false, false]);
	const real = new NodeCryptography();
	assert.ok(await real.verifyPassword('secret', hash));
	const costly = await real.hashPassword('secret');
	const verified = crypto.verifyPassword('secret', costly);
	await run(kernel);
	assert.ok(await verified);
	await assert.rejects(crypto.hashPassword('x'.repeat(1_025)), TypeError);
	const other = crypto.hashPassword('secret');
	await run(kernel);
	assert.notEqual(await other, hash, 'every hash has a salt of its own');
});

test('two are hashed at once, some wait, and more are refused', async () => {
	const { crypto, kernel } = seeded();
	const doneAtMs: number[] = [];
	const all = Array.from({ length: limits.passwordsWaiting + 3 }, () =>
		crypto.hashPassword('secret').then(
			() => void doneAtMs.push(kernel.nowMs),
			(error: unknown) => error,
		),
	);
	await run(kernel);
	const results = await Promise.all(all);
	const refused = results.filter((result) => result !== undefined);
	assert.equal(refused.length, 1);
	assert.ok(isFlotillaError(refused[0], 'FLOTILLA_OVERLOADED'));
	assert.equal(doneAtMs.length, limits.passwordsWaiting + 2);
	assert.deepEqual(doneAtMs.slice(0, 4), [50, 50, 100, 100]);
});

test('who gives up leaves the queue, and what has begun is finished', async () => {
	const { crypto, kernel } = seeded();
	const [begun, waiting] = [new AbortController(), new AbortController()];
	const cancelled = (error: unknown) =>
		isFlotillaError(error, 'FLOTILLA_CANCELLED') && error.effect === 'none';
	const first = crypto.hashPassword('a', { signal: begun.signal });
	void crypto.hashPassword('b');
	const second = crypto.hashPassword('c', { signal: waiting.signal });
	const others = [crypto.hashPassword('d'), crypto.hashPassword('e')];
	await pass(kernel, 10);
	begun.abort();
	waiting.abort();
	await assert.rejects(second, cancelled);
	await run(kernel);
	assert.match(await first, /^\$scrypt/);
	await Promise.all(others);
	assert.equal(kernel.nowMs, 100, 'nobody waited for the one who had left');
	await assert.rejects(crypto.hashPassword('f', { signal: waiting.signal }), cancelled);
});

test('the dead get no hash', async () => {
	const { crypto, kernel, process } = seeded();
	let settled = false;
	void crypto.hashPassword('secret').finally(() => {
		settled = true;
	});
	process.alive = false;
	await run(kernel);
	assert.equal(settled, false);
});
