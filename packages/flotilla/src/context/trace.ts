import type { RandomSource } from '../host/random.ts';

/**
 * One span's place in a trace (W3C Trace Context, level 2). Identifiers are kept as numbers and
 * written as text only when somebody looks: every call has one of these.
 */
export class Trace {
	readonly #id: readonly [number, number, number, number];
	readonly #spanHigh: number;
	readonly #spanLow: number;
	/** Of the span that caused this one; both 0 at the root. Numbers, so that no chain is kept alive. */
	readonly #parentHigh: number;
	readonly #parentLow: number;
	readonly sampled: boolean;
	/** The `tracestate` header as it came, at most 512 characters. */
	readonly state: string | undefined;

	private constructor(
		id: readonly [number, number, number, number],
		spanHigh: number,
		spanLow: number,
		parentHigh: number,
		parentLow: number,
		sampled: boolean,
		state: string | undefined,
	) {
		this.#id = id;
		this.#spanHigh = spanHigh;
		this.#spanLow = spanLow;
		this.#parentHigh = parentHigh;
		this.#parentLow = parentLow;
		this.sampled = sampled;
		this.state = state;
	}

	/** The first span of a new trace. */
	static root(random: RandomSource): Trace {
		// The identifier must not be all zeros; one part that is never zero is the cheapest way.
		const id = [random.uint32(), random.uint32(), random.uint32(), random.uint32() || 1] as const;
		return new Trace(id, random.uint32(), random.uint32() || 1, 0, 0, true, undefined);
	}

	/** A span that this one causes. */
	child(random: RandomSource): Trace {
		return new Trace(
			this.#id,
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
		const words = [word(id, 0), word(id, 1), word(id, 2), word(id, 3)] as const;
		const sampled = (Number.parseInt(flags, 16) & 1) === 1;
		const state = tracestate !== undefined && tracestate.length <= 512 ? tracestate : undefined;
		return new Trace(words, word(span, 0), word(span, 1), 0, 0, sampled, state);
	}

	/** 32 hexadecimal digits. */
	get traceId(): string {
		return this.#id.map(hex).join('');
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
	return word.toString(16).padStart(8, '0');
}
