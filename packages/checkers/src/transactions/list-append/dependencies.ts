import type { Arc } from '../cycles/digraph.ts';
import { describeList } from '../transaction.ts';
import type { Scope } from './anomalies.ts';
import type { Append, Observations, Read, Transaction } from './observations.ts';
import { realTimeOrder } from './real-time.ts';
import { isPrefix, type VersionOrder } from './version-order.ts';

/**
 * Why a transaction comes before another. `ww`: it appended the element before the other's. `wr`: the
 * other read its element. `rw`, an anti-dependency: it read the list without the other's element.
 */
export interface Dependency {
	readonly kind: 'ww' | 'wr' | 'rw' | 'process' | 'realtime';
	readonly from: Transaction;
	readonly to: Transaction;
	/** A sentence with the key and the elements. Made on demand: few dependencies are ever told. */
	readonly because: () => string;
}

/** What a dependency needs beside the data. */
export function scopeOf({ kind }: Dependency): Scope {
	return kind === 'process' || kind === 'realtime' ? kind : 'data';
}

export const asArc = (dependency: Dependency): Arc<Dependency> => ({
	from: dependency.from.index,
	to: dependency.to.index,
	label: dependency,
});

/** Everything that the history says about who comes before whom, between different transactions. */
export function dependencies(
	observations: Observations,
	orders: readonly VersionOrder[],
): Dependency[] {
	const found = [...sessionOrder(observations.transactions), ...realTime(observations)];
	for (const order of orders) {
		found.push(...betweenWriters(order));
		for (const read of observations.reads.get(order.key) ?? []) {
			if (isPrefix(order, read)) found.push(...ofRead(order, read));
		}
	}
	return found.filter(({ from, to }) => from !== to);
}

function* betweenWriters({ key, observed, unobserved }: VersionOrder): Generator<Dependency> {
	for (const [position, after] of observed.entries()) {
		const before = observed[position - 1];
		if (!before) continue;
		const because = (): string =>
			`${after.writer.name} appended ${after.element} to key ${key} after ${before.element} of ${before.writer.name}`;
		yield { kind: 'ww', from: before.writer, to: after.writer, because };
	}
	const last = observed.at(-1);
	if (!last) return;
	for (const { writer, element } of unobserved) {
		const because = (): string =>
			`${writer.name} appended ${element} to key ${key}, which no read shows, so it comes after ${last.element} of ${last.writer.name}, the last that was seen`;
		yield { kind: 'ww', from: last.writer, to: writer, because };
	}
}

function* ofRead(order: VersionOrder, { reader, key, elements }: Read): Generator<Dependency> {
	const { observed, observedWithin, unobserved } = order;
	const read = `${reader.name} read ${describeList(elements)} of key ${key}`;
	const seen = beforeOwn(observed, observedWithin[elements.length] ?? 0, reader);
	const last = observed[seen - 1];
	if (last) {
		const because = (): string => `${read}, with ${last.element} of ${last.writer.name}`;
		yield { kind: 'wr', from: last.writer, to: reader, because };
	}
	const next = observed[seen];
	const overwritten = next ? [next] : unobserved;
	const when = next ? 'after that' : 'but no read shows it, so it came after all that was seen';
	for (const { writer, element } of overwritten) {
		const because = (): string => `${read}; ${writer.name} appended ${element} to it ${when}`;
		yield { kind: 'rw', from: reader, to: writer, because };
	}
}

/** How much of the list others had written: a transaction sees its own appends at the end of it. */
function beforeOwn(observed: readonly Append[], seen: number, reader: Transaction): number {
	let count = seen;
	while (count > 0 && observed[count - 1]?.writer === reader) count--;
	return count;
}

/** Each process runs one transaction at a time; one without an answer was its last. */
function* sessionOrder(transactions: readonly Transaction[]): Generator<Dependency> {
	const previous = new Map<number | string, Transaction>();
	for (const to of transactions) {
		const client = to.operation.process;
		const from = previous.get(client);
		if (!to.isCommitted) continue;
		if (to.operation.outcome === 'ok') previous.set(client, to);
		if (!from) continue;
		const because = (): string => `process ${client} ran ${from.name} before ${to.name}`;
		yield { kind: 'process', from, to, because };
	}
}

function* realTime({ transactions }: Observations): Generator<Dependency> {
	for (const [from, to] of realTimeOrder(transactions)) {
		const because = (): string =>
			`${from.name} had returned at ${from.operation.returnedAt}, before ${to.name} was called at ${to.operation.calledAt}`;
		yield { kind: 'realtime', from, to, because };
	}
}
