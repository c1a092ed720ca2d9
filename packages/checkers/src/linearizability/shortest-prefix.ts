import type { Operation } from '../history/operation.ts';
import type { Model } from '../models/model.ts';
import { cutAfter, type Event } from './events.ts';
import type { Memory } from './memory.ts';
import { Search } from './search.ts';

/** What may be spent on an explanation; it is used up. */
export interface Allowance {
	steps: number;
	readonly memory: Memory;
}

/** A beginning of a history that is refuted already. */
export interface RefutedPrefix<State, Input, Output> {
	/** The search that refuted it. */
	readonly search: Search<State, Input, Output>;
	/** The search of what came just before; undefined if the budget ended. */
	readonly before: Search<State, Input, Output> | undefined;
	/** The operation whose return refutes it. */
	readonly culprit: Operation<Input, Output>;
	/** False if the budget ended before a shorter one could be excluded. */
	readonly isShortest: boolean;
}

/**
 * The earliest return with which the history is refuted, what was under way then being of unknown
 * outcome. A beginning of a linearizable history is linearizable, so it is found by halving; the
 * returns that the search of the whole got past need no look.
 */
export function findShortestPrefix<State, Input, Output>(
	model: Model<State, Input, Output>,
	whole: Search<State, Input, Output>,
	allowance: Allowance,
): RefutedPrefix<State, Input, Output> {
	const { operations, events } = whole;
	const returns = events.flatMap(({ isCall }, index) => (isCall ? [] : [index]));
	const searchUntil = (rank: number): Search<State, Input, Output> => {
		const end = (returns[rank] as number) + 1;
		const search = new Search(model, cutAfter(operations, events, end), allowance.memory);
		while (allowance.steps > 0 && search.run(1_024) === 'under way') allowance.steps -= 1_024;
		search.release();
		return search;
	};
	// Everything before `low` is linearizable, `high` is refuted.
	let low = returns.indexOf(whole.furthestEvent);
	let high = returns.length - 1;
	let found: Search<State, Input, Output> = whole;
	let isShortest = true;
	// The first guess is nearly always right.
	let middle = low;
	while (low < high || (low === high && found === whole)) {
		const search = searchUntil(middle);
		const result = search.run(0);
		if (result === 'refuted') {
			high = middle;
			found = search;
		} else if (result === 'linearizable') low = middle + 1;
		else {
			isShortest = false;
			break;
		}
		middle = (low + high) >>> 1;
	}
	const before = isShortest && high > 0 ? searchUntil(high - 1) : undefined;
	const { operation } = events[returns[high] as number] as Event;
	return {
		search: found,
		before: before?.run(0) === 'linearizable' ? before : undefined,
		culprit: operations[operation] as Operation<Input, Output>,
		isShortest,
	};
}
