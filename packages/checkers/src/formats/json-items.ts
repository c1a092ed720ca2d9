import { HistoryError } from '../history/history-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** One object of a history in JSON, with its place for errors. */
export interface JsonItem {
	readonly value: JsonObject;
	/** Of the text, from 1; undefined where the text is one JSON document. */
	readonly line: number | undefined;
	/** From 1, of a list. */
	readonly position: number;
}

/**
 * Takes a history in JSON apart. It may be a line for each object, one list of objects, or one object
 * whose `operations` are that list and whose other fields are the header.
 *
 * @throws {HistoryError} where it is not JSON, or holds anything but objects
 */
export function readJsonItems(text: string): JsonItem[] {
	const content = text.replace(/^\ufeff/, '');
	if (content.trim() === '') throw new HistoryError('the text is empty');
	const document = documentOf(content);
	if (document === undefined) return readLines(content);
	return document.items.map((value, index) => {
		const position = index + document.firstPosition;
		if (isObject(value)) return { value, line: undefined, position };
		throw new HistoryError(`item ${position} of the list is not a JSON object`);
	});
}

/** An error about an object, with its line or its place in the list. */
export function itemError(problem: string, { line, position }: JsonItem): HistoryError {
	return line === undefined
		? new HistoryError(`item ${position}: ${problem}`)
		: new HistoryError(problem, line);
}

const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

interface Document {
	readonly items: readonly unknown[];
	/** Of the header, where it is not in the list, 0. */
	readonly firstPosition: number;
}

/** The objects of a text that is one document; undefined where it is lines. */
function documentOf(content: string): Document | undefined {
	const start = content.trimStart();
	if (start.startsWith('[')) {
		return { items: parseWhole(content) as readonly unknown[], firstPosition: 1 };
	}
	const [first = ''] = start.split('\n', 1);
	let value = parsed(first);
	// An object over many lines, or lines of which the first is broken.
	if (value === undefined) value = parsed(content);
	if (!isObject(value) || !Array.isArray(value.operations)) return undefined;
	const { operations, ...header } = value;
	if (Object.keys(header).length === 0) return { items: operations, firstPosition: 1 };
	return { items: [header, ...operations], firstPosition: 0 };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const REASON_LENGTH = 120;

function parseWhole(content: string): unknown {
	try {
		return JSON.parse(content);
	} catch (error) {
		const reason = (error as Error).message.replace(/\s+/g, ' ').slice(0, REASON_LENGTH);
		throw new HistoryError(`the list is not JSON: ${reason}`);
	}
}

function readLines(content: string): JsonItem[] {
	const items: JsonItem[] = [];
	for (const [index, line] of content.split(/\r?\n/).entries()) {
		if (line.trim() === '') continue;
		const value = parsed(line);
		if (value === undefined) throw new HistoryError('this line is not JSON', index + 1);
		if (!isObject(value)) throw new HistoryError('this line is not a JSON object', index + 1);
		items.push({ value, line: index + 1, position: items.length + 1 });
	}
	return items;
}
