import { createHash, randomBytes } from 'node:crypto';
import type { RandomSource } from '../random.ts';

/**
 * xoshiro128** 1.1 by Blackman and Vigna ("Scrambled Linear Pseudorandom Number Generators", 2021):
 * 128 bits of state, period 2^128 - 1, a few integer operations a number. Predictable by whoever
 * sees enough of it, so nothing secret may depend on it.
 */
export class Xoshiro128StarStar implements RandomSource {
	// Signed: V8 keeps a 32-bit integer in the object only while it is a small integer.
	#a: number;
	#b: number;
	#c: number;
	#d: number;

	/** @param state Four 32-bit words that are not all zero: from zeros only zeros would follow. */
	constructor(state: readonly [number, number, number, number]) {
		if (state.every((word) => (word | 0) === 0)) {
			throw new TypeError('The state of a random source must not be all zero.');
		}
		this.#a = state[0] | 0;
		this.#b = state[1] | 0;
		this.#c = state[2] | 0;
		this.#d = state[3] | 0;
	}

	uint32(): number {
		const scrambled = Math.imul(this.#b, 5);
		const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
		const shifted = this.#b << 9;
		this.#c ^= this.#a;
		this.#d ^= this.#b;
		this.#b ^= this.#c;
		this.#a ^= this.#d;
		this.#c ^= shifted;
		this.#d = (this.#d << 11) | (this.#d >>> 21);
		return result;
	}

	next(): number {
		// Two statements: the order in which the words are drawn is part of what a seed means.
		const high = this.uint32() >>> 5;
		const low = this.uint32() >>> 6;
		return (high * 2 ** 26 + low) / 2 ** 53;
	}
}

/**
 * A random source for this process.
 *
 * @param seed The same seed gives the same numbers, for tests; unpredictable when absent.
 */
export function nodeRandom(seed?: number | string): RandomSource {
	// Hashed, because seeds are small and alike while the state wants all its bits mixed.
	const bytes =
		seed === undefined ? randomBytes(16) : createHash('sha256').update(String(seed)).digest();
	return new Xoshiro128StarStar([
		bytes.readInt32LE(0),
		bytes.readInt32LE(4),
		bytes.readInt32LE(8),
		bytes.readInt32LE(12),
	]);
}
