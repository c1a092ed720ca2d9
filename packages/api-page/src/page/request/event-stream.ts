export interface ServerEvent {
	/** `message` unless the event says otherwise. */
	readonly type: string;
	readonly data: string;
}

/** Characters of one event; what is longer ends the stream. */
const LONGEST_EVENT = 4_194_304;

/**
 * Makes events of the text of a `text/event-stream`, however it is cut into pieces. The browser's own
 * `EventSource` cannot send a token.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventStreamParser {
	#rest = '';
	#type = '';
	#data: string[] = [];

	/** @throws {Error} An event does not end. */
	feed(text: string): ServerEvent[] {
		const events: ServerEvent[] = [];
		// The end of a piece may stand between CR and LF.
		const all = this.#rest + text;
		const complete = all.endsWith('\r') ? all.slice(0, -1) : all;
		const lines = complete.split(/\r\n|\n|\r/);
		this.#rest = (lines.pop() ?? '') + all.slice(complete.length);
		if (this.#rest.length > LONGEST_EVENT) throw new Error('An event of the stream is too long.');
		for (const line of lines) {
			const event = this.#line(line);
			if (event !== undefined) events.push(event);
		}
		return events;
	}

	#line(line: string): ServerEvent | undefined {
		if (line === '') return this.#dispatch();
		const colon = line.indexOf(':');
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (field === 'data') this.#data.push(value);
		else if (field === 'event') this.#type = value;
		return undefined;
	}

	#dispatch(): ServerEvent | undefined {
		const event =
			this.#data.length === 0
				? undefined
				: { type: this.#type || 'message', data: this.#data.join('\n') };
		this.#type = '';
		this.#data = [];
		return event;
	}
}
