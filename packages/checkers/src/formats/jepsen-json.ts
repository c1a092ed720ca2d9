import { HistoryError } from '../history/history-error.ts';
import type { Edn } from './edn.ts';
import {
	isEventType,
	type JepsenEvent,
	type JepsenOperation,
	pairEvents,
} from './jepsen-operations.ts';
import { itemError, type JsonItem } from './json-items.ts';

/** `:read` and `read` are the same: JSON has no keywords. */
const plain = (value: unknown): unknown =>
	typeof value === 'string' ? value.replace(/^:/, '') : value;

/** Whether these are the events of a Jepsen history that was written as JSON. */
export function isJepsenJson(items: readonly JsonItem[]): boolean {
	const [first] = items;
	return first !== undefined && isEventType(plain(first.value.type));
}

/**
 * Reads a history of Jepsen that was written as JSON, as elle-cli has it: objects such as
 * `{"process": 3, "type": "invoke", "f": "write", "value": 2}`. What the nemesis did is left out.
 *
 * @throws {HistoryError} with the line or the place in the list
 */
export function readJepsenJson(items: readonly JsonItem[]): JepsenOperation[] {
	const events = items.flatMap((item) => readEvent(item) ?? []);
	if (events.length === 0) throw new HistoryError('this text holds no operation');
	return pairEvents(events);
}

/** Undefined for an event of the nemesis. */
function readEvent(item: JsonItem): JepsenEvent | undefined {
	const { process, key, value = null } = item.value;
	if (process !== undefined && typeof process !== 'number') {
		if (typeof process === 'string') return undefined;
		throw itemError(`${JSON.stringify(process)} is no process`, item);
	}
	const type = plain(item.value.type);
	if (!isEventType(type)) {
		throw itemError(`the type ${JSON.stringify(type)} is none of invoke, ok, fail, info`, item);
	}
	// Elle's histories of transactions need no name: there is only one kind.
	const f = plain(item.value.f) ?? (Array.isArray(value) ? 'txn' : undefined);
	if (typeof f !== 'string') throw itemError('f is missing: a name was expected', item);
	return {
		line: item.line ?? item.position,
		process,
		type,
		f,
		key: key === undefined ? undefined : toEdn(key),
		value: toEdn(value),
	};
}

/** Lists become vectors, objects become maps. */
function toEdn(value: unknown): Edn {
	if (Array.isArray(value)) return { type: 'vector', items: value.map(toEdn), line: 1 };
	if (typeof value === 'object' && value !== null) {
		const entries = Object.entries(value).map(([key, one]) => [key, toEdn(one)] as const);
		return { type: 'map', entries, line: 1 };
	}
	return value as Edn;
}
