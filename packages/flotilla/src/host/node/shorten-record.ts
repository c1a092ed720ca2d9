import type { LogRecord } from '../logs.ts';

/** JSON makes at most six bytes of a character, so a message has at most 12 KiB. */
const messageCharactersMax = 2_048;
const valueCharactersMax = 512;
const fieldsBytesMax = 32 * 1024;

/**
 * The line for a record that is too long to be written whole: its beginning, every field cut to
 * what tells most, as many fields as fit, and `truncated_from_bytes`. Valid JSON, below 64 KiB.
 */
export function shortenRecord(record: LogRecord, time: string, bytes: number): string {
	const line: Record<string, unknown> = {
		level: record.level,
		time,
		message: cut(record.message, messageCharactersMax),
		truncated_from_bytes: bytes,
	};
	let fieldsBytes = 0;
	for (const [name, value] of Object.entries(record.fields)) {
		const text = toJson(value);
		if (text === undefined) continue;
		const short = shortValue(value, text);
		fieldsBytes += Buffer.byteLength(JSON.stringify([name, short]));
		if (fieldsBytes > fieldsBytesMax) break;
		if (!Object.hasOwn(line, name)) line[name] = short;
	}
	return `${JSON.stringify(line)}\n`;
}

function shortValue(value: unknown, text: string): unknown {
	if (text.length <= valueCharactersMax) return value;
	return cut(typeof value === 'string' ? value : text, valueCharactersMax);
}

function toJson(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}

function cut(text: string, charactersMax: number): string {
	return text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`;
}
