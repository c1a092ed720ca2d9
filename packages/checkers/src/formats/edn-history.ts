import { HistoryError } from '../history/history-error.ts';
import {
	type Edn,
	type EdnMap,
	fieldOf,
	isMap,
	isName,
	isSequence,
	readEdn,
	showBriefly,
} from './edn.ts';
import {
	isEventType,
	type JepsenEvent,
	type JepsenOperation,
	pairEvents,
} from './jepsen-operations.ts';

/**
 * Reads a history in EDN, as Jepsen, Knossos, Elle and porcupine's key-value logs have it: maps such
 * as `{:process 3, :type :invoke, :f :write, :value 2}`, in one vector or one after the other. What
 * the nemesis did is left out; the order of the events is that of the text.
 *
 * @throws {HistoryError} with the line
 */
export function readEdnHistory(text: string): JepsenOperation[] {
	const values = readEdn(text);
	const only = values.length === 1 ? values[0] : undefined;
	const maps = isSequence(only) ? only.items : values;
	const events = maps.flatMap((value) => readEvent(value) ?? []);
	if (events.length === 0) throw new HistoryError('this text holds no operation');
	return pairEvents(events);
}

/** Undefined for an event of the nemesis. */
function readEvent(map: Edn): JepsenEvent | undefined {
	if (!isMap(map)) throw new HistoryError(`${showBriefly(map)} is no event: a map was expected`);
	const { line } = map;
	const process = fieldOf(map, 'process');
	if (process !== undefined && typeof process !== 'number') {
		if (isName(process)) return undefined;
		throw new HistoryError(`${showBriefly(process)} is no process`, line);
	}
	const value = fieldOf(map, 'value') ?? null;
	const type = readName(map, 'type');
	if (!isEventType(type)) {
		throw new HistoryError(`:${type} is none of :invoke, :ok, :fail, :info`, line);
	}
	// Elle's histories of transactions need no name: there is only one kind.
	const f = fieldOf(map, 'f') === undefined && isSequence(value) ? 'txn' : readName(map, 'f');
	return { line, process, type, f, key: fieldOf(map, 'key'), value };
}

function readName(map: EdnMap, keyword: string): string {
	const value = fieldOf(map, keyword);
	if (isName(value)) return value.name;
	const found = value === undefined ? 'missing' : showBriefly(value);
	throw new HistoryError(`:${keyword} is ${found}: a keyword was expected`, map.line);
}
