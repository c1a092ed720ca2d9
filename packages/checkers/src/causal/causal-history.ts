import type { Operation } from '../history/operation.ts';
import { compareSpans } from '../history/well-formed.ts';
import { showCall, showValue } from '../models/showing.ts';
import type { Arc } from '../transactions/cycles/digraph.ts';
import type { Element } from '../transactions/transaction.ts';

/** What a client asks of a store of registers. */
export type CausalInput =
	| { readonly kind: 'write'; readonly key: string; readonly value: Element }
	| { readonly kind: 'read'; readonly key: string };

/** Of a read: the value, or the initial one. */
export type CausalOutput = Element | null;

/** An operation of a history that is judged for causality. */
export type CausalOperation = Operation<CausalInput, CausalOutput>;

/** A write that took effect, or a read that was answered. */
export interface CausalNode {
	/** Its place in `CausalHistory.nodes`. */
	readonly index: number;
	readonly operation: CausalOperation;
	readonly process: number | string;
	readonly kind: 'write' | 'read';
	readonly key: string;
	readonly value: CausalOutput;
	/** Of a read: who wrote what it returned; undefined for the initial value. Of a write: undefined. */
	readonly from: CausalNode | undefined;
}

/** Why one operation comes before another. */
export type Reason = Arc<string>;

export interface CausalHistory {
	readonly nodes: readonly CausalNode[];
	/** Of each process what was answered, in its order. */
	readonly processes: readonly (readonly CausalNode[])[];
	/** The order of each process, and from each write to those who read it. */
	readonly reasons: readonly Reason[];
	readonly writesOf: ReadonlyMap<string, readonly CausalNode[]>;
}

/** What can be said before anything is compared. */
export type ReadCausal =
	| { readonly history: CausalHistory }
	/** A read of what nobody can have written. */
	| { readonly thinAir: CausalOperation }
	/** Why nothing can be said. */
	| { readonly undecidable: string };

const nameOf = (key: string, value: CausalOutput): string => JSON.stringify([key, value]);

/**
 * Finds who read from whom. A write of unknown outcome took effect where a read shows it, after what
 * its process had done before; all else that has no answer says nothing.
 */
export function readCausal(
	operations: readonly CausalOperation[],
	initial: CausalOutput,
): ReadCausal {
	const inOrder = [...operations].sort(compareSpans);
	const shown = new Set<string>();
	for (const { input, output, outcome } of inOrder) {
		if (input.kind === 'read' && outcome === 'ok') shown.add(nameOf(input.key, output ?? null));
	}
	const writers = new Map<string, CausalOperation>();
	for (const operation of inOrder) {
		const { input, outcome } = operation;
		if (input.kind !== 'write' || outcome === 'failed') continue;
		const name = nameOf(input.key, input.value);
		// A value that nobody has read may be as ambiguous as it likes.
		if (shown.has(name) && (writers.has(name) || input.value === initial)) {
			return {
				undecidable: `${showValue(input.value)} is written to key ${input.key} more than once (or is its initial value), so a read of it does not tell which write it saw`,
			};
		}
		writers.set(name, operation);
	}
	const nodes = new Map<CausalOperation, CausalNode>();
	for (const operation of inOrder) {
		const { input, outcome, process } = operation;
		if (input.kind !== 'write' || outcome === 'failed') continue;
		if (outcome === 'unknown' && !shown.has(nameOf(input.key, input.value))) continue;
		const { kind, key, value } = input;
		nodes.set(operation, {
			index: nodes.size,
			operation,
			process,
			kind,
			key,
			value,
			from: undefined,
		});
	}
	for (const operation of inOrder) {
		const { input, output, outcome, process } = operation;
		if (input.kind !== 'read' || outcome !== 'ok') continue;
		const { kind, key } = input;
		const value = output ?? null;
		const writer = writers.get(nameOf(key, value));
		if (writer === undefined && value !== initial) return { thinAir: operation };
		const from = writer && nodes.get(writer);
		nodes.set(operation, { index: nodes.size, operation, process, kind, key, value, from });
	}
	return { history: joined(inOrder.flatMap((one) => nodes.get(one) ?? [])) };
}

function joined(inOrder: readonly CausalNode[]): CausalHistory {
	const lanes = new Map<number | string, CausalNode[]>();
	const reasons: Reason[] = [];
	for (const node of inOrder) {
		const lane = lanes.get(node.process) ?? [];
		lanes.set(node.process, lane);
		const before = lane.at(-1);
		if (before) {
			const label = `process ${node.process} did that first`;
			reasons.push({ from: before.index, to: node.index, label });
		}
		if (node.operation.outcome === 'ok') lane.push(node);
		if (node.from) {
			const label = `process ${node.process} read it`;
			reasons.push({ from: node.from.index, to: node.index, label });
		}
	}
	const nodes = inOrder.toSorted((left, right) => left.index - right.index);
	const writes = nodes.filter(({ kind }) => kind === 'write');
	const writesOf = Map.groupBy(writes, ({ key }) => key);
	return { nodes, processes: [...lanes.values()], reasons, writesOf };
}

/** `write x 1 of process 2`. */
export function describeNode({ operation, process }: CausalNode): string {
	return `\`${describeCausal(operation)}\` of process ${process}`;
}

export function describeCausal(operation: CausalOperation): string {
	const { input, output } = operation;
	if (input.kind === 'read') return showCall(`read ${input.key}`, operation, showValue(output));
	return showCall(`write ${input.key} ${showValue(input.value)}`, operation);
}
