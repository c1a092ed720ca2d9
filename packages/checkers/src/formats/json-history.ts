import { HistoryError } from '../history/history-error.ts';
import type { Operation, Outcome } from '../history/operation.ts';
import { itemError, type JsonItem } from './json-items.ts';
import { fields, isNumber, isText, optional, type Shape } from './json-shape.ts';

/** The first object of a history in JSON. */
export interface JsonHeader {
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
export interface JsonShapes {
	readonly input: Shape;
	/** Of the output, once the input is known to be good. */
	readonly output: (input: never) => Shape;
	/** Of the options of the header, each by its name. */
	readonly options?: Readonly<Record<string, Shape>>;
}

export interface JsonHistory {
	readonly operations: readonly Operation[];
	/** Where each of the operations was called, for errors. */
	readonly sources: readonly JsonItem[];
	readonly options: Readonly<Record<string, unknown>>;
}

const anything: Shape = () => undefined;
const isProcess: Shape = (value) =>
	typeof value === 'number' || typeof value === 'string'
		? undefined
		: 'is missing or neither a number nor a text';

/** That something did not fail is said by its answer. */
const isTrue: Shape = (value) => (value === true ? undefined : 'is not true');

const HEADER = {
	format: isText,
	version: isNumber,
	model: isText,
	options: optional(anything),
	note: optional(isText),
};
const CALL = fields({ process: isProcess, call: anything });
const RETURN = fields({ process: isProcess, return: anything });
const FAILED = fields({ process: isProcess, failed: isTrue });
const UNKNOWN = fields({ process: isProcess, unknown: isTrue });
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
 * Reads a history in our own format: JSON objects, a line each, or as one list. The first is the
 * header, which may be left out where the caller knows the model:
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
 * @throws {HistoryError} with the line or the place in the list
 */
export function readJsonHistory(
	items: readonly JsonItem[],
	model: string,
	shapes: JsonShapes,
): JsonHistory {
	const [first] = items;
	if (first === undefined) throw new HistoryError('this text holds no operation');
	const hasHeader = !('process' in first.value);
	const options = hasHeader ? readHeader(first, model, shapes) : {};
	const rest = hasHeader ? items.slice(1) : items;
	const isEvents = rest.some(({ value }) => 'call' in value);
	return { ...(isEvents ? readEvents(rest, shapes) : readWhole(rest, shapes)), options };
}

/** Whether the options are those that the model knows. */
export function checkOptions(
	options: Readonly<Record<string, unknown>>,
	shapes: JsonShapes,
): string | undefined {
	return asSentence(fields(shapes.options ?? {})(options), 'options');
}

/** `.value is missing` of a call is `call.value is missing`. */
function asSentence(problem: string | undefined, what: string): string | undefined {
	return problem && `${what}${problem.replace(/^([^.[])/, ' $1')}`;
}

function need(problem: string | undefined, what: string, item: JsonItem): void {
	const sentence = asSentence(problem, what);
	if (sentence !== undefined) throw itemError(sentence, item);
}

function readHeader(
	item: JsonItem,
	model: string,
	shapes: JsonShapes,
): Readonly<Record<string, unknown>> {
	const { value } = item;
	if (value.format !== 'flotilla-history') {
		throw itemError('the first line has no "format":"flotilla-history"', item);
	}
	if (value.version !== 1) {
		throw itemError(
			`version ${JSON.stringify(value.version)} of the format is not known here`,
			item,
		);
	}
	need(fields(HEADER)(value), 'the header', item);
	if (value.model !== model) {
		throw itemError(`this history is of the model ${value.model}, not ${model}`, item);
	}
	const options = value.options ?? {};
	need(fields(shapes.options ?? {})(options), 'options', item);
	return options as Readonly<Record<string, unknown>>;
}

type Operations = Pick<JsonHistory, 'operations' | 'sources'>;

function readWhole(items: readonly JsonItem[], shapes: JsonShapes): Operations {
	const operations = items.map((item): Operation => {
		const { value } = item;
		need(WHOLE(value), 'the operation', item);
		const { process, input, output, calledAt, returnedAt } = value as unknown as Operation;
		const outcome =
			(value.outcome as Outcome | undefined) ?? (returnedAt === undefined ? 'unknown' : 'ok');
		if (outcome !== 'unknown' && returnedAt === undefined) {
			throw itemError('.returnedAt is missing', item);
		}
		need(shapes.input(input), 'input', item);
		const call = { process, input, calledAt };
		if (outcome === 'unknown') return { ...call, returnedAt: Infinity, outcome };
		if (outcome === 'failed') return { ...call, returnedAt, outcome };
		need(shapes.output(input as never)(output), 'output', item);
		return { ...call, output: output ?? null, returnedAt, outcome };
	});
	return { operations, sources: items };
}

function readEvents(items: readonly JsonItem[], shapes: JsonShapes): Operations {
	const operations: Operation[] = [];
	const sources: JsonItem[] = [];
	const open = new Map<unknown, number>();
	for (const [at, item] of items.entries()) {
		const { process, call } = item.value as { process: number | string; call: unknown };
		const place = open.get(process);
		if ('call' in item.value) {
			need(CALL(item.value), 'the call', item);
			need(shapes.input(call), 'call', item);
			if (place !== undefined) {
				throw itemError(`process ${process} calls while its last call is under way`, item);
			}
			open.set(process, operations.length);
			operations.push({
				process,
				input: call,
				calledAt: at,
				returnedAt: Infinity,
				outcome: 'unknown',
			});
			sources.push(item);
			continue;
		}
		const called = place === undefined ? undefined : operations[place];
		if (place === undefined || called === undefined) {
			throw itemError(`process ${process} has no call that this could answer`, item);
		}
		open.delete(process);
		operations[place] = answered(called, item, at, shapes);
	}
	return { operations, sources };
}

function answered(call: Operation, item: JsonItem, at: number, shapes: JsonShapes): Operation {
	const { value } = item;
	if ('failed' in value) {
		need(FAILED(value), 'the line', item);
		return { ...call, returnedAt: at, outcome: 'failed' };
	}
	if ('unknown' in value) {
		need(UNKNOWN(value), 'the line', item);
		return call;
	}
	need(RETURN(value), 'the line', item);
	if (!('return' in value)) throw itemError('.return is missing', item);
	need(shapes.output(call.input as never)(value.return), 'return', item);
	return { ...call, output: value.return, returnedAt: at, outcome: 'ok' };
}
