import type { RandomSource } from 'flotilla/adapter';

/**
 * Random numbers that depend on the seed, a name and a count, and on nothing else: what happens on one
 * link, or is left out when a finding is shrunk, shifts no number anywhere else.
 */
export class Chance {
	readonly #low: number;
	readonly #high: number;

	/** @param seed A whole number, 0 to 2^53 - 1. */
	constructor(seed: number) {
		this.#low = seed >>> 0;
		this.#high = Math.floor(seed / 0x1_0000_0000) >>> 0;
	}

	/** The draw number `count` of the stream whose name has the hash `scope`: 0 to 2^32 - 1. */
	uint32(scope: number, count: number): number {
		let mixed = mix(this.#low ^ Math.imul(scope, 0x9e37_79b1));
		mixed = mix(mixed ^ this.#high ^ Math.imul(count, 0x85eb_ca77));
		return mix(mixed + scope + Math.floor(count / 0x1_0000_0000)) >>> 0;
	}

	/** The same as a number, 0 inclusive to 1 exclusive. */
	draw(scope: number, count: number): number {
		return this.uint32(scope, count) / 0x1_0000_0000;
	}

	/** A stream of numbers under a name. Two streams of one name give the same numbers. */
	stream(name: string): RandomSource {
		const scope = hashOf(name);
		let count = 0;
		const uint32 = (): number => this.uint32(scope, count++);
		return {
			uint32,
			next: () => ((uint32() >>> 5) * 0x400_0000 + (uint32() >>> 6)) / 0x20_0000_0000_0000,
		};
	}
}

/** 32 bits of a text (FNV-1a over UTF-16 units, then mixed). */
export function hashOf(text: string): number {
	let hash = 0x811c_9dc5;
	for (let index = 0; index < text.length; index++) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
	}
	return mix(hash) >>> 0;
}

/** The finalizer of MurmurHash3: every bit of the argument moves every bit of the result. */
function mix(value: number): number {
	let bits = value | 0;
	bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
	bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
	return bits ^ (bits >>> 16);
}
