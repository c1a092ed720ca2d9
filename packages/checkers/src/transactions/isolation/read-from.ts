import {
	describeTransaction,
	type Element,
	type Key,
	type ReadWriteTransaction,
} from '../transaction.ts';

/** Histories of committed transactions, session by session, each in its order. */
export type Sessions = readonly (readonly ReadWriteTransaction[])[];

export interface SessionTransaction {
	/** Its place in `ReadFrom.transactions`; the initial transaction is 0. */
	readonly index: number;
	/** `T1`, `T2`, … for people; `T0` wrote the initial values. */
	readonly name: string;
	readonly steps: ReadWriteTransaction;
	/** -1 for the initial transaction. */
	readonly session: number;
	readonly positionInSession: number;
	/** The last value written to each key. */
	readonly writes: ReadonlyMap<Key, Element>;
	/** In order, those that its own writes do not answer. */
	readonly reads: readonly ExternalRead[];
}

export interface ExternalRead {
	readonly key: Key;
	readonly value: Element;
	/** The transaction that wrote the value. */
	readonly from: number;
}

export interface ReadFrom {
	readonly transactions: readonly SessionTransaction[];
	readonly sessions: readonly (readonly SessionTransaction[])[];
	/** Whether the transaction writes the key; the initial one writes every key. */
	writes(transaction: SessionTransaction, key: Key): boolean;
}

/** What can be said without looking for any order. */
export type Resolved =
	| { readonly readFrom: ReadFrom }
	/** A read that no level allows. */
	| { readonly impossible: ImpossibleRead }
	/** Why nothing can be said. */
	| { readonly undecidable: string };

export interface ImpossibleRead {
	readonly anomaly: 'internal' | 'garbage-read' | 'G1b';
	readonly reason: string;
	/** The number of the transaction that made it. */
	readonly reader: number;
}

/** Finds for each read the transaction that wrote its value. */
export function resolveReads(sessions: Sessions, initial: Element): Resolved {
	const all: Draft[] = sessions.flatMap((transactions, session) =>
		transactions.map((steps, positionInSession) => ({ steps, session, positionInSession })),
	);
	const writers = new Map<string, Writer>();
	for (const [position, { steps }] of all.entries()) {
		const index = position + 1;
		const last = lastWrites(steps);
		for (const [kind, key, value] of steps) {
			if (kind !== 'w') continue;
			const name = nameOf(key, value);
			if (value === initial || writers.has(name)) {
				return {
					undecidable: `${value} is written to key ${key} more than once (or is its initial value), so a read of it does not tell which transaction it saw`,
				};
			}
			writers.set(name, { index, isFinal: last.get(key) === value });
		}
	}
	return readsOf(all, writers, initial);
}

interface Draft {
	readonly steps: ReadWriteTransaction;
	readonly session: number;
	readonly positionInSession: number;
}

interface Writer {
	readonly index: number;
	readonly isFinal: boolean;
}

const nameOf = (key: Key, value: Element): string => JSON.stringify([key, value]);

function lastWrites(steps: ReadWriteTransaction): Map<Key, Element> {
	const writes = new Map<Key, Element>();
	for (const [kind, key, value] of steps) {
		if (kind === 'w') writes.set(key, value);
	}
	return writes;
}

const initialTransaction: SessionTransaction = {
	index: 0,
	name: 'T0',
	steps: [],
	session: -1,
	positionInSession: 0,
	writes: new Map(),
	reads: [],
};

function readsOf(
	all: readonly Draft[],
	writers: ReadonlyMap<string, Writer>,
	initial: Element,
): Resolved {
	const transactions = [initialTransaction];
	for (const [position, draft] of all.entries()) {
		const index = position + 1;
		const name = `T${index}`;
		const reads = externalReads(draft.steps, index, writers, initial);
		if (!Array.isArray(reads)) {
			const reason = `${name} (${describeTransaction(draft.steps)}) ${reads.reason}`;
			return { impossible: { ...reads, reason, reader: index } };
		}
		transactions.push({ ...draft, index, name, reads, writes: lastWrites(draft.steps) });
	}
	const sessions = Map.groupBy(transactions.slice(1), ({ session }) => session);
	return {
		readFrom: {
			transactions,
			sessions: [...sessions.values()],
			writes: (transaction, key) => transaction.index === 0 || transaction.writes.has(key),
		},
	};
}

function externalReads(
	steps: ReadWriteTransaction,
	index: number,
	writers: ReadonlyMap<string, Writer>,
	initial: Element,
): ExternalRead[] | Omit<ImpossibleRead, 'reader'> {
	const own = new Map<Key, Element>();
	const reads: ExternalRead[] = [];
	for (const [kind, key, value] of steps) {
		if (kind === 'w') own.set(key, value);
		if (kind === 'w' || value === null) continue;
		const written = own.get(key);
		if (written === value) continue;
		if (written !== undefined) {
			const reason = `read ${value} from key ${key}, to which it had written ${written} itself`;
			return { anomaly: 'internal', reason };
		}
		if (value === initial) {
			reads.push({ key, value, from: 0 });
			continue;
		}
		const writer = writers.get(nameOf(key, value));
		if (!writer) {
			const reason = `read ${value} from key ${key}, which nobody wrote`;
			return { anomaly: 'garbage-read', reason };
		}
		if (writer.index === index) {
			const reason = `read ${value} from key ${key} before it wrote that itself`;
			return { anomaly: 'internal', reason };
		}
		if (!writer.isFinal) {
			const reason = `read ${value} from key ${key}, which T${writer.index} had overwritten before it ended`;
			return { anomaly: 'G1b', reason };
		}
		reads.push({ key, value, from: writer.index });
	}
	return reads;
}
