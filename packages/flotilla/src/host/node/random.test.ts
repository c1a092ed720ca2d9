import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeRandom, Xoshiro128StarStar } from './random.ts';

test('gives the numbers of the published algorithm', () => {
	const random = new Xoshiro128StarStar([1, 2, 3, 4]);
	const expected = [
		11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
		4258142804,
	];
	assert.deepEqual(
		expected.map(() => random.uint32()),
		expected,
	);
});

test('the fast version agrees with a plain one for a long run', () => {
	const random = new Xoshiro128StarStar([0xdeadbeef, 0x12345678, 0x9abcdef0, 0x0badf00d]);
	const plain = plainXoshiro([0xdeadbeefn, 0x12345678n, 0x9abcdef0n, 0x0badf00dn]);
	for (let i = 0; i < 20_000; i++) assert.equal(random.uint32(), plain());
});

test('fractions are below 1 and use all 53 bits', () => {
	const random = nodeRandom(7);
	let seen = 0n;
	for (let i = 0; i < 1_000; i++) {
		const number = random.next();
		assert.ok(number >= 0 && number < 1);
		seen |= BigInt(number * 2 ** 53);
	}
	assert.equal(seen, 2n ** 53n - 1n);
});

test('a fraction is made of two words, the first on top', () => {
	const words = new Xoshiro128StarStar([1, 2, 3, 4]);
	const fractions = new Xoshiro128StarStar([1, 2, 3, 4]);
	const bits = (BigInt(words.uint32() >>> 5) << 26n) | BigInt(words.uint32() >>> 6);
	assert.equal(BigInt(fractions.next() * 2 ** 53), bits);
});

test('a seed repeats its numbers, another one or none does not', () => {
	const first = (seed?: number | string) => nodeRandom(seed).next();
	assert.equal(first(1), first(1));
	assert.notEqual(first(1), first(2));
	assert.notEqual(first(), first());
});

test('a state of zeros is refused', () => {
	assert.throws(() => new Xoshiro128StarStar([0, 0, 0, 2 ** 32]), TypeError);
});

/** The reference code, transcribed without a thought for speed. */
function plainXoshiro(s: [bigint, bigint, bigint, bigint]): () => number {
	const word = (x: bigint) => BigInt.asUintN(32, x);
	const rotate = (x: bigint, k: bigint) => word((x << k) | (x >> (32n - k)));
	return () => {
		const result = word(rotate(word(s[1] * 5n), 7n) * 9n);
		const t = word(s[1] << 9n);
		s[2] ^= s[0];
		s[3] ^= s[1];
		s[1] ^= s[2];
		s[0] ^= s[3];
		s[2] ^= t;
		s[3] = rotate(s[3], 11n);
		return Number(result);
	};
}
