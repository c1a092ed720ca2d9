import { Trace } from '../context/trace.ts';

export type SpanKind = 'server' | 'client' | 'internal' | 'producer' | 'consumer';

/** A finished piece of work. */
export interface Span {
	readonly name: string;
	readonly kind: SpanKind;
	readonly trace: Trace;
	/** When it ended, on the monotonic clock of this process. */
	readonly endMs: number;
	readonly durationMs: number;
	/** `ok`, or the code of the error that ended it. */
	readonly outcome: string;
}

/**
 * The newest finished spans of a process, in memory: the oldest make room. Kept as columns, because
 * an object for each would survive until it is old and cost the garbage collector more than the call.
 */
export class SpanRing {
	readonly #capacity: number;
	readonly #names: string[] = [];
	readonly #kinds: SpanKind[] = [];
	readonly #outcomes: string[] = [];
	readonly #states: (string | undefined)[] = [];
	readonly #ids: Int32Array;
	readonly #times: Float64Array;
	/** How many have been added so far. */
	#added = 0;

	/** @param capacity How many are kept: 1 to 1_000_000. */
	constructor(capacity: number) {
		this.#capacity = capacity;
		this.#ids = new Int32Array(capacity * Trace.words);
		this.#times = new Float64Array(capacity * 2);
	}

	add({ name, kind, trace, endMs, durationMs, outcome }: Span): void {
		const place = this.#added % this.#capacity;
		this.#names[place] = name;
		this.#kinds[place] = kind;
		this.#outcomes[place] = outcome;
		this.#states[place] = trace.state;
		trace.write(this.#ids, place * Trace.words);
		this.#times[place * 2] = endMs;
		this.#times[place * 2 + 1] = durationMs;
		this.#added++;
	}

	/** Oldest first. */
	list(): readonly Span[] {
		const count = Math.min(this.#added, this.#capacity);
		const first = this.#added - count;
		return Array.from({ length: count }, (_, index) =>
			this.#span((first + index) % this.#capacity),
		);
	}

	#span(place: number): Span {
		return {
			name: this.#names[place] as string,
			kind: this.#kinds[place] as SpanKind,
			trace: Trace.read(this.#ids, place * Trace.words, this.#states[place]),
			endMs: this.#times[place * 2] as number,
			durationMs: this.#times[place * 2 + 1] as number,
			outcome: this.#outcomes[place] as string,
		};
	}
}
