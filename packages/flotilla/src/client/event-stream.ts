/** One event of a stream: its name, `message` when it has none, and its data. */
export interface ServerEvent {
	readonly name: string;
	readonly data: string;
}

/** Characters that one event may have; what is longer ends the stream. */
const EVENT_LENGTH_MAX = 16_777_216;

/**
 * Reads server-sent events out of bytes, however they are cut into pieces. A browser's own
 * `EventSource` cannot send a token. Comments, ids, and an event in which the stream breaks off are
 * left out.
 *
 * @param onBytes Is told whenever something has arrived: comments are signs of life too.
 * @throws {RangeError} An event does not end within 16 Mi characters.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* serverEvents(
	body: ReadableStream<Uint8Array>,
	onBytes: () => void = () => {},
): AsyncGenerator<ServerEvent> {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	const parser = new Parser();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			onBytes();
			yield* parser.feed(decoder.decode(value, { stream: true }));
		}
	} finally {
		// Whoever leaves early ends the request.
		await reader.cancel().catch(() => {});
	}
}

class Parser {
	#rest = '';
	#name = '';
	#data: string[] = [];
	/** Of the lines of the present event. */
	#length = 0;

	*feed(text: string): Generator<ServerEvent> {
		const all = this.#rest + text;
		// A piece may end between CR and LF.
		const lines = all.split(/\r\n|\n|\r(?!$)/);
		this.#rest = lines.pop() ?? '';
		for (const line of lines) {
			const event = this.#line(line);
			if (event !== undefined) yield event;
		}
		if (this.#length + this.#rest.length > EVENT_LENGTH_MAX) {
			throw new RangeError('an event of a stream is too long');
		}
	}

	#line(line: string): ServerEvent | undefined {
		if (line === '') return this.#dispatch();
		this.#length += line.length;
		const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
		if (field === 'data') this.#data.push(value);
		else if (field === 'event') this.#name = value;
		return undefined;
	}

	#dispatch(): ServerEvent | undefined {
		const event =
			this.#data.length === 0
				? undefined
				: { name: this.#name || 'message', data: this.#data.join('\n') };
		this.#name = '';
		this.#data = [];
		this.#length = 0;
		return event;
	}
}
