import { readEdnHistory } from '../formats/edn-history.ts';
import { isJepsenJson, readJepsenJson } from '../formats/jepsen-json.ts';
import { readJepsenLog } from '../formats/jepsen-log.ts';
import type { JepsenOperation } from '../formats/jepsen-operations.ts';
import { checkOptions, type JsonShapes, readJsonHistory } from '../formats/json-history.ts';
import { itemError, readJsonItems } from '../formats/json-items.ts';
import type { Shape } from '../formats/json-shape.ts';
import { HistoryError, isHistoryError } from '../history/history-error.ts';
import type { Operation } from '../history/operation.ts';
import type { Budget } from '../linearizability/check-linearizable.ts';
import type { Verdict } from '../verdict.ts';
import type { Mapping } from './jepsen-mappings.ts';

/** How a history is written down. */
export type FormatName = 'json' | 'edn' | 'jepsen-log';

/** Of the header of a history, of a format's convention, or of the caller: `{ initial: '' }`. */
export type ModelOptions = Readonly<Record<string, unknown>>;

/** What the caller adds to a text. */
export interface VerifySettings {
	readonly budget: Budget;
	/** They go before those of the text. */
	readonly options: ModelOptions;
}

/** Something that histories can be judged by. */
export interface Verifiable {
	/** One line for a list of them. */
	readonly summary: string;
	readonly formats: readonly FormatName[];
	/** The names of the options that it knows. */
	readonly options: readonly string[];
	/**
	 * @throws {HistoryError} if the text is not a history of this kind in this format
	 */
	verify(text: string, format: FormatName, settings: VerifySettings): Verdict;
}

/** The parts of a `Verifiable`, whose types only it knows. */
export interface VerifiableParts<Input, Output> {
	readonly name: string;
	readonly summary: string;
	readonly json: JsonShapes;
	/** Jepsen's histories in EDN, and the same in JSON. */
	readonly edn?: JepsenReading<Input, Output>;
	readonly jepsenLog?: JepsenReading<Input, Output>;
	check(
		history: readonly Operation<Input, Output>[],
		options: ModelOptions,
		budget: Budget,
	): Verdict;
}

export interface JepsenReading<Input, Output> {
	readonly map: Mapping<Input, Output>;
	/** What the convention implies. */
	readonly options?: ModelOptions;
}

/** A history as it was read, before its options are known to be good. */
interface Reading<Input, Output> {
	readonly operations: readonly Operation<Input, Output>[];
	readonly options: ModelOptions;
	/** An error about one operation with the place where it stands. */
	locate(error: HistoryError): HistoryError;
}

/** Joins readers, shapes and a checker. */
export function verifiableFrom<Input, Output>(parts: VerifiableParts<Input, Output>): Verifiable {
	const { name, summary, json, edn, jepsenLog } = parts;
	const formats: FormatName[] = ['json'];
	if (edn) formats.push('edn');
	if (jepsenLog) formats.push('jepsen-log');
	return {
		summary,
		formats,
		options: Object.keys(json.options ?? {}),
		verify: (text, format, settings) => {
			if (!formats.includes(format)) {
				throw new HistoryError(`${name} is read from ${formats.join(', ')}, not from ${format}`);
			}
			const reading = read(parts, text, format);
			// A history of nothing would be right by any model, and most likely is not what was meant.
			if (reading.operations.length === 0) throw new HistoryError('this text holds no operation');
			const options = { ...reading.options, ...settings.options };
			const problem = checkOptions(options, json);
			if (problem !== undefined) throw new HistoryError(problem);
			try {
				return parts.check(reading.operations, options, settings.budget);
			} catch (error) {
				throw isHistoryError(error) ? reading.locate(error) : error;
			}
		},
	};
}

function read<Input, Output>(
	{ name, json, edn, jepsenLog }: VerifiableParts<Input, Output>,
	text: string,
	format: FormatName,
): Reading<Input, Output> {
	if (format === 'edn' && edn) return readingOf(readEdnHistory(text), edn);
	if (format === 'jepsen-log' && jepsenLog) return readingOf(readJepsenLog(text), jepsenLog);
	const items = readJsonItems(text);
	if (isJepsenJson(items)) {
		if (edn) return readingOf(readJepsenJson(items), edn);
		throw new HistoryError(`${name} is not read from histories of Jepsen`);
	}
	const { operations, sources, options } = readJsonHistory(items, name, json);
	return {
		// The shapes have looked at every input and output.
		operations: operations as readonly Operation<Input, Output>[],
		options,
		locate: (error) => {
			const item = error.operation === undefined ? undefined : sources[error.operation];
			return item === undefined ? error : itemError(error.message, item);
		},
	};
}

function readingOf<Input, Output>(
	raw: readonly JepsenOperation[],
	{ map, options = {} }: JepsenReading<Input, Output>,
): Reading<Input, Output> {
	const mapped = raw.flatMap((one) => {
		const operation = map(one);
		return operation ? [{ operation, line: one.line }] : [];
	});
	return {
		operations: mapped.map(({ operation }) => operation),
		options,
		locate: (error) => {
			const line = error.operation === undefined ? undefined : mapped[error.operation]?.line;
			return line === undefined ? error : new HistoryError(error.message, line);
		},
	};
}

/** The shape of an output, by the kind of its input. */
export const byKind =
	<Kind extends string>(shapes: Readonly<Record<Kind, Shape>>) =>
	(input: { readonly kind: Kind }): Shape =>
		shapes[input.kind];
