import { HistoryError } from '../history/history-error.ts';
import type { Edn } from './edn.ts';

/** One line of a Jepsen history: something called, or answered. */
export interface JepsenEvent {
	/** In the text, from 1. */
	readonly line: number;
	/** Undefined where the history names none. */
	readonly process: number | undefined;
	readonly type: 'invoke' | 'ok' | 'fail' | 'info';
	readonly f: string;
	/** Undefined where the history has no `:key`. */
	readonly key: Edn | undefined;
	readonly value: Edn;
}

const EVENT_TYPES: ReadonlySet<string> = new Set([
	'invoke',
	'ok',
	'fail',
	'info',
] satisfies JepsenEvent['type'][]);

export function isEventType(value: unknown): value is JepsenEvent['type'] {
	return typeof value === 'string' && EVENT_TYPES.has(value);
}

/** A call and what came of it, before a model says what it means. */
export interface JepsenOperation {
	/** Of the call. */
	readonly line: number;
	readonly process: number | string;
	readonly f: string;
	readonly key: Edn | undefined;
	/** `:value` of the call. */
	readonly called: Edn;
	/** `:value` of the answer; undefined if none came. */
	readonly answered: Edn | undefined;
	/** `info` also where no answer came. */
	readonly type: 'ok' | 'fail' | 'info';
	/** The place of the call among the events. */
	readonly calledAt: number;
	/** The place of the answer; `Infinity` for `info`. */
	readonly returnedAt: number;
}

/**
 * Joins calls with their answers. A process that saw `info` may not come back under its name, but if
 * it does that is a call of its own. Without process numbers one operation runs at a time, each as a
 * process of its own.
 *
 * @throws {HistoryError} where an answer has no call, or a process calls twice
 */
export function pairEvents(events: readonly JepsenEvent[]): JepsenOperation[] {
	const operations: JepsenOperation[] = [];
	const open = new Map<number | undefined, number>();
	for (const [at, event] of events.entries()) {
		const { line, process, type, f, key, value } = event;
		const who = process === undefined ? 'a process without a number' : `process ${process}`;
		const place = open.get(process);
		if (type === 'invoke') {
			if (place !== undefined) {
				throw new HistoryError(`${who} calls ${f} while its last call is under way`, line);
			}
			open.set(process, operations.length);
			const own = process ?? `call ${operations.length}`;
			const call = { line, process: own, f, key, called: value, calledAt: at };
			operations.push({ ...call, answered: undefined, type: 'info', returnedAt: Infinity });
			continue;
		}
		const call = place === undefined ? undefined : operations[place];
		if (place === undefined || call === undefined) {
			throw new HistoryError(`${who} has no call that this ${type} of ${f} could answer`, line);
		}
		if (call.f !== f) throw new HistoryError(`${who} called ${call.f} and is answered ${f}`, line);
		open.delete(process);
		const returnedAt = type === 'info' ? Infinity : at;
		operations[place] = { ...call, answered: value, type, returnedAt };
	}
	return operations;
}
