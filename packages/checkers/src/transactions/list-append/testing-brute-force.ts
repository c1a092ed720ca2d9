import type { Element, ListAppendOperation, ListAppendTransaction } from '../transaction.ts';

/** What orders transactions beside their data. */
export type Order = 'data' | 'process' | 'realtime';

type Lists = ReadonlyMap<unknown, readonly Element[]>;

/** Whether one must come wholly before the other. */
function isBefore(a: ListAppendOperation, b: ListAppendOperation, order: Order): boolean {
	if (a.outcome !== 'ok' || order === 'data') return false;
	if (a.process === b.process && a.returnedAt <= b.calledAt) return true;
	return order === 'realtime' && a.returnedAt < b.calledAt;
}

/** All choices of which operations without an answer took effect. */
function* choices(history: readonly ListAppendOperation[]): Generator<ListAppendOperation[]> {
	const unknown = history.filter(({ outcome }) => outcome === 'unknown');
	for (let choice = 0; choice < 2 ** unknown.length; choice++) {
		const taken = unknown.filter((_, index) => Math.floor(choice / 2 ** index) % 2 === 1);
		yield history.filter((one) => one.outcome === 'ok' || taken.includes(one));
	}
}

/** The lists after the transaction; undefined where a read of it does not fit. */
function run(
	lists: Lists,
	{ input, output }: ListAppendOperation,
	base: Lists = lists,
): Lists | undefined {
	const after = new Map(lists);
	const own = new Map(base);
	for (const [kind, key, value] of (output ?? input) as ListAppendTransaction) {
		const seen = own.get(key) ?? [];
		if (kind === 'append') {
			own.set(key, [...seen, value]);
			after.set(key, [...(after.get(key) ?? []), value]);
		} else if (value !== null && JSON.stringify(value) !== JSON.stringify(seen)) return undefined;
	}
	return after;
}

/** By the definition: one after the other, in some order, they return what was returned. */
export function isSerializable(history: readonly ListAppendOperation[], order: Order): boolean {
	const search = (left: readonly ListAppendOperation[], lists: Lists): boolean =>
		left.length === 0 ||
		left.some((next) => {
			const rest = left.filter((one) => one !== next);
			if (rest.some((other) => isBefore(other, next, order))) return false;
			const after = run(lists, next);
			return after !== undefined && search(rest, after);
		});
	return [...choices(history)].some((taken) => search(taken, new Map()));
}

/**
 * By the definition: each transaction reads what had been committed when it started, and its own; of
 * two that append to one key, one starts after the other committed.
 */
export function isSnapshotIsolated(history: readonly ListAppendOperation[], order: Order): boolean {
	const keysOf = ({ input }: ListAppendOperation): unknown[] =>
		input.flatMap(([kind, key]) => (kind === 'append' ? [key] : []));
	const search = (
		waiting: readonly ListAppendOperation[],
		open: readonly ListAppendOperation[],
		lists: Lists,
	): boolean => {
		if (waiting.length === 0 && open.length === 0) return true;
		const canCommit = open.some((next) => {
			const others = open.filter((one) => one !== next);
			const after = run(lists, { ...next, output: next.input });
			return after !== undefined && search(waiting, others, after);
		});
		if (canCommit) return true;
		return waiting.some((next) => {
			const rest = waiting.filter((one) => one !== next);
			if ([...rest, ...open].some((other) => isBefore(other, next, order))) return false;
			const keys = keysOf(next);
			if (open.some((other) => keysOf(other).some((key) => keys.includes(key)))) return false;
			return run(lists, next) !== undefined && search(rest, [...open, next], lists);
		});
	};
	return [...choices(history)].some((taken) => search(taken, [], new Map()));
}

type Dependencies = readonly {
	readonly from: number;
	readonly to: number;
	readonly kind: 'ww' | 'wr' | 'rw';
}[];

/** The last transaction reads all lists: what it saw is the order of the versions. */
function listOf(history: readonly ListAppendOperation[], key: unknown): readonly Element[] {
	const step = history.at(-1)?.output?.find(([kind, where]) => kind === 'r' && where === key);
	return step?.[0] === 'r' ? (step[2] ?? []) : [];
}

function ownOf({ input }: ListAppendOperation, key: unknown): Element[] {
	return input.flatMap(([kind, where, value]) =>
		kind === 'append' && where === key ? [value] : [],
	);
}

/** Whether each read is a beginning of the list, at a border between transactions, with its own appends. */
export function isPlain(history: readonly ListAppendOperation[]): boolean {
	return history.every((reader) =>
		(reader.output ?? []).every(([kind, key, value], place, steps) => {
			if (kind !== 'r' || value === null) return kind === 'append';
			const before = steps.slice(0, place);
			// Transactions that read after they have appended are left to the other oracles.
			if (before.some((step) => step[0] === 'append' && step[1] === key)) return false;
			const isSame = before.every(
				(step) => step[0] !== 'r' || step[1] !== key || step[2]?.length === value.length,
			);
			const isBeginning = value.every((element, at) => element === listOf(history, key)[at]);
			const isWhole = history.every((writer) => {
				const own = ownOf(writer, key);
				const shown = own.filter((element) => value.includes(element)).length;
				return shown === 0 || (shown === own.length && (writer !== reader || own.length === 0));
			});
			return isSame && isBeginning && isWhole;
		}),
	);
}

/** Between all pairs, not only neighbours. */
function allDependencies(history: readonly ListAppendOperation[]): Dependencies {
	const found: { from: number; to: number; kind: 'ww' | 'wr' | 'rw' }[] = [];
	for (const [from, one] of history.entries()) {
		for (const [to, other] of history.entries()) {
			if (from === to) continue;
			for (const key of new Set(history.flatMap(({ input }) => input.map(([, where]) => where)))) {
				const list = listOf(history, key);
				const written = ownOf(one, key).map((element) => list.indexOf(element));
				const rewritten = ownOf(other, key).map((element) => list.indexOf(element));
				if (written.some((at) => rewritten.some((then) => at < then)))
					found.push({ from, to, kind: 'ww' });
				for (const [kind, where, value] of other.output ?? []) {
					if (kind !== 'r' || where !== key || value === null) continue;
					if (written.some((at) => at < value.length)) found.push({ from, to, kind: 'wr' });
				}
				for (const [kind, where, value] of one.output ?? []) {
					if (kind !== 'r' || where !== key || value === null) continue;
					if (rewritten.some((at) => at >= value.length)) found.push({ from, to, kind: 'rw' });
				}
			}
		}
	}
	return found;
}

/** By Adya's definitions: G0; G1c; a cycle with one anti-dependency. */
export function hasCycle(
	history: readonly ListAppendOperation[],
	model: 'read-uncommitted' | 'read-committed' | 'parallel-snapshot-isolation',
): boolean {
	const all = allDependencies(history);
	const antiMost = model === 'parallel-snapshot-isolation' ? 1 : 0;
	const allowed = all.filter(({ kind }) => kind === 'ww' || model !== 'read-uncommitted');
	const walk = (start: number, at: number, passed: readonly number[], anti: number): boolean =>
		allowed.some(({ from, to, kind }) => {
			const antiNow = anti + (kind === 'rw' ? 1 : 0);
			if (from !== at || antiNow > antiMost) return false;
			return to === start || (!passed.includes(to) && walk(start, to, [...passed, to], antiNow));
		});
	return history.some((_, start) => walk(start, start, [start], 0));
}
