import type { RandomSource } from '../host/random.ts';

/**
 * One span's place in a trace (W3C Trace Context, level 1). Identifiers are kept as numbers and
 * written as text only when somebody looks: every call has one of these.
 */
export class Trace {
	/** How many words `write` writes. */
	static readonly words = 9;

	// Signed: V8 keeps a 32-bit integer in the object only while it is a small integer.
	readonly #a: number;
	readonly #b: number;
	readonly #c: number;
	readonly #d: number;
	readonly #spanHigh: number;
	readonly #spanLow: number;
	/** Of the span that caused this one; both 0 at the root. Numbers, so that no chain is kept alive. */
	readonly #parentHigh: number;
	readonly #parentLow: number;
	readonly sampled: boolean;
	/** The `tracestate` header as it came, at most 512 characters. */
	readonly state: string | undefined;

	private constructor(
		a: number,
		b: number,
		c: number,
		d: number,
		spanHigh: number,
		spanLow: number,
		parentHigh: number,
		parentLow: number,
		sampled: boolean,
		state: string | undefined,
	) {
		this.#a = a | 0;
		this.#b = b | 0;
		this.#c = c | 0;
		this.#d = d | 0;
		this.#spanHigh = spanHigh | 0;
		this.#spanLow = spanLow | 0;
		this.#parentHigh = parentHigh | 0;
		this.#parentLow = parentLow | 0;
		this.sampled = sampled;
		this.state = state;
	}

	/** What `write` wrote at `offset`; the state is kept apart, for most traces have none. */
	static read(words: Int32Array, offset: number, state: string | undefined): Trace {
		const [a = 0, b = 0, c = 0, d = 0, spanHigh = 0, spanLow = 0, ...rest] = words.subarray(
			offset,
			offset + Trace.words,
		);
		const [parentHigh = 0, parentLow = 0, sampled = 0] = rest;
		return new Trace(a, b, c, d, spanHigh, spanLow, parentHigh, parentLow, sampled === 1, state);
	}

	/** Writes all but the state, for `read`. */
	write(words: Int32Array, offset: number): void {
		words[offset] = this.#a;
		words[offset + 1] = this.#b;
		words[offset + 2] = this.#c;
		words[offset + 3] = this.#d;
		words[offset + 4] = this.#spanHigh;
		words[offset + 5] = this.#spanLow;
		words[offset + 6] = this.#parentHigh;
		words[offset + 7] = this.#parentLow;
		words[offset + 8] = this.sampled ? 1 : 0;
	}

	/** The first span of a new trace. */
	static root(random: RandomSource): Trace {
		// The identifier must not be all zeros; one part that is never zero is the cheapest way.
		return new Trace(
			random.uint32(),
			random.uint32(),
			random.uint32(),
			random.uint32() || 1,
			random.uint32(),
			random.uint32() || 1,
			0,
			0,
			true,
			undefined,
		);
	}

	/** A span that this one causes. */
	child(random: RandomSource): Trace {
		return new Trace(
			this.#a,
			this.#b,
			this.#c,
			this.#d,
			random.uint32(),
			random.uint32() || 1,
			this.#spanHigh,
			this.#spanLow,
			this.sampled,
			this.state,
		);
	}

	/** The span that a `traceparent` header describes; `undefined` when the header is not valid. */
	static parse(traceparent: string | undefined, tracestate?: string): Trace | undefined {
		const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(
			traceparent ?? '',
		);
		if (match === null) return undefined;
		const [, version, id = '', span = '', flags = '', rest] = match;
		if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
		if (/^0+$/.test(id) || /^0+$/.test(span)) return undefined;
		const word = (text: string, index: number): number =>
			Number.parseInt(text.slice(index * 8, index * 8 + 8), 16);
		const sampled = (Number.parseInt(flags, 16) & 1) === 1;
		const state = tracestate !== undefined && tracestate.length <= 512 ? tracestate : undefined;
		return new Trace(
			word(id, 0),
			word(id, 1),
			word(id, 2),
			word(id, 3),
			word(span, 0),
			word(span, 1),
			0,
			0,
			sampled,
			state,
		);
	}

	/** 32 hexadecimal digits. */
	get traceId(): string {
		return hex(this.#a) + hex(this.#b) + hex(this.#c) + hex(this.#d);
	}

	/** 16 hexadecimal digits. */
	get spanId(): string {
		return hex(this.#spanHigh) + hex(this.#spanLow);
	}

	/** 16 hexadecimal digits; `undefined` at the root. */
	get parentSpanId(): string | undefined {
		if (this.#parentHigh === 0 && this.#parentLow === 0) return undefined;
		return hex(this.#parentHigh) + hex(this.#parentLow);
	}

	/** As a `traceparent` header for whatever this span causes elsewhere. */
	get traceparent(): string {
		return `00-${this.traceId}-${this.spanId}-${this.sampled ? '01' : '00'}`;
	}
}

function hex(word: number): string {
	return (word >>> 0).toString(16).padStart(8, '0');
}
