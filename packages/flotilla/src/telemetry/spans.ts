import type { Trace } from '../context/trace.ts';

export type SpanKind = 'server' | 'client' | 'internal' | 'producer' | 'consumer';

/** A finished piece of work. */
export interface Span {
	readonly name: string;
	readonly kind: SpanKind;
	readonly trace: Trace;
	/** When it ended, on the wall clock. */
	readonly endWallMs: number;
	readonly durationMs: number;
	/** `ok`, or the code of the error that ended it. */
	readonly outcome: string;
}

/** The newest finished spans of a process, in memory: the oldest make room. */
export class SpanRing {
	readonly #spans: (Span | undefined)[];
	#next = 0;

	/** @param capacity How many are kept: 1 to 1_000_000. */
	constructor(capacity: number) {
		this.#spans = new Array<Span | undefined>(capacity);
	}

	add(span: Span): void {
		this.#spans[this.#next % this.#spans.length] = span;
		this.#next++;
	}

	/** Oldest first. */
	list(): readonly Span[] {
		const start = this.#next % this.#spans.length;
		const ordered = [...this.#spans.slice(start), ...this.#spans.slice(0, start)];
		return ordered.filter((span) => span !== undefined);
	}
}
