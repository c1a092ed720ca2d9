import { compareSpans } from '../../history/well-formed.ts';
import type { Element, Key, ListAppendOperation, ListAppendTransaction } from '../transaction.ts';

/** A transaction of the history, numbered by the time of its call. */
export interface Transaction {
	/** Its place in `Observations.transactions`. */
	readonly index: number;
	/** `T1`, `T2`, … for people. */
	readonly name: string;
	readonly operation: ListAppendOperation;
	/** With the results of the reads where they are known. */
	readonly steps: ListAppendTransaction;
	/**
	 * Whether it is certain that it took effect. One with an unknown outcome did if a read shows one
	 * of its elements; else nothing is built on it.
	 */
	readonly isCommitted: boolean;
}

export interface Append {
	readonly key: Key;
	readonly element: Element;
	readonly writer: Transaction;
	/** Whether its transaction appended nothing more to this key. */
	readonly isFinal: boolean;
}

/** A read of an acknowledged transaction. */
export interface Read {
	readonly reader: Transaction;
	readonly key: Key;
	readonly elements: readonly Element[];
}

/** What a history says, by key. */
export interface Observations {
	readonly transactions: readonly Transaction[];
	/** Every append that was attempted, by its element, in the order of calls. */
	readonly appends: ReadonlyMap<Key, ReadonlyMap<Element, Append>>;
	readonly reads: ReadonlyMap<Key, readonly Read[]>;
	/** An element appended twice to one key: who wrote what was read can then not be told. */
	readonly ambiguous: Append | undefined;
}

export function observe(history: readonly ListAppendOperation[]): Observations {
	const operations = [...history].sort(compareSpans);
	const read = elementsRead(operations);
	const transactions = operations.map((operation, index) => ({
		index,
		name: `T${index + 1}`,
		operation,
		steps: operation.output ?? operation.input,
		isCommitted: operation.outcome === 'ok' || isObserved(operation, read),
	}));
	return { transactions, ...indexAppends(transactions), reads: indexReads(transactions) };
}

function elementsRead(operations: readonly ListAppendOperation[]): Map<Key, Set<Element>> {
	const read = new Map<Key, Set<Element>>();
	for (const { outcome, output } of operations) {
		if (outcome !== 'ok') continue;
		for (const [kind, key, elements] of output ?? []) {
			if (kind !== 'r' || elements === null) continue;
			const known = read.get(key) ?? new Set();
			for (const element of elements) known.add(element);
			read.set(key, known);
		}
	}
	return read;
}

function isObserved(
	{ outcome, input }: ListAppendOperation,
	read: ReadonlyMap<Key, ReadonlySet<Element>>,
): boolean {
	if (outcome !== 'unknown') return false;
	return input.some(([kind, key, element]) => kind === 'append' && read.get(key)?.has(element));
}

function indexAppends(
	transactions: readonly Transaction[],
): Pick<Observations, 'appends' | 'ambiguous'> {
	const appends = new Map<Key, Map<Element, Append>>();
	let ambiguous: Append | undefined;
	for (const writer of transactions) {
		const laterKeys = new Set<Key>();
		for (const [kind, key, element] of writer.steps.toReversed()) {
			if (kind !== 'append') continue;
			const append = { key, element, writer, isFinal: !laterKeys.has(key) };
			laterKeys.add(key);
			const ofKey = appends.get(key) ?? new Map<Element, Append>();
			if (ofKey.has(element)) ambiguous ??= append;
			appends.set(key, ofKey.set(element, append));
		}
	}
	return { appends, ambiguous };
}

function indexReads(transactions: readonly Transaction[]): Map<Key, Read[]> {
	const reads = new Map<Key, Read[]>();
	for (const reader of transactions) {
		if (reader.operation.outcome !== 'ok') continue;
		for (const [kind, key, elements] of reader.steps) {
			if (kind !== 'r' || elements === null) continue;
			const ofKey = reads.get(key) ?? [];
			ofKey.push({ reader, key, elements });
			reads.set(key, ofKey);
		}
	}
	return reads;
}
