import { readJsonItems } from '../formats/json-items.ts';
import { HistoryError } from '../history/history-error.ts';
import { limits } from '../limits.ts';
import type { Budget } from '../linearizability/check-linearizable.ts';
import type { Verdict } from '../verdict.ts';
import { causalHistories } from './causal-models.ts';
import {
	bankHistories,
	convergenceHistories,
	counterHistories,
	deliveryHistories,
	setHistories,
	uniqueIdHistories,
} from './collection-models.ts';
import {
	casRegisterHistories,
	etcdHistories,
	fencedLockHistories,
	keyValueHistories,
	mutexHistories,
	queueHistories,
	registerHistories,
} from './linearizable-models.ts';
import { sessionHistories } from './session-models.ts';
import { listAppendHistories, readWriteHistories } from './transactional-models.ts';
import type { FormatName, ModelOptions, Verifiable } from './verifiable.ts';

/** What histories can be judged by, under the names that the header of a history gives. */
export const verifiable: Readonly<Record<string, Verifiable>> = {
	register: registerHistories,
	'cas-register': casRegisterHistories,
	kv: keyValueHistories,
	mutex: mutexHistories,
	'fenced-lock': fencedLockHistories,
	queue: queueHistories,
	etcd: etcdHistories,
	'list-append': listAppendHistories,
	'rw-register': readWriteHistories,
	causal: causalHistories,
	sessions: sessionHistories,
	set: setHistories,
	counter: counterHistories,
	bank: bankHistories,
	delivery: deliveryHistories,
	'unique-ids': uniqueIdHistories,
	convergence: convergenceHistories,
};

/** How a recorded text is read, and by what it is judged. */
export interface VerifyOptions {
	/** How the text is written; by default JSON if it begins like that, else a log or EDN. */
	readonly format?: FormatName;
	/** A name in `verifiable`; by default what the header of the JSON says. */
	readonly model?: string;
	readonly budget?: Budget;
	/** Options of the model, such as `{ consistency: 'sequential' }`; they go before the header's. */
	readonly options?: ModelOptions;
}

/**
 * Reads a history from a text and judges it.
 *
 * @throws {HistoryError} if the text cannot be read as that; a violation is a verdict, not an error
 */
export function verifyHistory(text: string, options: VerifyOptions = {}): Verdict {
	if (text.length > limits.historyLength) {
		throw new HistoryError(`a history may have ${limits.historyLength} characters`);
	}
	if (text.includes('\0')) throw new HistoryError('this is no text: it holds bytes that are zero');
	if (text.trim() === '') throw new HistoryError('the text is empty');
	const format = options.format ?? formatOf(text);
	const model = options.model ?? (format === 'json' ? modelOf(text) : undefined);
	const known = Object.keys(verifiable).join(', ');
	if (model === undefined) throw new HistoryError(`no model was given: one of ${known}`);
	const judge = Object.hasOwn(verifiable, model) ? verifiable[model] : undefined;
	if (!judge) throw new HistoryError(`${model} is no model: one of ${known} was expected`);
	return judge.verify(text, format, {
		budget: options.budget ?? {},
		options: options.options ?? {},
	});
}

/** EDN may begin like JSON: `{:process 0`, `[{:type`. */
function formatOf(text: string): FormatName {
	if (/^\s*(?:\{\s*["}]|\[\s*\{\s*")/.test(text)) return 'json';
	return /\bjepsen\.util - \S/.test(text) ? 'jepsen-log' : 'edn';
}

/** A file of lines has its header in the first; to find that in the others they are read whole. */
function modelOf(text: string): string | undefined {
	const [first = ''] = text.trimStart().split('\n', 1);
	const items = /^\{.*"model"\s*:.*\}\s*$/.test(first) ? readJsonItems(first) : readJsonItems(text);
	const model = items[0]?.value.model;
	return typeof model === 'string' ? model : undefined;
}
