import { HistoryError } from '../history/history-error.ts';
import { type Edn, isName, readEdn, showBriefly } from './edn.ts';
import {
	isEventType,
	type JepsenEvent,
	type JepsenOperation,
	pairEvents,
} from './jepsen-operations.ts';

const EVENT = /\bjepsen\.util - (\S+)\s+(.*)$/;

/**
 * Reads the log that Jepsen prints while it runs: lines such as
 * `INFO  jepsen.util - 3	:invoke	:cas	[1 2]`. What other parts of Jepsen print, and what its nemesis
 * does, is left out.
 *
 * @throws {HistoryError} with the line
 */
export function readJepsenLog(text: string): JepsenOperation[] {
	const events: JepsenEvent[] = [];
	for (const [index, content] of text.split(/\r?\n/).entries()) {
		const match = EVENT.exec(content);
		if (match === null || !/^\d+$/.test(match[1] as string)) continue;
		events.push(readEvent(Number(match[1]), match[2] as string, index + 1));
	}
	if (events.length === 0) throw new HistoryError('no line of this text is an operation of Jepsen');
	return pairEvents(events);
}

function readEvent(process: number, fields: string, line: number): JepsenEvent {
	const [type, f, value, ...rest] = readEdn(fields, line);
	if (!isName(type) || !isEventType(type.name)) {
		throw new HistoryError(`${show(type)} is none of :invoke, :ok, :fail, :info`, line);
	}
	if (!isName(f)) throw new HistoryError(`${show(f)} is no operation's name`, line);
	if (value === undefined || rest.length > 0) {
		throw new HistoryError('a type, a name and one value were expected', line);
	}
	return {
		line,
		process,
		type: type.name,
		f: f.name,
		key: undefined,
		value,
	};
}

const show = (value: Edn | undefined): string =>
	value === undefined ? 'nothing' : showBriefly(value);
