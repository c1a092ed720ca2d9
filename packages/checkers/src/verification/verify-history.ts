import { HistoryError } from '../history/history-error.ts';
import { limits } from '../limits.ts';
import type { Budget } from '../linearizability/check-linearizable.ts';
import type { Verdict } from '../verdict.ts';
import {
	casRegisterHistories,
	etcdHistories,
	fencedLockHistories,
	keyValueHistories,
	mutexHistories,
	queueHistories,
	registerHistories,
} from './linearizable-models.ts';
import { listAppendHistories } from './transactional-models.ts';
import type { FormatName, Verifiable } from './verifiable.ts';

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
};

export interface VerifyOptions {
	/** How the text is written; by default our JSON lines if it begins with `{"`. */
	readonly format?: FormatName;
	/** A name in `verifiable`; by default what the header of the JSON lines says. */
	readonly model?: string;
	readonly budget?: Budget;
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
	const format = options.format ?? formatOf(text);
	const model = options.model ?? (format === 'jsonl' ? modelOf(text) : undefined);
	const known = Object.keys(verifiable).join(', ');
	if (model === undefined) throw new HistoryError(`no model was given: one of ${known}`);
	const judge = Object.hasOwn(verifiable, model) ? verifiable[model] : undefined;
	if (!judge) throw new HistoryError(`${model} is no model: one of ${known} was expected`);
	return judge.verify(text, format, options.budget ?? {});
}

function formatOf(text: string): FormatName {
	if (/^\s*\{\s*"/.test(text)) return 'jsonl';
	return /\bjepsen\.util - \d/.test(text) ? 'jepsen-log' : 'edn';
}

/** Of a header that cannot be read the reader of the format will say what is wrong. */
function modelOf(text: string): string | undefined {
	const [header = ''] = text.trimStart().split('\n', 1);
	try {
		const { model } = JSON.parse(header) as { model?: unknown };
		return typeof model === 'string' ? model : undefined;
	} catch {
		throw new HistoryError('this line is not JSON', 1);
	}
}
