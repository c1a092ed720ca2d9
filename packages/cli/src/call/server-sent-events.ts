/** One event of a stream: its name, `message` when it has none, and its data. */
export interface ServerSentEvent {
	readonly event: string;
	readonly data: string;
}

/** An event that is longer is no item for a terminal. */
const EVENT_LENGTH_MAX = 16_777_216;

/**
 * Reads the events of a `text/event-stream` (WHATWG HTML, section 9.2) as they arrive. Comments and
 * events without data are left out; so is one that the stream breaks off in.
 *
 * @throws {Error} An event has more than 16 Mi characters.
 */
export async function* serverSentEvents(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
	let event = '';
	let data: string[] = [];
	for await (const line of linesOf(chunks)) {
		if (line === '') {
			if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
			event = '';
			data = [];
			continue;
		}
		const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
		if (field === 'event') event = value;
		if (field === 'data') data.push(value);
	}
}

/** Lines end in LF, CR LF or CR; a CR at the end of a piece may have its LF in the next one. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of chunks) {
		rest += decoder.decode(chunk, { stream: true });
		if (rest.length > EVENT_LENGTH_MAX) throw new Error('an event of the stream is too long');
		const lines = rest.split(/\r\n|\n|\r(?!$)/);
		rest = lines.pop() ?? '';
		yield* lines;
	}
}
