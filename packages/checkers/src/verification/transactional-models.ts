import {
	either,
	isNothing,
	isNumber,
	isText,
	listOf,
	oneOf,
	optional,
	type Shape,
} from '../formats/json-shape.ts';
import { HistoryError } from '../history/history-error.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import { abortedRead } from '../transactions/isolation/aborted-read.ts';
import {
	checkIsolation,
	ISOLATION_LEVELS,
	type IsolationLevel,
	sessionsOf,
} from '../transactions/isolation/check-isolation.ts';
import {
	CONSISTENCY_MODELS,
	type ConsistencyModel,
} from '../transactions/list-append/anomalies.ts';
import { checkListAppend } from '../transactions/list-append/check-list-append.ts';
import type {
	Element,
	ListAppendOperation,
	ListAppendTransaction,
	ReadWriteOperation,
	ReadWriteStep,
	ReadWriteTransaction,
} from '../transactions/transaction.ts';
import type { Verdict } from '../verdict.ts';
import { listAppendOfEdn, readWriteOfEdn } from './jepsen-mappings.ts';
import { type Verifiable, verifiableFrom } from './verifiable.ts';

const SHOWN_LENGTH = 60;

const shown = (value: unknown): string => String(JSON.stringify(value)).slice(0, SHOWN_LENGTH);

const isKey = either(isText, isNumber);
const isRead = either(listOf(isKey), isNothing);

/** `["append","x",1]` or `["r","x",null]`. */
const isListAppendStep: Shape = (value) => {
	const [f, key, element, ...rest] = Array.isArray(value) ? value : [];
	if ((f !== 'append' && f !== 'r') || rest.length > 0) {
		return `is ${shown(value)}: ["append",key,element] or ["r",key,list] was expected`;
	}
	return isKey(key) ?? (f === 'append' ? isKey : isRead)(element);
};

/** The steps of the call again, with what the reads returned. */
const stepsOfCall =
	(input: ListAppendTransaction | ReadWriteTransaction, isStep: Shape): Shape =>
	(value) => {
		const problem = listOf(isStep)(value);
		if (problem !== undefined) return problem;
		const output = value as ListAppendTransaction | ReadWriteTransaction;
		const differs = input.findIndex(([f, key, element], index) => {
			const [answeredF, answeredKey, answer] = output[index] ?? [];
			if (answeredF !== f || answeredKey !== key) return true;
			// What is written comes back as it was; a read that knew its result cannot have another one.
			return f !== 'r' && answer !== element;
		});
		if (output.length !== input.length)
			return `has ${output.length} steps, the call ${input.length}`;
		return differs === -1 ? undefined : `[${differs}] is not the step that was called`;
	};

const isAnswerTo = (input: ListAppendTransaction): Shape => stepsOfCall(input, isListAppendStep);

export const listAppendHistories: Verifiable = verifiableFrom({
	name: 'list-append',
	summary:
		'transactions that append to lists and read them: strict serializable, or as weak as said',
	json: {
		input: listOf(isListAppendStep),
		output: isAnswerTo,
		options: { consistency: optional(oneOf(...CONSISTENCY_MODELS)) },
	},
	edn: { map: listAppendOfEdn },
	check: (
		history: readonly ListAppendOperation[],
		{ consistency = 'strict-serializable' },
	): Verdict => checkListAppend(history, { model: consistency as ConsistencyModel }),
});

/** `["w","x",1]` or `["r","x",null]`. */
const isReadWriteStep: Shape = (value) => {
	const [f, key, element, ...rest] = Array.isArray(value) ? value : [];
	if ((f !== 'w' && f !== 'r') || rest.length > 0) {
		return `is ${shown(value)}: ["w",key,value] or ["r",key,value] was expected`;
	}
	return isKey(key) ?? (f === 'w' ? isKey : either(isKey, isNothing))(element);
};

export const readWriteHistories: Verifiable = verifiableFrom({
	name: 'rw-register',
	summary:
		'transactions that read and write keys, each value once, few of them: serializable, or as said',
	json: {
		input: listOf(isReadWriteStep),
		output: (input: ReadWriteTransaction) => stepsOfCall(input, isReadWriteStep),
		options: {
			consistency: optional(oneOf(...ISOLATION_LEVELS)),
			initial: optional(either(isKey, isNothing)),
		},
	},
	edn: { map: readWriteOfEdn },
	check: (
		history: readonly ReadWriteOperation[],
		{ consistency = 'serializable', initial = null },
		{ steps },
	) => {
		checkWellFormed(history);
		const named = history.map((operation, index) => withInitial(operation, index, initial));
		const aborted = abortedRead(named);
		if (aborted) return aborted;
		return checkIsolation(sessionsOf(named), consistency as IsolationLevel, {
			initial: initial === null ? NIL : (initial as Element),
			...(steps !== undefined && { budget: steps }),
		});
	},
});

/** Stands for the absence of a value where that is what keys hold at first. */
const NIL = 'nil';

/** A read that was answered with nothing saw the absence of a value: it knows its result. */
function withInitial(
	operation: ReadWriteOperation,
	index: number,
	initial: unknown,
): ReadWriteOperation {
	if (operation.outcome !== 'ok' || operation.output === undefined) return operation;
	const output = operation.output.map((step): ReadWriteStep => {
		if (step[0] === 'w' || step[2] !== null) return step;
		if (initial === null) return ['r', step[1], NIL];
		const problem = `operation ${index} read nothing of key ${step[1]}, which begins with ${initial}`;
		throw new HistoryError(problem, undefined, index);
	});
	return { ...operation, output };
}
