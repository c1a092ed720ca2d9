import { type Bar, barOf } from '../explanation/timeline.ts';
import type { Operation } from '../history/operation.ts';
import { limits } from '../limits.ts';
import { type Model, refused } from '../models/model.ts';
import type { Explanation } from '../verdict.ts';
import type { DeadEnd, Search } from './search.ts';
import { type Allowance, findShortestPrefix, type RefutedPrefix } from './shortest-prefix.ts';

/** One operation in an order, and what the object held after it. */
export interface Step<Input = unknown, Output = unknown> {
	readonly operation: Operation<Input, Output>;
	readonly state: string;
}

/** An order that goes as far as any, and cannot go on. */
export interface StuckOrder<Input = unknown, Output = unknown> {
	readonly steps: readonly Step<Input, Output>[];
	readonly state: string;
	/** The operations that had to come next; in that state none of them could answer as it did. */
	readonly refused: readonly Operation<Input, Output>[];
}

/** How far one object got. */
export interface PartitionReport<Input = unknown, Output = unknown> {
	/** The object's name; empty where the model has only one. */
	readonly partition: string;
	/** False if it is refuted, or if the check ended before it was known. */
	readonly isLinearizable: boolean;
	/** How many there were, without the failed ones. */
	readonly operations: number;
	/** The longest beginning for which an order was found, in that order. */
	readonly longest: readonly Operation<Input, Output>[];
}

/** Why no order of the operations explains their answers. */
export interface LinearizabilityExplanation<Input = unknown, Output = unknown> extends Explanation {
	readonly anomaly: 'not-linearizable';
	readonly model: string;
	readonly partition: string;
	/** The shortest beginning of this object's history that no order explains. */
	readonly prefix: readonly Operation<Input, Output>[];
	/** False if the budget ended before a shorter one could be excluded. */
	readonly isShortest: boolean;
	/** The operation with whose answer the prefix ends. */
	readonly culprit: Operation<Input, Output>;
	/** An order that explains everything but that answer; undefined if there was none to find. */
	readonly before: readonly Step<Input, Output>[] | undefined;
	readonly stuck: readonly StuckOrder<Input, Output>[];
	readonly partitions: readonly PartitionReport<Input, Output>[];
}

/** Makes people see why a refuted search found nothing. */
export function explain<State, Input, Output>(
	model: Model<State, Input, Output>,
	partition: string,
	whole: Search<State, Input, Output>,
	partitions: readonly PartitionReport<Input, Output>[],
	allowance: Allowance,
): LinearizabilityExplanation<Input, Output> {
	const prefix = findShortestPrefix(model, whole, allowance);
	const { search, before, culprit, isShortest } = prefix;
	const beforeSteps = before && stepsOf(model, before.operations, before.order);
	const stuck = search.deadEnds.map((deadEnd) => stuckOrder(model, search, deadEnd));
	const place = partition === '' ? `the ${model.name}` : `${model.name} ${partition}`;
	const summary = `${place} is not linearizable: no order of the ${search.operations.length} operations until then explains ${name(model, culprit)}`;
	return {
		anomaly: 'not-linearizable',
		summary,
		lines: linesOf(model, prefix, beforeSteps, stuck),
		timeline: timelineOf(model, prefix),
		model: model.name,
		partition,
		prefix: search.operations,
		isShortest,
		culprit,
		before: beforeSteps,
		stuck,
		partitions,
	};
}

function stepsOf<State, Input, Output>(
	model: Model<State, Input, Output>,
	operations: readonly Operation<Input, Output>[],
	order: readonly number[],
): Step<Input, Output>[] {
	const states = statesOf(model, operations, order);
	return order.map((index, at) => ({
		operation: operations[index] as Operation<Input, Output>,
		state: model.describeState(states[at + 1] as State),
	}));
}

/** The states along an order that the model allows, the first one included. */
function statesOf<State, Input, Output>(
	model: Model<State, Input, Output>,
	operations: readonly Operation<Input, Output>[],
	order: readonly number[],
): State[] {
	const states = [model.init];
	for (const [at, index] of order.entries()) {
		const { input, output } = operations[index] as Operation<Input, Output>;
		const after = model.step(states[at] as State, input, output);
		if (after !== refused) states.push(after);
	}
	return states;
}

function stuckOrder<State, Input, Output>(
	model: Model<State, Input, Output>,
	search: Search<State, Input, Output>,
	{ order, state }: DeadEnd<State>,
): StuckOrder<Input, Output> {
	const done = new Set(order);
	const blocking = search.events[search.furthestEvent]?.operation;
	const limit = search.operations[blocking ?? 0]?.returnedAt ?? Infinity;
	const next = search.operations.filter(
		({ calledAt, outcome, input, output }, index) =>
			!done.has(index) &&
			outcome === 'ok' &&
			calledAt <= limit &&
			model.step(state, input, output) === refused,
	);
	return {
		steps: stepsOf(model, search.operations, order),
		state: model.describeState(state),
		refused: next,
	};
}

function name<State, Input, Output>(
	model: Model<State, Input, Output>,
	operation: Operation<Input, Output>,
): string {
	return `\`${model.describe(operation)}\` of process ${operation.process}`;
}

function linesOf<State, Input, Output>(
	model: Model<State, Input, Output>,
	{ search, culprit, isShortest }: RefutedPrefix<State, Input, Output>,
	before: readonly Step<Input, Output>[] | undefined,
	stuck: readonly StuckOrder<Input, Output>[],
): string[] {
	const lines: string[] = [];
	if (before) {
		lines.push(`Until ${name(model, culprit)} returned, this order explained every answer:`);
		lines.push(...listed(model, before));
	}
	lines.push(
		isShortest
			? 'With its answer every order gets stuck. What gets furthest:'
			: 'Every order gets stuck (the budget ended before the first wrong answer was found). What gets furthest:',
	);
	for (const [index, { steps, state, refused: next }] of stuck.entries()) {
		const shared = sharedBeginning(before ?? [], steps);
		const same = shared === 0 ? '' : `the same first ${shared}, then `;
		const rest = steps.length === shared ? 'nothing more' : `${steps.length - shared} more`;
		lines.push(`${index + 1}) ${same}${rest}, to the state ${state}:`);
		lines.push(...listed(model, steps, shared));
		for (const operation of next) lines.push(`   ${name(model, operation)} does not fit ${state}`);
	}
	const deadEnd = search.deadEnds[0];
	if (deadEnd) lines.push(...tooLate(model, search, deadEnd, culprit));
	return lines;
}

/** How many steps two orders begin with alike; an answer that came later makes no difference. */
function sharedBeginning(a: readonly Step[], b: readonly Step[]): number {
	const differs = b.findIndex(({ operation: { process, calledAt } }, index) => {
		const other = a[index]?.operation;
		return other?.process !== process || other.calledAt !== calledAt;
	});
	return differs === -1 ? b.length : differs;
}

/** The end of a list of steps that begins at `from`; what is left out is counted. */
function listed<State, Input, Output>(
	model: Model<State, Input, Output>,
	steps: readonly Step<Input, Output>[],
	from = 0,
): string[] {
	const begin = Math.max(from, steps.length - limits.operationsListed);
	const left = begin === from ? [] : [`   … ${begin - from} before these`];
	const shown = steps.slice(begin).map(({ operation, state }, index) => {
		return `   ${begin + index + 1}. ${name(model, operation)}: ${state}`;
	});
	return [...left, ...shown];
}

/** Where the answer would have fitted, and who had returned by then: the usual stale read. */
function tooLate<State, Input, Output>(
	model: Model<State, Input, Output>,
	{ operations }: Search<State, Input, Output>,
	{ order }: DeadEnd<State>,
	culprit: Operation<Input, Output>,
): string[] {
	if (order.some((index) => operations[index] === culprit)) return [];
	const states = statesOf(model, operations, order);
	const { input, output, calledAt } = culprit;
	const fits = states.findLastIndex((state) => model.step(state, input, output) !== refused);
	if (fits === -1) return ['In 1) it fits none of the states on the way.'];
	const passed = order
		.slice(fits)
		.map((index) => operations[index] as Operation<Input, Output>)
		.find(({ returnedAt }) => returnedAt < calledAt);
	if (passed === undefined) return [];
	const state = model.describeState(states[fits] as State);
	return [
		`In 1) it would fit ${state}, but ${name(model, passed)} had returned (at ${passed.returnedAt}) before it was called (at ${calledAt}).`,
	];
}

/** The operations around the culprit, and one order that gets stuck. */
function timelineOf<State, Input, Output>(
	model: Model<State, Input, Output>,
	{ search, culprit }: RefutedPrefix<State, Input, Output>,
): { bars: Bar[]; order: number[] } {
	const indexes = search.operations
		.map((_, index) => index)
		.sort((a, b) => ends(search, a) - ends(search, b) || a - b)
		.slice(-limits.operationsDrawn);
	const bars = indexes.map((index): Bar => {
		const operation = search.operations[index] as Operation<Input, Output>;
		return barOf(operation, model.describe(operation), operation === culprit);
	});
	const places = new Map(indexes.map((index, place) => [index, place]));
	const order = search.deadEnds[0]?.order ?? [];
	return { bars, order: order.flatMap((index) => places.get(index) ?? []) };
}

/** Operations of unknown outcome count from their call: they may be old and of no interest. */
function ends<State, Input, Output>(search: Search<State, Input, Output>, index: number): number {
	const { calledAt, returnedAt, outcome } = search.operations[index] as Operation;
	return outcome === 'ok' ? returnedAt : calledAt;
}
