import type { Operation } from '../history/operation.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import { limits } from '../limits.ts';
import type { Model } from '../models/model.ts';
import type { Verdict } from '../verdict.ts';
import { explain, type LinearizabilityExplanation, type PartitionReport } from './explain.ts';
import type { Memory } from './memory.ts';
import { Search } from './search.ts';

/** How much a check may cost before it answers `unknown`. */
export interface Budget {
	/** Steps of the search; as many again may go into the explanation. Default: 50 million. */
	readonly steps?: number;
	/** What is remembered of the search, roughly. Default: 512 MiB. */
	readonly memoryBytes?: number;
}

/**
 * Whether the history is linearizable (Herlihy and Wing, 1990): whether each operation can be given
 * one instant between its call and its return, so that in the order of these instants the model
 * answers what the clients were answered.
 *
 * Objects that the model tells apart are searched in turns, so that a hard one does not hide the
 * violation in an easy one; the first refutation ends the check. NP-complete in general; real
 * histories with some ten clients an object take milliseconds.
 *
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkLinearizable<State, Input, Output>(
	model: Model<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
	{ budget = {} }: { readonly budget?: Budget } = {},
): Verdict<LinearizabilityExplanation<Input, Output>> {
	checkWellFormed(history);
	const { steps = limits.searchSteps, memoryBytes = limits.searchMemoryBytes } = budget;
	const memory: Memory = { usedBytes: 0, limitBytes: memoryBytes };
	const searches = [...partition(model, history)].map(([name, operations]) => ({
		name,
		search: new Search(model, operations, memory),
		result: 'under way' as ReturnType<Search<State, Input, Output>['run']>,
	}));
	let stepsLeft = steps;
	let open = searches;
	while (open.length > 0 && stepsLeft > 0) {
		for (const one of open) {
			const turn = Math.min(limits.stepsPerTurn, stepsLeft);
			stepsLeft -= turn;
			one.result = one.search.run(turn);
			if (one.result === 'under way') continue;
			one.search.release();
			if (one.result === 'refuted') {
				const reports = searches.map(({ name, search, result }) =>
					reportOf(name, search, result === 'linearizable'),
				);
				const allowance = { steps, memory: { usedBytes: 0, limitBytes: memoryBytes } };
				return {
					verdict: 'violation',
					explanation: explain(model, one.name, one.search, reports, allowance),
				};
			}
		}
		open = open.filter(({ result }) => result === 'under way');
	}
	const unfinished = searches.filter(({ result }) => result !== 'linearizable');
	if (unfinished.length === 0) return { verdict: 'ok' };
	return { verdict: 'unknown', reason: reasonOf(unfinished, { steps, memoryBytes }) };
}

/** The operations of each object, in the order of the history, without those that failed. */
function partition<State, Input, Output>(
	model: Model<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
): Map<string, Operation<Input, Output>[]> {
	const partitions = new Map<string, Operation<Input, Output>[]>();
	for (const operation of history) {
		if (operation.outcome === 'failed') continue;
		const name = model.partitionOf?.(operation.input) ?? '';
		const known = partitions.get(name);
		if (known) known.push(operation);
		else partitions.set(name, [operation]);
	}
	return partitions;
}

function reportOf<State, Input, Output>(
	name: string,
	search: Search<State, Input, Output>,
	isLinearizable: boolean,
): PartitionReport<Input, Output> {
	const indexes = isLinearizable ? search.order : (search.deadEnds[0]?.order ?? search.order);
	const longest = indexes.map((index) => search.operations[index] as Operation<Input, Output>);
	return { partition: name, isLinearizable, operations: search.operations.length, longest };
}

function reasonOf(
	unfinished: readonly { readonly name: string; readonly result: string }[],
	{ steps, memoryBytes }: Required<Budget>,
): string {
	const outOfMemory = unfinished.some(({ result }) => result === 'out of memory');
	const spent = outOfMemory ? `${memoryBytes} bytes of memory` : `${steps} steps`;
	const names = unfinished.map(({ name }) => name).filter((name) => name !== '');
	const where = names.length === 0 ? '' : ` for ${names.slice(0, 5).join(', ')}`;
	const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
	return `the search ended undecided${where}${more} after ${spent}`;
}
