import { digraph, shortCycle, shortestPath } from '../transactions/cycles/digraph.ts';
import { Past } from '../transactions/cycles/past.ts';
import {
	type CausalHistory,
	type CausalNode,
	describeNode,
	type Reason,
} from './causal-history.ts';

/** Why no causally consistent store can have answered so. */
export interface Contradiction {
	readonly anomaly: 'cyclic-causality' | 'overwritten-read' | 'no-common-order' | 'no-own-order';
	readonly summary: string;
	/** What comes before what: a way, or a cycle. */
	readonly reasons: readonly Reason[];
}

/** An operation that comes causally before itself. */
export function cyclicCausality({ nodes, reasons }: CausalHistory): Contradiction | undefined {
	const cycle = shortCycle(digraph(nodes.length, reasons));
	if (!cycle) return undefined;
	const summary = 'operations come causally before themselves';
	return { anomaly: 'cyclic-causality', summary, reasons: cycle };
}

/** A read of a value that had been overwritten in the reader's own causal past. */
export function overwrittenRead(history: CausalHistory, past: Past): Contradiction | undefined {
	for (const reader of history.nodes) {
		if (reader.kind !== 'read') continue;
		const { from } = reader;
		const newer = history.writesOf
			.get(reader.key)
			?.find(
				({ index }) =>
					index !== from?.index &&
					past.has(reader.index, index) &&
					(from === undefined || past.has(index, from.index)),
			);
		if (!newer) continue;
		const graph = digraph(history.nodes.length, history.reasons);
		const way = (start: CausalNode, end: CausalNode): readonly Reason[] =>
			shortestPath(graph, start.index, end.index, () => true) ?? [];
		const reasons = [...(from ? way(from, newer) : []), ...way(newer, reader)];
		const what = from ? 'had been overwritten' : 'was initial and had been overwritten';
		const summary = `${describeNode(reader)} returned what ${what} by ${describeNode(newer)}, which comes causally before it`;
		return { anomaly: 'overwritten-read', summary, reasons };
	}
	return undefined;
}

/**
 * Writes to one key that no order for all readers explains: where a reader saw one although another
 * was in its causal past, everybody has the other one first.
 */
export function noCommonOrder(history: CausalHistory, past: Past): Contradiction | undefined {
	const reasons = [...history.reasons];
	for (const reader of history.nodes) {
		const { from } = reader;
		if (!from) continue;
		for (const write of newestOfEach(history.writesOf.get(reader.key) ?? [], reader, past)) {
			if (write !== from) reasons.push(reasonOf(write, from, reader));
		}
	}
	const cycle = shortCycle(digraph(history.nodes.length, reasons));
	if (!cycle) return undefined;
	const summary = 'no order of the writes to each key explains what all the readers saw';
	return { anomaly: 'no-common-order', summary, reasons: cycle };
}

/** Of each process the last write in the past of the reader: those before it follow from that. */
function newestOfEach(
	writes: readonly CausalNode[],
	reader: CausalNode,
	past: Past,
): Iterable<CausalNode> {
	const newest = new Map<unknown, CausalNode>();
	for (const write of writes) {
		if (!past.has(reader.index, write.index)) continue;
		// A write without an answer does not come before what its process did later.
		const isAnswered = write.operation.outcome === 'ok';
		newest.set(isAnswered ? write.process : write, write);
	}
	return newest.values();
}

function reasonOf(write: CausalNode, from: CausalNode, reader: CausalNode): Reason {
	const label = `${describeNode(reader)} comes after both and saw the second`;
	return { from: write.index, to: from.index, label };
}

/**
 * A process for which no order of its own operations and all writes in their past explains its reads:
 * each of its reads puts the writes that it must have known before the one that it saw.
 */
export function noOwnOrder(history: CausalHistory): Contradiction | undefined {
	for (const own of history.processes) {
		const contradiction = contradictionOf(history, own);
		if (contradiction) return contradiction;
	}
	return undefined;
}

function contradictionOf(
	{ nodes, reasons: causality, writesOf }: CausalHistory,
	own: readonly CausalNode[],
): Contradiction | undefined {
	const reads = own.filter(({ kind }) => kind === 'read');
	const reasons = [...causality];
	const known = new Set<string>();
	for (;;) {
		const past = new Past(nodes.length, reasons);
		if (!past.isAcyclic) return cyclicFor(own, nodes.length, reasons);
		const before = reasons.length;
		for (const reader of reads) {
			for (const write of newestOfEach(writesOf.get(reader.key) ?? [], reader, past)) {
				if (write === reader.from) continue;
				if (!reader.from) return initialTooLate(nodes.length, reasons, write, reader);
				const name = `${write.index} ${reader.from.index}`;
				if (known.has(name)) continue;
				known.add(name);
				// That is new, and may put more writes before other reads.
				reasons.push(reasonOf(write, reader.from, reader));
			}
		}
		if (reasons.length === before) return undefined;
	}
}

function cyclicFor(
	own: readonly CausalNode[],
	size: number,
	reasons: readonly Reason[],
): Contradiction {
	const summary = `no order of what process ${own[0]?.process} did, and of the writes before that, explains what it read`;
	const cycle = shortCycle(digraph(size, reasons)) ?? [];
	return { anomaly: 'no-own-order', summary, reasons: cycle };
}

function initialTooLate(
	size: number,
	all: readonly Reason[],
	write: CausalNode,
	reader: CausalNode,
): Contradiction {
	const graph = digraph(size, all);
	const reasons = shortestPath(graph, write.index, reader.index, () => true) ?? [];
	const summary = `${describeNode(reader)} returned the initial value, but ${describeNode(write)} comes before it for its process`;
	return { anomaly: 'no-own-order', summary, reasons };
}
