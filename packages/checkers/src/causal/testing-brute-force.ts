import type { CausalConsistency } from './check-causal.ts';

/** An operation of a test: process, kind, key, value (null is the initial one). */
export interface SmallOperation {
	readonly process: number;
	readonly isWrite: boolean;
	readonly key: string;
	readonly value: number | null;
}

/** Causality as it is defined: what a process did earlier, and who wrote what was read, and so on. */
function comesBefore(operations: readonly SmallOperation[]): boolean[][] {
	const before = operations.map((earlier, at) =>
		operations.map((later, place) => {
			if (earlier.process === later.process) return at < place;
			const isRead = !later.isWrite && later.value === earlier.value;
			return earlier.isWrite && isRead && earlier.key === later.key;
		}),
	);
	// A process may read what it writes only later: that is a cycle too.
	for (const [place, later] of operations.entries()) {
		for (const [at, earlier] of operations.entries()) {
			const isRead = !later.isWrite && earlier.isWrite && later.value === earlier.value;
			if (isRead && earlier.key === later.key) (before[at] as boolean[])[place] = true;
		}
	}
	for (const middle of operations.keys()) {
		for (const row of before) {
			if (!row[middle]) continue;
			for (const end of operations.keys()) row[end] ||= before[middle]?.[end] === true;
		}
	}
	return before;
}

/** Whether some order of these, in which nothing comes before what it has to follow, is accepted. */
function someOrder(
	left: readonly number[],
	before: readonly (readonly boolean[])[],
	accepts: (order: readonly number[]) => boolean,
	order: readonly number[] = [],
): boolean {
	if (left.length === 0) return accepts(order);
	return left.some((next) => {
		if (left.some((other) => other !== next && before[other]?.[next])) return false;
		const rest = left.filter((one) => one !== next);
		return someOrder(rest, before, accepts, [...order, next]);
	});
}

/** By the definitions, with all orders there are; for some eight operations. */
export function isCausal(
	operations: readonly SmallOperation[],
	consistency: CausalConsistency,
): boolean {
	const at = (index: number): SmallOperation => operations[index] as SmallOperation;
	const all = [...operations.keys()];
	const writes = all.filter((index) => at(index).isWrite);
	const reads = all.filter((index) => !at(index).isWrite);
	const before = comesBefore(operations);
	if (all.some((index) => before[index]?.[index])) return false;
	const returns = (read: number, order: readonly number[]): boolean => {
		const last = order.findLast((one) => at(one).isWrite && at(one).key === at(read).key);
		return at(read).value === (last === undefined ? null : at(last).value);
	};
	const past = (read: number, order: readonly number[]): number[] =>
		order.filter((one) => before[one]?.[read]);
	if (consistency === 'causal') {
		return reads.every((read) =>
			someOrder(past(read, writes), before, (order) => returns(read, order)),
		);
	}
	if (consistency === 'causal-convergence') {
		return someOrder(writes, before, (order) =>
			reads.every((read) => returns(read, past(read, order))),
		);
	}
	const processes = new Set(operations.map(({ process }) => process));
	return [...processes].every((process) => {
		const seen = all.filter((index) => at(index).isWrite || at(index).process === process);
		return someOrder(seen, before, (order) =>
			order.every((one, place) => at(one).isWrite || returns(one, order.slice(0, place))),
		);
	});
}
