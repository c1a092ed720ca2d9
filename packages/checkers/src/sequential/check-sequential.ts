import { timelineOf } from '../explanation/timeline.ts';
import type { Operation } from '../history/operation.ts';
import { checkWellFormed, compareSpans } from '../history/well-formed.ts';
import { limits } from '../limits.ts';
import { allObjects } from '../models/all-objects.ts';
import { type Model, refused } from '../models/model.ts';
import type { Explanation, Verdict } from '../verdict.ts';
import { type Lane, lanesOf } from './lanes.ts';

/** Why no order that keeps that of each client explains the answers. */
export interface SequentialExplanation<Input = unknown, Output = unknown> extends Explanation {
	/** The longest beginning of an order in which every answer is right. */
	readonly longest: readonly Operation<Input, Output>[];
}

/**
 * Whether the history is sequentially consistent (Lamport, 1979): whether one order of all operations,
 * in which those of each process keep theirs, makes the model answer what the clients were answered.
 * Real time does not count, so a client may see an old state as long as nothing it saw contradicts
 * that. Unlike linearizability this cannot be judged object by object: histories that are right
 * for each key may be wrong together. NP-complete; few processes are cheap, whatever their length.
 *
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkSequential<State, Input, Output>(
	model: Model<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
	{ budget = limits.statesSearched }: { readonly budget?: number } = {},
): Verdict<SequentialExplanation<Input, Output>> {
	checkWellFormed(history);
	return searchOrder(allObjects(model), history, budget);
}

function searchOrder<State, Input, Output>(
	model: Model<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
	budget: number,
): Verdict<SequentialExplanation<Input, Output>> {
	const lanes = lanesOf(history);
	const memory = new Visited(model);
	let deepest: Place<State> = {
		progress: lanes.map(() => 0),
		state: model.init,
		previous: undefined,
		depth: 0,
	};
	const open = [deepest];
	memory.add(deepest);
	for (let place = open.pop(); place; place = open.pop()) {
		if (place.depth > deepest.depth) deepest = place;
		if (isComplete(lanes, place)) return { verdict: 'ok' };
		if (memory.size > budget) {
			return { verdict: 'unknown', reason: `no order was found within ${budget} states` };
		}
		for (const next of successors(model, lanes, place)) if (memory.add(next)) open.push(next);
	}
	return { verdict: 'violation', explanation: explain(model, lanes, deepest) };
}

/** How far each lane is, and the state that its operations made. */
interface Place<State> {
	readonly progress: readonly number[];
	readonly state: State;
	readonly previous: Place<State> | undefined;
	/** Operations so far. */
	readonly depth: number;
}

function isComplete<Input, Output>(
	lanes: readonly Lane<Input, Output>[],
	{ progress }: Place<unknown>,
): boolean {
	return lanes.every(
		({ isOptional, operations }, lane) => isOptional || progress[lane] === operations.length,
	);
}

function nextOf<Input, Output>(
	lanes: readonly Lane<Input, Output>[],
	index: number,
	progress: readonly number[],
): Operation<Input, Output> | undefined {
	const lane = lanes[index];
	if (!lane) return undefined;
	if (lane.after && (progress[lane.after.lane] as number) < lane.after.count) return undefined;
	return lane.operations[progress[index] as number];
}

function successors<State, Input, Output>(
	model: Model<State, Input, Output>,
	lanes: readonly Lane<Input, Output>[],
	place: Place<State>,
): Place<State>[] {
	const found: Place<State>[] = [];
	for (const lane of lanes.keys()) {
		const operation = nextOf(lanes, lane, place.progress);
		if (!operation) continue;
		const state = model.step(place.state, operation.input, operation.output);
		if (state === refused) continue;
		const progress = place.progress.with(lane, (place.progress[lane] as number) + 1);
		const next = { progress, state, previous: place, depth: place.depth + 1 };
		// A right answer that can never change anything goes first: later it could only be in the way.
		const { input, output, outcome } = operation;
		if (outcome === 'ok' && model.changesNothing?.(input, output as Output)) return [next];
		if (outcome === 'ok' || !model.equals(state, place.state)) found.push(next);
	}
	return found;
}

/** The places that were reached, compared exactly. */
class Visited<State, Input, Output> {
	readonly #model: Model<State, Input, Output>;
	readonly #states = new Map<string, State[]>();
	#size = 0;

	constructor(model: Model<State, Input, Output>) {
		this.#model = model;
	}

	get size(): number {
		return this.#size;
	}

	/** Whether the place is new. */
	add({ progress, state }: Place<State>): boolean {
		const name = `${progress.join()}/${this.#model.hash(state)}`;
		const known = this.#states.get(name) ?? [];
		if (known.some((one) => this.#model.equals(one, state))) return false;
		known.push(state);
		this.#states.set(name, known);
		this.#size++;
		return true;
	}
}

function explain<State, Input, Output>(
	model: Model<State, Input, Output>,
	lanes: readonly Lane<Input, Output>[],
	deepest: Place<State>,
): SequentialExplanation<Input, Output> {
	const longest: Operation<Input, Output>[] = [];
	for (let place = deepest; place.previous; place = place.previous) {
		const { progress } = place.previous;
		const lane = place.progress.findIndex((count, index) => count !== progress[index]);
		const operation = lanes[lane]?.operations[progress[lane] as number];
		if (operation) longest.unshift(operation);
	}
	const tell = (operation: Operation<Input, Output>): string =>
		`process ${operation.process}: ${model.describe(operation)}`;
	const hidden = Math.max(0, longest.length - limits.operationsListed);
	const lines = ['the furthest that any order gets:'];
	if (hidden > 0) lines.push(`  (${hidden} operations)`);
	lines.push(...longest.slice(hidden).map((one) => `  ${tell(one)}`));
	lines.push(`which makes ${model.describeState(deepest.state)}, where these cannot come next:`);
	const blocked = [...lanes.keys()].flatMap((lane) => nextOf(lanes, lane, deepest.progress) ?? []);
	lines.push(...blocked.map((one) => `  ${tell(one)}`));
	const drawn = [...longest, ...blocked].sort(compareSpans);
	const answered = blocked.filter(({ outcome }) => outcome === 'ok');
	const timeline = timelineOf(drawn, model.describe, new Set(answered), {
		order: longest,
	});
	const summary = 'no order of all operations that keeps that of each process explains the answers';
	return { anomaly: 'not-sequential', summary, lines, longest, timeline };
}
