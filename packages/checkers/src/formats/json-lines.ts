import { HistoryError } from '../history/history-error.ts';
import type { Operation, Outcome } from '../history/operation.ts';
import { fields, isBoolean, isNumber, isText, optional, type Shape } from './json-shape.ts';

/** The first line of a history in JSON lines. */
export interface JsonLinesHeader {
	readonly format: 'flotilla-history';
	readonly version: 1;
	/** What the operations are: a name in `verifiable`. */
	readonly model: string;
	/** What else the model needs to know. */
	readonly options?: Readonly<Record<string, unknown>>;
	/** For people. */
	readonly note?: string;
}

/** What a model makes of the lines. */
export interface JsonLinesShapes {
	readonly input: Shape;
	/** Of the output, once the input is known to be good. */
	readonly output: (input: never) => Shape;
	/** Of the options of the header, each by its name. */
	readonly options?: Readonly<Record<string, Shape>>;
}

export interface JsonLinesHistory {
	readonly operations: Operation[];
	readonly options: Readonly<Record<string, unknown>>;
}

const anything: Shape = () => undefined;
const isProcess: Shape = (value) =>
	typeof value === 'number' || typeof value === 'string'
		? undefined
		: 'is missing or neither a number nor a text';

const HEADER = {
	format: isText,
	version: isNumber,
	model: isText,
	options: optional(anything),
	note: optional(isText),
};
const CALL = fields({ process: isProcess, call: anything });
const RETURN = fields({ process: isProcess, return: anything });
const FAILED = fields({ process: isProcess, failed: isBoolean });
const UNKNOWN = fields({ process: isProcess, unknown: isBoolean });
const WHOLE = fields({
	process: isProcess,
	input: anything,
	output: anything,
	calledAt: isNumber,
	returnedAt: optional(isNumber),
	outcome: optional((value) =>
		['ok', 'failed', 'unknown'].includes(value as string)
			? undefined
			: 'is none of ok, failed, unknown',
	),
});

/**
 * Reads a history in our own format: JSON objects, a line each. The first is the header:
 *
 *     {"format":"flotilla-history","version":1,"model":"register"}
 *
 * Then either events, in the order in which they happened,
 *
 *     {"process":1,"call":{"kind":"write","value":3}}
 *     {"process":1,"return":null}      or "failed":true, or "unknown":true, or no line at all
 *
 * or whole operations, in any order, with times of one clock:
 *
 *     {"process":1,"input":{"kind":"read"},"output":3,"calledAt":10,"returnedAt":12}
 *
 * where `outcome` is `ok` unless it is said or there is no `returnedAt`, which means `unknown`.
 *
 * @throws {HistoryError} with the line
 */
export function readJsonLines(
	text: string,
	model: string,
	shapes: JsonLinesShapes,
): JsonLinesHistory {
	const lines = text
		.split(/\r?\n/)
		.map((content, index) => ({ content, line: index + 1 }))
		.filter(({ content }) => content.trim() !== '')
		.map(({ content, line }) => ({ value: parse(content, line), line }));
	const [header, ...rest] = lines;
	if (header === undefined) throw new HistoryError('the text is empty');
	const options = readHeader(header.value, header.line, model, shapes);
	const isEvents = rest.some(({ value }) => 'call' in value);
	const operations = isEvents ? readEvents(rest, shapes) : readWhole(rest, shapes);
	return { operations, options };
}

interface Line {
	readonly value: Readonly<Record<string, unknown>>;
	readonly line: number;
}

function parse(content: string, line: number): Line['value'] {
	let value: unknown;
	try {
		value = JSON.parse(content);
	} catch {
		throw new HistoryError('this line is not JSON', line);
	}
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
		return value as Line['value'];
	}
	throw new HistoryError('this line is not a JSON object', line);
}

function need(problem: string | undefined, what: string, line: number): void {
	if (problem !== undefined)
		throw new HistoryError(`${what}${problem.replace(/^([^.[])/, ' $1')}`, line);
}

function readHeader(
	value: Line['value'],
	line: number,
	model: string,
	shapes: JsonLinesShapes,
): Readonly<Record<string, unknown>> {
	if (value.format !== 'flotilla-history') {
		throw new HistoryError('the first line has no "format":"flotilla-history"', line);
	}
	if (value.version !== 1) {
		throw new HistoryError(`version ${value.version} of the format is not known here`, line);
	}
	need(fields(HEADER)(value), 'the header', line);
	if (value.model !== model) {
		throw new HistoryError(`this history is of the model ${value.model}, not ${model}`, line);
	}
	const options = value.options ?? {};
	need(fields(shapes.options ?? {})(options), 'options', line);
	return options as Readonly<Record<string, unknown>>;
}

function readWhole(lines: readonly Line[], shapes: JsonLinesShapes): Operation[] {
	return lines.map(({ value, line }) => {
		need(WHOLE(value), 'the operation', line);
		const { process, input, output, calledAt, returnedAt } = value as unknown as Operation;
		const outcome =
			(value.outcome as Outcome | undefined) ?? (returnedAt === undefined ? 'unknown' : 'ok');
		if (outcome !== 'unknown' && returnedAt === undefined) {
			throw new HistoryError('.returnedAt is missing', line);
		}
		need(shapes.input(input), 'input', line);
		const call = { process, input, calledAt };
		if (outcome === 'unknown') return { ...call, returnedAt: Infinity, outcome };
		if (outcome === 'failed') return { ...call, returnedAt, outcome };
		need(shapes.output(input as never)(output), 'output', line);
		return { ...call, output: output ?? null, returnedAt, outcome };
	});
}

function readEvents(lines: readonly Line[], shapes: JsonLinesShapes): Operation[] {
	const operations: Operation[] = [];
	const open = new Map<unknown, number>();
	for (const [at, { value, line }] of lines.entries()) {
		const { process } = value as { process: number | string };
		const place = open.get(process);
		if ('call' in value) {
			need(CALL(value), 'the call', line);
			need(shapes.input(value.call), 'call', line);
			if (place !== undefined) {
				throw new HistoryError(`process ${process} calls while its last call is under way`, line);
			}
			open.set(process, operations.length);
			const call = { process, input: value.call, calledAt: at };
			operations.push({ ...call, returnedAt: Infinity, outcome: 'unknown' });
			continue;
		}
		const call = place === undefined ? undefined : operations[place];
		if (place === undefined || call === undefined) {
			throw new HistoryError(`process ${process} has no call that this could answer`, line);
		}
		open.delete(process);
		operations[place] = answered(call, value, at, line, shapes);
	}
	return operations;
}

function answered(
	call: Operation,
	value: Line['value'],
	at: number,
	line: number,
	shapes: JsonLinesShapes,
): Operation {
	if ('failed' in value) {
		need(FAILED(value), 'the line', line);
		return { ...call, returnedAt: at, outcome: 'failed' };
	}
	if ('unknown' in value) {
		need(UNKNOWN(value), 'the line', line);
		return call;
	}
	need(RETURN(value), 'the line', line);
	if (!('return' in value)) throw new HistoryError('.return is missing', line);
	need(shapes.output(call.input as never)(value.return), 'return', line);
	return { ...call, output: value.return, returnedAt: at, outcome: 'ok' };
}
