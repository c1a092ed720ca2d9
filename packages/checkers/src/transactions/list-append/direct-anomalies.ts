import { describeList, type Element, type Key } from '../transaction.ts';
import type { Phenomenon } from './anomalies.ts';
import type { Append, Observations, Read, Transaction } from './observations.ts';
import { isPrefix, type VersionOrder } from './version-order.ts';

/** An anomaly that a read or two show by themselves, without a cycle. */
export interface DirectAnomaly {
	readonly phenomenon: Phenomenon;
	/** A sentence that names transactions, key and elements. */
	readonly reason: string;
	/** Whom it concerns. */
	readonly transactions: readonly Transaction[];
}

/** At most one of each phenomenon for a key or a read: one is proof enough. */
export function* directAnomalies(
	{ transactions, appends, reads }: Observations,
	orders: readonly VersionOrder[],
): Generator<DirectAnomaly> {
	for (const transaction of transactions) {
		if (transaction.operation.outcome === 'ok') yield* internalAnomalies(transaction);
	}
	for (const order of orders) {
		const ofKey = appends.get(order.key) ?? new Map<Element, Append>();
		for (const read of reads.get(order.key) ?? []) {
			yield* anomaliesOfRead(read, ofKey);
			if (order.longest && !isPrefix(order, read)) yield incompatible(order.longest, read);
		}
		yield* anomaliesOfOrder(order);
	}
}

/** Follows each key through a transaction: a read is what the last one was, and its own appends. */
function* internalAnomalies(transaction: Transaction): Generator<DirectAnomaly> {
	const expected = new Map<Key, { readonly isWhole: boolean; readonly elements: Element[] }>();
	const appended = new Set<string>();
	const nameOf = (key: Key, element: Element): string => JSON.stringify([key, element]);
	const later = new Set<string>();
	for (const [kind, key, element] of transaction.steps) {
		if (kind === 'append') later.add(nameOf(key, element));
	}
	for (const [kind, key, value] of transaction.steps) {
		const known = expected.get(key) ?? { isWhole: false, elements: [] };
		if (kind === 'append') {
			known.elements.push(value);
			expected.set(key, known);
			appended.add(nameOf(key, value));
			continue;
		}
		if (value === null) continue;
		const isTooEarly = value.some(
			(element) => later.has(nameOf(key, element)) && !appended.has(nameOf(key, element)),
		);
		if (isTooEarly || !continues(known, value)) {
			const { name } = transaction;
			const before = known.isWhole ? 'it had' : 'its list had to end with its own';
			const why = isTooEarly
				? `before it appended an element of that itself`
				: `although ${before} ${describeList(known.elements)}`;
			const reason = `${name} read ${describeList(value)} of key ${key} ${why}`;
			yield { phenomenon: 'internal', reason, transactions: [transaction] };
		}
		expected.set(key, { isWhole: true, elements: [...value] });
	}
}

function continues(
	{ isWhole, elements }: { readonly isWhole: boolean; readonly elements: readonly Element[] },
	value: readonly Element[],
): boolean {
	if (isWhole ? value.length !== elements.length : value.length < elements.length) return false;
	const tail = value.slice(value.length - elements.length);
	return tail.every((element, position) => element === elements[position]);
}

function* anomaliesOfRead(
	{ reader, key, elements }: Read,
	appends: ReadonlyMap<Element, Append>,
): Generator<DirectAnomaly> {
	const saw = `${reader.name} read ${describeList(elements)} of key ${key}`;
	const found = (phenomenon: Phenomenon, what: string, writer?: Transaction): DirectAnomaly => ({
		phenomenon,
		reason: `${saw}, ${what}`,
		transactions: writer ? [writer, reader] : [reader],
	});
	const invented = elements.find((element) => !appends.has(element));
	if (invented !== undefined) yield found('garbage-read', `but nobody appended ${invented}`);
	const seen = new Set(elements);
	if (seen.size < elements.length) {
		const twice = elements.find((element, position) => elements.indexOf(element) !== position);
		yield found('duplicate-element', `with ${twice} in it more than once`);
	}
	for (const element of elements) {
		const writer = appends.get(element)?.writer;
		if (writer?.operation.outcome !== 'failed') continue;
		yield found('G1a', `but ${writer.name}, which appended ${element}, failed`, writer);
		break;
	}
	const last = appends.get(elements.findLast((one) => appends.get(one)?.writer !== reader) ?? '');
	if (last && !last.isFinal && last.writer !== reader) {
		const what = `but ${last.writer.name} appended more to it after ${last.element}`;
		yield found('G1b', what, last.writer);
	}
}

function incompatible(longest: Read, { reader, key, elements }: Read): DirectAnomaly {
	const reason = [
		`${reader.name} read ${describeList(elements)} of key ${key}, but ${longest.reader.name} read`,
		`${describeList(longest.elements)}: neither list is the beginning of the other`,
	].join(' ');
	return { phenomenon: 'incompatible-order', reason, transactions: [reader, longest.reader] };
}

/** What one transaction appended to a key must be there from its first element on, in its order. */
function* anomaliesOfOrder({ key, longest, observed }: VersionOrder): Generator<DirectAnomaly> {
	const positions = new Map(observed.map(({ element }, position) => [element, position]));
	for (const writer of new Set(observed.map((append) => append.writer))) {
		const own = writer.steps.filter(([kind, where]) => kind === 'append' && where === key);
		let previous = -1;
		let missing: Element | undefined;
		for (const step of own) {
			if (step[0] !== 'append') continue;
			const element = step[2];
			const position = positions.get(element);
			const told = (what: string): string =>
				`${writer.name} appended to key ${key} ${what}, but ${longest?.reader.name} read ${describeList(longest?.elements ?? [])}`;
			if (position === undefined) missing ??= element;
			else if (missing !== undefined) {
				const reason = told(`first ${missing}, then ${element}`);
				yield { phenomenon: 'lost-append', reason, transactions: [writer] };
				break;
			} else if (position < previous) {
				const before = observed[previous]?.element;
				const reason = told(`first ${before}, then ${element}`);
				yield { phenomenon: 'reordered-append', reason, transactions: [writer] };
				break;
			} else previous = position;
		}
	}
}
