import { either, isNumber, isText, listOf, optional, type Shape } from '../formats/json-shape.ts';
import {
	CONSISTENCY_MODELS,
	type ConsistencyModel,
} from '../transactions/list-append/anomalies.ts';
import { checkListAppend } from '../transactions/list-append/check-list-append.ts';
import type { ListAppendTransaction } from '../transactions/transaction.ts';
import { listAppendOfEdn } from './jepsen-mappings.ts';
import { type Verifiable, verifiableFrom } from './verifiable.ts';

const isKey = either(isText, isNumber);
const isRead = either(listOf(isKey), (value) => (value === null ? undefined : 'is not null'));

/** `["append","x",1]` or `["r","x",null]`. */
const isListAppendStep: Shape = (value) => {
	const [f, key, element, ...rest] = Array.isArray(value) ? value : [];
	if ((f !== 'append' && f !== 'r') || rest.length > 0) {
		return `is ${JSON.stringify(value)}: ["append",key,element] or ["r",key,list] was expected`;
	}
	return isKey(key) ?? (f === 'append' ? isKey : isRead)(element);
};

/** The steps of the call again, with what the reads returned. */
const isAnswerTo =
	(input: ListAppendTransaction): Shape =>
	(value) => {
		const problem = listOf(isListAppendStep)(value);
		if (problem !== undefined) return problem;
		const output = value as ListAppendTransaction;
		const differs = input.findIndex(
			([f, key], index) => output[index]?.[0] !== f || output[index][1] !== key,
		);
		if (output.length !== input.length)
			return `has ${output.length} steps, the call ${input.length}`;
		return differs === -1 ? undefined : `[${differs}] is not the step that was called`;
	};

const isConsistencyModel: Shape = (value) =>
	CONSISTENCY_MODELS.includes(value as ConsistencyModel)
		? undefined
		: ` is none of ${CONSISTENCY_MODELS.join(', ')}`;

export const listAppendHistories: Verifiable = verifiableFrom({
	name: 'list-append',
	summary:
		'transactions that append to lists and read them: strict serializable, or as weak as said',
	jsonl: {
		input: listOf(isListAppendStep),
		output: isAnswerTo,
		options: { consistency: optional(isConsistencyModel) },
	},
	edn: { map: listAppendOfEdn },
	check: (history, { consistency = 'strict-serializable' }) =>
		checkListAppend(history, { model: consistency as ConsistencyModel }),
});
