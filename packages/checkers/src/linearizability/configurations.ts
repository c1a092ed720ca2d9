import { mix } from '../models/hashing.ts';

const EMPTY = -1;
/** Words before the bits: hash, state, where the window begins, how many words it has. */
const HEADER = 4;

/**
 * The operations that have taken effect on the way to a point of the search, as bits. Of the answered
 * ones, numbered by call, those of a long beginning are in and those of a long end are out, so what
 * tells two sets apart is a narrow window. Those of unknown outcome may stay out for ever; they come
 * first, and their words always count.
 */
export class Members {
	readonly words: Uint32Array;
	/** Words for operations of unknown outcome. */
	readonly unknownWords: number;
	#hash = 0;

	constructor(unknown: number, answered: number) {
		this.unknownWords = Math.ceil(unknown / 32);
		this.words = new Uint32Array(this.unknownWords + Math.ceil(answered / 32));
	}

	/** Of the answered ones. */
	get hash(): number {
		return this.#hash;
	}

	has(member: number): boolean {
		return (((this.words[member >>> 5] as number) >>> (member & 31)) & 1) === 1;
	}

	/** Adds it if it is absent, removes it if it is there. */
	toggle(member: number): void {
		const word = member >>> 5;
		this.words[word] = (this.words[word] as number) ^ (1 << (member & 31));
		if (word < this.unknownWords) return;
		// Zobrist: the hash of a set is the exclusive or of its members' hashes, so it moves in one step.
		this.#hash ^= mix(0x51ed270b, member);
	}
}

/** What is kept of one configuration; the window is of answered operations. */
interface Key {
	readonly hash: number;
	readonly state: number;
	readonly begin: number;
	readonly length: number;
	readonly members: Members;
}

/**
 * The configurations (operations that took effect, state) that the search has been in. A search that
 * gets to one again would find what it found before (Lowe, "Testing for linearizability", 2017).
 * The same holds where one was before in the same state, with the same answered operations and fewer
 * of unknown outcome: whatever can follow now could have followed then.
 *
 * Open addressing over one arena of words; equal hashes are told apart word by word.
 */
export class Configurations {
	#slots = new Int32Array(64).fill(EMPTY);
	#arena = new Uint32Array(256);
	#end = 0;
	#count = 0;

	get count(): number {
		return this.#count;
	}

	get sizeBytes(): number {
		return this.#slots.byteLength + this.#arena.byteLength;
	}

	/** Says whether it leads anywhere new; if so it is kept. `state` is the state's number. */
	add(members: Members, state: number): boolean {
		const begin = firstGap(members);
		const length = Math.max(0, lastMember(members) + 1 - begin);
		const key: Key = { hash: mix(members.hash, state) >>> 0, state, begin, length, members };
		const slot = this.#find(key);
		if (this.#slots[slot] !== EMPTY) return false;
		this.#slots[slot] = this.#append(key);
		this.#count++;
		if (this.#count * 2 > this.#slots.length) this.#growSlots();
		return true;
	}

	/** The slot of one that makes it superfluous, or the empty one where it belongs. */
	#find(key: Key): number {
		const mask = this.#slots.length - 1;
		let slot = key.hash & mask;
		for (;;) {
			const offset = this.#slots[slot] as number;
			if (offset === EMPTY || this.#covers(offset, key)) return slot;
			slot = (slot + 1) & mask;
		}
	}

	#covers(offset: number, { hash, state, begin, length, members }: Key): boolean {
		const arena = this.#arena;
		if (arena[offset] !== hash || arena[offset + 1] !== state) return false;
		if (arena[offset + 2] !== begin || arena[offset + 3] !== length) return false;
		const { words, unknownWords } = members;
		let at = offset + HEADER;
		for (let index = 0; index < unknownWords; index++) {
			if (((arena[at++] as number) & ~(words[index] as number)) !== 0) return false;
		}
		for (let index = begin; index < begin + length; index++) {
			if (arena[at++] !== words[index]) return false;
		}
		return true;
	}

	#append({ hash, state, begin, length, members }: Key): number {
		const offset = this.#end;
		const { words, unknownWords } = members;
		this.#end += HEADER + unknownWords + length;
		if (this.#end > this.#arena.length) {
			const larger = new Uint32Array(Math.max(this.#end, this.#arena.length * 2));
			larger.set(this.#arena);
			this.#arena = larger;
		}
		const arena = this.#arena;
		arena[offset] = hash;
		arena[offset + 1] = state;
		arena[offset + 2] = begin;
		arena[offset + 3] = length;
		let at = offset + HEADER;
		for (let index = 0; index < unknownWords; index++) arena[at++] = words[index] as number;
		for (let index = begin; index < begin + length; index++) arena[at++] = words[index] as number;
		return offset;
	}

	#growSlots(): void {
		const old = this.#slots;
		this.#slots = new Int32Array(old.length * 2).fill(EMPTY);
		const mask = this.#slots.length - 1;
		for (const offset of old) {
			if (offset === EMPTY) continue;
			let slot = (this.#arena[offset] as number) & mask;
			while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
			this.#slots[slot] = offset;
		}
	}
}

/** The first word of answered operations with one missing. */
function firstGap({ words, unknownWords }: Members): number {
	let index = unknownWords;
	while (index < words.length && words[index] === 0xffffffff) index++;
	return index;
}

/** The last word of answered operations with one present; below `unknownWords` if there is none. */
function lastMember({ words, unknownWords }: Members): number {
	let index = words.length - 1;
	while (index >= unknownWords && words[index] === 0) index--;
	return index;
}
