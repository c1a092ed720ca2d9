import { readEdnHistory } from '../formats/edn-history.ts';
import { readJepsenLog } from '../formats/jepsen-log.ts';
import type { JepsenOperation } from '../formats/jepsen-operations.ts';
import { type JsonLinesShapes, readJsonLines } from '../formats/json-lines.ts';
import { HistoryError } from '../history/history-error.ts';
import type { Operation } from '../history/operation.ts';
import { type Budget, checkLinearizable } from '../linearizability/check-linearizable.ts';
import type { Model } from '../models/model.ts';
import type { Verdict } from '../verdict.ts';
import type { Mapping } from './jepsen-mappings.ts';

/** How a history is written down. */
export type FormatName = 'jsonl' | 'edn' | 'jepsen-log';

/** Of the header of a history, or of a format's convention: `{ initial: '' }`. */
export type ModelOptions = Readonly<Record<string, unknown>>;

/** Something that histories can be judged by. */
export interface Verifiable {
	/** One line for a list of them. */
	readonly summary: string;
	readonly formats: readonly FormatName[];
	/**
	 * @throws {HistoryError} if the text is not a history of this kind in this format
	 */
	verify(text: string, format: FormatName, budget: Budget): Verdict;
}

/** The parts of a `Verifiable`, whose types only it knows. */
export interface VerifiableParts<Input, Output> {
	readonly name: string;
	readonly summary: string;
	readonly jsonl: JsonLinesShapes;
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

/** Joins readers, shapes and a checker. */
export function verifiableFrom<Input, Output>(parts: VerifiableParts<Input, Output>): Verifiable {
	const { name, summary, jsonl, edn, jepsenLog } = parts;
	const formats: FormatName[] = ['jsonl'];
	if (edn) formats.push('edn');
	if (jepsenLog) formats.push('jepsen-log');
	const checkJepsen = (
		raw: readonly JepsenOperation[],
		{ map, options = {} }: JepsenReading<Input, Output>,
		budget: Budget,
	) =>
		parts.check(
			raw.flatMap((one) => map(one) ?? []),
			options,
			budget,
		);
	return {
		summary,
		formats,
		verify: (text, format, budget) => {
			if (format === 'edn' && edn) return checkJepsen(readEdnHistory(text), edn, budget);
			if (format === 'jepsen-log' && jepsenLog) {
				return checkJepsen(readJepsenLog(text), jepsenLog, budget);
			}
			if (format !== 'jsonl') {
				throw new HistoryError(`${name} is read from ${formats.join(', ')}, not from ${format}`);
			}
			const { operations, options } = readJsonLines(text, name, jsonl);
			// The shapes have looked at every input and output.
			return parts.check(operations as Operation<Input, Output>[], options, budget);
		},
	};
}

/** A `check` that asks whether the history is linearizable. */
export function linearizable<State, Input, Output>(
	modelFor: (options: ModelOptions) => Model<State, Input, Output>,
): VerifiableParts<Input, Output>['check'] {
	return (history, options, budget) => checkLinearizable(modelFor(options), history, { budget });
}
