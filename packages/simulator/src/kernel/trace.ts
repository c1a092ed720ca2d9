/** One thing that happened, as a person reads it. */
export interface TraceEntry {
	/** Virtual time. */
	readonly atMs: number;
	/** The name of the machine, or `world`. */
	readonly machine: string;
	/** What happened: `timer`, `message`, `fault`, `sql`, ... */
	readonly kind: string;
	readonly text: string;
}

/** What may be hashed: everything that a run depends on or brings about. */
export type Traced = string | number | Uint8Array;

/**
 * A rolling hash over everything that happens. Two runs with the same hash did the same; where they
 * part is found by their checkpoints. Entries in words are kept on demand only: they take time.
 */
export class Trace {
	readonly #entries: TraceEntry[] | undefined;
	readonly #limit: number;
	readonly #bits = new Float64Array(1);
	readonly #words = new Int32Array(this.#bits.buffer);
	#low = 0x2545_f491;
	#high = 0x4f6c_dd1d;
	#count = 0;
	readonly checkpoints: string[] = [];

	/** @param options.entries How many entries to keep at most, the last ones; 0 keeps none. */
	constructor({ entries }: { readonly entries: number }) {
		this.#limit = entries;
		this.#entries = entries > 0 ? [] : undefined;
	}

	/**
	 * Adds something that happened.
	 *
	 * @param digest What of it goes into the hash, besides its time, machine and kind.
	 * @param describe Asked only when entries are kept; without it the entry is left out.
	 */
	record(
		atMs: number,
		machine: string,
		kind: string,
		digest: Traced,
		describe?: () => string,
	): void {
		this.#number(atMs);
		this.#text(machine);
		this.#text(kind);
		this.add(digest);
		if (++this.#count % CHECKPOINT_EVERY === 0) this.checkpoints.push(this.hash);
		if (this.#entries === undefined || describe === undefined) return;
		if (this.#entries.length >= this.#limit * 2) this.#entries.splice(0, this.#limit);
		this.#entries.push({ atMs, machine, kind, text: describe() });
	}

	/** Adds to the hash alone, such as a random number that was drawn. */
	add(digest: Traced): void {
		if (typeof digest === 'number') this.#number(digest);
		else if (typeof digest === 'string') this.#text(digest);
		else this.#bytes(digest);
	}

	/** 16 hexadecimal digits. */
	get hash(): string {
		return hex(this.#low) + hex(this.#high);
	}

	/** How many things happened. */
	get count(): number {
		return this.#count;
	}

	get entries(): readonly TraceEntry[] {
		return this.#entries?.slice(-this.#limit) ?? [];
	}

	#word(word: number): void {
		this.#low = Math.imul(this.#low ^ word, 0x9e37_79b1);
		this.#low ^= this.#low >>> 15;
		this.#high = Math.imul(this.#high + word, 0x85eb_ca77) ^ this.#low;
		this.#high ^= this.#high >>> 13;
	}

	#number(value: number): void {
		this.#bits[0] = value;
		this.#word(this.#words[0] as number);
		this.#word(this.#words[1] as number);
	}

	#text(text: string): void {
		let index = 1;
		for (; index < text.length; index += 2) {
			this.#word(text.charCodeAt(index - 1) | (text.charCodeAt(index) << 16));
		}
		if (index === text.length) this.#word(text.charCodeAt(index - 1));
		this.#word(text.length);
	}

	#bytes(bytes: Uint8Array): void {
		for (let index = 0; index < bytes.length; index++) this.#word(bytes[index] as number);
		this.#word(~bytes.length);
	}
}

const CHECKPOINT_EVERY = 1_000;

function hex(value: number): string {
	return (value >>> 0).toString(16).padStart(8, '0');
}
