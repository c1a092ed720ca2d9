import { type Span, TracerExporters } from 'moleculer';

/**
 * Keeps Moleculer's newest spans in memory, as Flotilla keeps its own. The exporters that come with
 * it print, send to a server, or hold on to seconds of spans, which would be measured as well.
 */
export class SpanRingExporter extends TracerExporters.Base {
	/** How many spans have finished. */
	finished = 0;
	readonly #spans: Span[];

	constructor(capacity: number) {
		super({});
		this.#spans = new Array<Span>(capacity);
	}

	override spanFinished(span: Span): void {
		this.#spans[this.finished % this.#spans.length] = span;
		this.finished++;
	}
}
