import { type Arc, type Digraph, digraph, shortCycle, shortestPath } from '../cycles/digraph.ts';
import { Past } from '../cycles/past.ts';
import type { Key } from '../transaction.ts';
import type { ReadFrom, SessionTransaction } from './read-from.ts';

export type SaturatedLevel = 'read-committed' | 'read-atomic' | 'causal';

/** Why one transaction comes before another in every commit order. */
export interface Forced {
	readonly from: SessionTransaction;
	readonly to: SessionTransaction;
	/** Made on demand: few are ever told. */
	readonly tell: () => Proof;
}

export interface Proof {
	readonly because: string;
	/** Whose reads prove it, beside the two. */
	readonly witnesses: readonly SessionTransaction[];
}

/**
 * For the levels whose axiom does not mention the commit order itself it is enough to add every
 * edge that the axiom forces: an order exists unless these have a cycle (Biswas & Enea, OOPSLA
 * 2019, section 3). The axioms all say: where T3 reads a key from T1, and T2 writes it too and is
 * visible to T3, T2 comes before T1. They differ in what is visible.
 *
 * @returns a cycle, or undefined where the level holds
 */
export function forcedCycle(readFrom: ReadFrom, level: SaturatedLevel): Forced[] | undefined {
	const known = [...sessionEdges(readFrom), ...readEdges(readFrom)];
	const direct = shortCycle(graphOf(readFrom, known));
	if (direct) return direct.map(({ label }) => label);
	const forced = [...known, ...axiomEdges(readFrom, level, known)];
	return shortCycle(graphOf(readFrom, forced))?.map(({ label }) => label);
}

function graphOf({ transactions }: ReadFrom, edges: readonly Forced[]): Digraph<Forced> {
	const arcs = edges.map(
		(label): Arc<Forced> => ({ from: label.from.index, to: label.to.index, label }),
	);
	return digraph(transactions.length, arcs);
}

function* sessionEdges({ transactions, sessions }: ReadFrom): Generator<Forced> {
	const [initial] = transactions;
	for (const session of sessions) {
		for (const [position, to] of session.entries()) {
			const from = session[position - 1] ?? initial;
			if (!from) continue;
			const because =
				from === initial
					? 'T0 wrote the initial values'
					: `session ${to.session} ran ${from.name} before ${to.name}`;
			yield { from, to, tell: () => ({ because, witnesses: [] }) };
		}
	}
}

function* readEdges({ transactions }: ReadFrom): Generator<Forced> {
	for (const to of transactions) {
		for (const read of to.reads) {
			const from = transactions[read.from];
			if (!from) continue;
			const because = `${to.name} read ${read.value} of key ${read.key} from ${from.name}`;
			yield { from, to, tell: () => ({ because, witnesses: [] }) };
		}
	}
}

function* axiomEdges(
	readFrom: ReadFrom,
	level: SaturatedLevel,
	known: readonly Forced[],
): Generator<Forced> {
	const { transactions } = readFrom;
	const visible = level === 'causal' ? causalVisibility(readFrom, known) : directVisibility(level);
	const writersOf = writersBySession(readFrom);
	for (const reader of transactions) {
		for (const [position, { key, value, from }] of reader.reads.entries()) {
			const to = transactions[from];
			if (!to) continue;
			for (const writers of writersOf.get(key)?.values() ?? []) {
				// Those before the last one that is seen follow from the order of their session.
				const other = writers.findLast(
					(one) => one !== to && one !== reader && visible(reader, position, one) !== undefined,
				);
				const seen = other && visible(reader, position, other);
				if (!other || !seen) continue;
				const tell = (): Proof => {
					const { how, through } = seen();
					const because = `${reader.name} ${how}, which writes key ${key}, but read ${value} of that key from ${to.name}`;
					return { because, witnesses: [...through, reader] };
				};
				yield { from: other, to, tell };
			}
		}
	}
}

/** Of each key the transactions that write it, by session; the initial one is before all by definition. */
function writersBySession({
	transactions,
}: ReadFrom): ReadonlyMap<Key, ReadonlyMap<number, readonly SessionTransaction[]>> {
	const writersOf = new Map<Key, Map<number, SessionTransaction[]>>();
	for (const transaction of transactions) {
		for (const key of transaction.writes.keys()) {
			const bySession = writersOf.get(key) ?? new Map<number, SessionTransaction[]>();
			writersOf.set(key, bySession);
			const own = bySession.get(transaction.session) ?? [];
			bySession.set(transaction.session, own);
			own.push(transaction);
		}
	}
	return writersOf;
}

/** How a reader sees another when it makes the read at this position; undefined: not at all. */
type Visibility = (
	reader: SessionTransaction,
	position: number,
	other: SessionTransaction,
) => (() => { readonly how: string; readonly through: readonly SessionTransaction[] }) | undefined;

function directVisibility(level: 'read-committed' | 'read-atomic'): Visibility {
	return (reader, position, other) => {
		const isCommitted = level === 'read-committed';
		const reads = isCommitted ? reader.reads.slice(0, position) : reader.reads;
		const read = reads.find(({ from }) => from === other.index);
		if (read) {
			const when = isCommitted ? 'had before' : 'also';
			return () => ({ how: `${when} read key ${read.key} from ${other.name}`, through: [] });
		}
		const isEarlier =
			other.session === reader.session && other.positionInSession < reader.positionInSession;
		if (isCommitted || !isEarlier) return undefined;
		return () => ({ how: `follows in its session on ${other.name}`, through: [] });
	};
}

function causalVisibility(readFrom: ReadFrom, known: readonly Forced[]): Visibility {
	const graph = graphOf(readFrom, known);
	const past = new Past(readFrom.transactions.length, graph.arcs.flat());
	return (reader, _position, other) => {
		if (!past.has(reader.index, other.index)) return undefined;
		return () => {
			const path = shortestPath(graph, other.index, reader.index, () => true) ?? [];
			const through = path.slice(1).map(({ label }) => label.from);
			const between = through.map(({ name }) => name).join(', ');
			const by = through.length === 0 ? '' : ` through ${between}`;
			return { how: `comes causally after ${other.name}${by}`, through };
		};
	};
}
