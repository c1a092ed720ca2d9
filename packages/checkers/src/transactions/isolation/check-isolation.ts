import type { Bar, Timeline } from '../../explanation/timeline.ts';
import { compareSpans } from '../../history/well-formed.ts';
import { limits } from '../../limits.ts';
import type { Explanation, Verdict } from '../../verdict.ts';
import {
	describeTransaction,
	type Element,
	type ReadWriteOperation,
	type ReadWriteTransaction,
} from '../transaction.ts';
import { type Forced, forcedCycle, type SaturatedLevel } from './forced-order.ts';
import {
	type ReadFrom,
	resolveReads,
	type Sessions,
	type SessionTransaction,
} from './read-from.ts';
import { type SearchedLevel, searchSerialOrder } from './serial-order.ts';

/** From weak to strong. At every level the commit order keeps the sessions. */
export type IsolationLevel = SaturatedLevel | SearchedLevel;

/** All levels of isolation that can be asked for, from the weakest to the strongest. */
export const ISOLATION_LEVELS: readonly IsolationLevel[] = [
	'read-committed',
	'read-atomic',
	'causal',
	'prefix',
	'snapshot-isolation',
	'serializable',
];

/** What holds before the history, and how long the search may take. */
export interface IsolationOptions {
	/** The value that every key has before anything is written. 0 unless told otherwise. */
	readonly initial?: Element;
	/** How many states the search may look at, where the level needs one. */
	readonly budget?: number;
}

/**
 * Whether some commit order explains a history of transactions on registers at the given level, by
 * the axioms of Biswas & Enea ("On the Complexity of Checking Transactional Consistency", OOPSLA
 * 2019). Unlike the list-append checker this one is complete: `ok` means that the order exists. Read
 * committed, read atomic and causal take polynomial time; the others a search, so they are for
 * small histories and end with `unknown` when the budget is spent. Each value may be written to a
 * key only once, and not the initial one.
 */
export function checkIsolation(
	sessions: Sessions,
	level: IsolationLevel,
	options: IsolationOptions = {},
): Verdict {
	const resolved = resolveReads(sessions, options.initial ?? 0);
	if ('undecidable' in resolved) return { verdict: 'unknown', reason: resolved.undecidable };
	if ('impossible' in resolved) {
		const { anomaly, reason, reader } = resolved.impossible;
		const what = 'a read that no level allows';
		return violation(level, anomaly, what, [reason], timelineOf(sessions, [reader]));
	}
	const { readFrom } = resolved;
	// A stronger level forces at least what causal does, and a cycle is easier to follow.
	const saturated = isSearched(level) ? 'causal' : level;
	const cycle = forcedCycle(readFrom, saturated);
	if (cycle) return cyclic(sessions, level, cycle);
	return isSearched(level)
		? searched(sessions, readFrom, level, options.budget ?? limits.statesSearched)
		: { verdict: 'ok' };
}

function isSearched(level: IsolationLevel): level is SearchedLevel {
	return level === 'prefix' || level === 'snapshot-isolation' || level === 'serializable';
}

function cyclic(sessions: Sessions, level: IsolationLevel, cycle: readonly Forced[]): Verdict {
	const proofs = cycle.map(({ from, to, tell: prove }) => ({ from, to, ...prove() }));
	const concerned = new Set(proofs.flatMap(({ from, witnesses }) => [from, ...witnesses]));
	const lines = [...concerned].sort((left, right) => left.index - right.index).map(tell);
	for (const { from, to, because } of proofs) {
		lines.push(`${from.name} comes before ${to.name}: ${because}`);
	}
	const summary = 'transactions would have to come before themselves';
	const timeline = timelineOf(
		sessions,
		cycle.map(({ from }) => from.index),
	);
	return violation(level, 'cyclic-order', summary, lines, timeline);
}

function searched(
	sessions: Sessions,
	readFrom: ReadFrom,
	level: SearchedLevel,
	budget: number,
): Verdict {
	const result = searchSerialOrder(readFrom, level, budget);
	if (result.found) return { verdict: 'ok' };
	if (result.found === undefined) {
		return { verdict: 'unknown', reason: `no order was found within ${budget} states` };
	}
	const { order, blocked, stuck } = result.deepest;
	const reached = order.length === 0 ? 'no step at all' : order.join(', then ');
	const lines = readFrom.transactions.slice(1).map(tell);
	lines.push(`the furthest any order gets: ${reached}`, ...blocked);
	const timeline = timelineOf(sessions, stuck);
	return violation(level, 'no-order', 'no commit order explains every read', lines, timeline);
}

/** Sessions know an order, but no times: a row for each. In red the transactions with these numbers. */
function timelineOf(sessions: Sessions, culprits: readonly number[]): Timeline {
	const bars = sessions.flatMap((transactions, session) =>
		transactions.map((steps, position) => ({ steps, session, position })),
	);
	const named = bars.map(({ steps, session, position }, index): Bar => {
		const tone = culprits.includes(index + 1) ? 'culprit' : 'plain';
		const label = `T${index + 1}: ${describeTransaction(steps)}`;
		const from = 2 * position;
		return { process: `session ${session}`, label, from, to: from + 1, tone };
	});
	const places = [...culprits, ...named.keys().map((index) => index + 1)];
	const drawn = new Set(places.slice(0, limits.operationsDrawn));
	const caption = 'Each row is a session; how rows lie to each other in time is not known.';
	return { bars: named.filter((_, index) => drawn.has(index + 1)), caption };
}

function violation(
	level: IsolationLevel,
	anomaly: string,
	what: string,
	lines: readonly string[],
	timeline: Timeline,
): { readonly verdict: 'violation'; readonly explanation: Explanation } {
	return {
		verdict: 'violation',
		explanation: { anomaly, summary: `not ${level}: ${what}`, lines, timeline },
	};
}

function tell({ name, session, steps }: SessionTransaction): string {
	if (session === -1) return `${name} wrote the initial values`;
	return `${name}, session ${session}: ${describeTransaction(steps)}`;
}

/**
 * The sessions of a recorded history: a session for each process. What failed is left out; so is
 * what has an unknown outcome, unless a value that it wrote was read: then it is a session of its
 * own, as it may have taken effect at any later time, and a reader of nothing.
 */
export function sessionsOf(history: readonly ReadWriteOperation[]): Sessions {
	const inOrder = [...history].sort(compareSpans);
	const certain = inOrder.filter(({ outcome }) => outcome === 'ok');
	const sessions = new Map<unknown, ReadWriteTransaction[]>();
	const read = new Set<string>();
	for (const { process: client, input, output } of certain) {
		const session = sessions.get(client) ?? [];
		session.push(output ?? input);
		sessions.set(client, session);
		for (const [kind, key, value] of output ?? []) {
			if (kind === 'r') read.add(JSON.stringify([key, value]));
		}
	}
	for (const { outcome, input, process: client } of inOrder) {
		if (outcome !== 'unknown') continue;
		const writes = input.filter(([kind]) => kind === 'w');
		const isSeen = writes.some(([, key, value]) => read.has(JSON.stringify([key, value])));
		if (isSeen) sessions.set({ unknownOf: client }, [writes]);
	}
	return [...sessions.values()];
}
