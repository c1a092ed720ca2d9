/** One event of a stream (WHATWG HTML, 9.2): its name, `message` when it has none, and its data. */
export interface ServerEvent {
	readonly name: string;
	readonly data: string;
}

/** Characters that one event may have. */
const EVENT_LENGTH_MAX = 16_777_216;

/**
 * Reads server-sent events out of bytes as they arrive. Comments, which are signs of life, and ids
 * are left out.
 *
 * @param onBytes Is told whenever something has arrived, comments too.
 * @throws {RangeError} An event does not end.
 */
export async function* serverEvents(
	body: ReadableStream<Uint8Array>,
	onBytes: () => void,
): AsyncGenerator<ServerEvent> {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	let text = '';
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			onBytes();
			text += decoder.decode(value, { stream: true });
			const blocks = text.split(/\r\n\r\n|\n\n|\r\r/);
			text = blocks.pop() ?? '';
			if (text.length > EVENT_LENGTH_MAX) throw new RangeError('an event does not end');
			for (const block of blocks) {
				const event = eventOf(block);
				if (event !== undefined) yield event;
			}
		}
	} finally {
		// Whoever leaves early ends the request.
		await reader.cancel().catch(() => {});
	}
}

/** `undefined` for a block without data, such as a comment. */
function eventOf(block: string): ServerEvent | undefined {
	let name = 'message';
	const data: string[] = [];
	for (const line of block.split(/\r\n|\n|\r/)) {
		const [, field, value = ''] = /^([^:]+):? ?(.*)$/.exec(line) ?? [];
		if (field === 'event') name = value;
		else if (field === 'data') data.push(value);
	}
	return data.length === 0 ? undefined : { name, data: data.join('\n') };
}
