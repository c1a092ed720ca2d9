import type { Operation } from '../history/operation.ts';
import { type Model, refused } from '../models/model.ts';
import { Configurations, Members } from './configurations.ts';
import { type Event, eventsOf, predecessorsOf } from './events.ts';
import { type Memory, STATE_BYTES } from './memory.ts';
import { States } from './states.ts';

/** Dead ends that are remembered of those that got equally far. */
const DEAD_ENDS_KEPT = 3;

/** A point from which the search could not go on: what had taken effect, in order, and the state. */
export interface DeadEnd<State> {
	/** Indexes of operations. */
	readonly order: readonly number[];
	readonly state: State;
}

export type SearchResult = 'under way' | 'linearizable' | 'refuted' | 'out of memory';

/**
 * The search for an order in which one object can have answered so: Wing and Gong's algorithm (1993)
 * with Lowe's memory of configurations, in the form of porcupine: calls and returns in a doubly
 * linked list, out of which an operation is lifted while it counts as done.
 *
 * Operations of unknown outcome have no return, and are tried only where nothing else goes on: they
 * are never needed for their own sake. A search can be run in slices, so that many take turns.
 */
export class Search<State, Input, Output> {
	readonly operations: readonly Operation<Input, Output>[];
	readonly events: readonly Event[];
	readonly #model: Model<State, Input, Output>;
	readonly #memory: Memory;
	readonly #predecessors: Int32Array;

	// The linked list: 0 is its head, event `i` is node `i + 1`; those of unknown outcome are not in it.
	readonly #next: Int32Array;
	readonly #previous: Int32Array;
	readonly #callNode: Int32Array;
	readonly #returnNode: Int32Array;
	/** The number of an operation among `Members`. */
	readonly #member: Int32Array;
	/** Operations of unknown outcome, by call. */
	readonly #unknown: readonly number[];
	/** For each of these the last one before it with the same input, or -1. */
	readonly #twins: readonly number[];

	#states: States<State>;
	#visited = new Configurations();
	#countedBytes = 0;
	readonly #done: Members;
	#left: number;
	#state: number;
	#node: number;
	/** Where to go on in `#unknown`, while `#node` is a return. */
	#unknownAt = 0;
	/** For each operation whether it is known to change nothing. */
	readonly #changesNothing: readonly boolean[];
	/** Still looking for one of these that fits. */
	#isEager = true;

	// The stack: which operation took effect, the state before it, where to go on.
	readonly #order: number[] = [];
	readonly #statesBefore: number[] = [];
	readonly #nodesBefore: number[] = [];
	readonly #unknownBefore: number[] = [];
	/** Whether there was nothing else worth trying. */
	readonly #wasForced: boolean[] = [];

	#furthest = -1;
	#deadEnds: { readonly state: number; readonly order: readonly number[] }[] = [];
	#result: SearchResult = 'under way';

	/** @param operations without the failed ones */
	constructor(
		model: Model<State, Input, Output>,
		operations: readonly Operation<Input, Output>[],
		memory: Memory,
	) {
		this.#model = model;
		this.operations = operations;
		this.#memory = memory;
		this.events = eventsOf(operations);
		this.#predecessors = predecessorsOf(operations);
		const size = this.events.length + 1;
		this.#next = new Int32Array(size).fill(-1);
		this.#previous = new Int32Array(size).fill(-1);
		this.#callNode = new Int32Array(operations.length).fill(-1);
		this.#returnNode = new Int32Array(operations.length).fill(-1);
		this.#member = new Int32Array(operations.length);
		this.#unknown = this.#link();
		this.#twins = twinsOf(operations, this.#unknown);
		this.#left = operations.length - this.#unknown.length;
		this.#done = new Members(this.#unknown.length, this.#left);
		this.#numberMembers();
		this.#changesNothing = operations.map(
			({ input, output, outcome }) =>
				outcome === 'ok' && model.changesNothing?.(input, output as Output) === true,
		);
		this.#states = new States(model);
		this.#state = this.#states.numberOf(model.init);
		this.#node = this.#next[0] as number;
	}

	/** The order found, or the one under way: indexes of operations. */
	get order(): readonly number[] {
		return this.#order;
	}

	/** The last event that some order got to, and could not pass; -1 if there was none. */
	get furthestEvent(): number {
		return this.#furthest - 1;
	}

	/** Those that got furthest, in different states. */
	get deadEnds(): readonly DeadEnd<State>[] {
		return this.#deadEnds.map(({ state, order }) => ({ order, state: this.#states.at(state) }));
	}

	get configurations(): number {
		return this.#visited.count;
	}

	/** Goes on for at most so many steps. A result other than `under way` stays. */
	run(steps: number): SearchResult {
		for (let step = 0; step < steps && this.#result === 'under way'; step++) {
			this.#result = this.#step();
		}
		return this.#result;
	}

	/** Gives the memory back; what was found stays. */
	release(): void {
		this.#visited = new Configurations();
		this.#memory.usedBytes -= this.#countedBytes;
		this.#countedBytes = 0;
	}

	#link(): number[] {
		const unknown: number[] = [];
		let last = 0;
		for (const [index, { operation, isCall }] of this.events.entries()) {
			const node = index + 1;
			(isCall ? this.#callNode : this.#returnNode)[operation] = node;
			if (this.operations[operation]?.outcome === 'unknown') {
				unknown.push(operation);
				continue;
			}
			this.#next[last] = node;
			this.#previous[node] = last;
			last = node;
		}
		return unknown;
	}

	#numberMembers(): void {
		let unknown = 0;
		let answered = this.#done.unknownWords * 32;
		for (const { operation, isCall } of this.events) {
			if (!isCall) continue;
			const isUnknown = this.operations[operation]?.outcome === 'unknown';
			this.#member[operation] = isUnknown ? unknown++ : answered++;
		}
	}

	#isDone(operation: number): boolean {
		return this.#done.has(this.#member[operation] as number);
	}

	#step(): SearchResult {
		if (this.#left === 0) return 'linearizable';
		const { operation, isCall } = this.events[this.#node - 1] as Event;
		if (isCall) this.#tryCall(operation);
		else if (this.#isEager) {
			this.#isEager = false;
			this.#node = this.#next[0] as number;
		} else if (this.#takeUnknown()) this.#startOver();
		else {
			this.#noteDeadEnd();
			if (!this.#goBack()) return 'refuted';
		}
		return this.#memory.usedBytes > this.#memory.limitBytes ? 'out of memory' : 'under way';
	}

	/** From the first operation that has not taken effect. */
	#startOver(): void {
		this.#node = this.#next[0] as number;
		this.#unknownAt = 0;
		this.#isEager = true;
	}

	/**
	 * An answered operation that changes nothing can always be moved to the first place that it fits:
	 * all others go on as before. So those come first, and are no choice to come back to.
	 */
	#tryCall(operation: number): void {
		const isTried = !this.#isEager || this.#changesNothing[operation];
		const taken = isTried ? this.#take(operation) : 'refused';
		if (taken === 'taken') {
			this.#lift(operation);
			this.#startOver();
		} else if (taken === 'refused' || !this.#isEager) {
			this.#node = this.#next[this.#node] as number;
		} else this.#goBack();
	}

	/** Lets one of unknown outcome take effect that was called before the return we stand at. */
	#takeUnknown(): boolean {
		while (this.#unknownAt < this.#unknown.length) {
			const operation = this.#unknown[this.#unknownAt] as number;
			if ((this.#callNode[operation] as number) > this.#node) return false;
			if (!this.#isDone(operation) && !this.#hasFreeTwin() && this.#take(operation) === 'taken')
				return true;
			this.#unknownAt++;
		}
		return false;
	}

	/** Of two calls that say the same the earlier one can always stand for the later. */
	#hasFreeTwin(): boolean {
		const twin = this.#twins[this.#unknownAt] as number;
		return twin !== -1 && !this.#isDone(twin) && this.#isReady(twin);
	}

	/** Its process has nothing that must come before it. */
	#isReady(operation: number): boolean {
		const predecessor = this.#predecessors[operation] as number;
		return predecessor === -1 || this.#isDone(predecessor);
	}

	/** Lets it take effect now, if the model allows it and it leads somewhere new. */
	#take(operation: number): 'taken' | 'refused' | 'seen' {
		if (!this.#isReady(operation)) return 'refused';
		const { input, output, outcome } = this.operations[operation] as Operation<Input, Output>;
		const isUnknown = outcome === 'unknown';
		const before = this.#states.at(this.#state);
		const after = this.#model.step(before, input, isUnknown ? undefined : output);
		if (after === refused) return 'refused';
		const state = this.#states.numberOf(after);
		// An effect that nobody asked for and nobody can see.
		if (isUnknown && state === this.#state) return 'refused';
		const member = this.#member[operation] as number;
		this.#done.toggle(member);
		if (!this.#visited.add(this.#done, state)) {
			this.#done.toggle(member);
			return 'seen';
		}
		this.#countMemory();
		this.#order.push(operation);
		this.#statesBefore.push(this.#state);
		this.#nodesBefore.push(this.#node);
		this.#unknownBefore.push(this.#unknownAt);
		this.#wasForced.push(this.#isEager);
		this.#state = state;
		return 'taken';
	}

	#lift(operation: number): void {
		this.#unlink(this.#callNode[operation] as number);
		this.#unlink(this.#returnNode[operation] as number);
		this.#left--;
	}

	#unlink(node: number): void {
		const previous = this.#previous[node] as number;
		const next = this.#next[node] as number;
		this.#next[previous] = next;
		if (next !== -1) this.#previous[next] = previous;
	}

	/** In the reverse order of `#unlink`, so that the neighbours are those it knew. */
	#relink(node: number): void {
		const previous = this.#previous[node] as number;
		const next = this.#next[node] as number;
		this.#next[previous] = node;
		if (next !== -1) this.#previous[next] = node;
	}

	/** To the last choice, and on from there; false if there is none left. */
	#goBack(): boolean {
		for (let wasForced: boolean | undefined = true; wasForced; ) {
			wasForced = this.#wasForced.pop();
			if (wasForced === undefined) return false;
			this.#undo();
		}
		return true;
	}

	#undo(): void {
		const operation = this.#order.pop() as number;
		this.#state = this.#statesBefore.pop() as number;
		const node = this.#nodesBefore.pop() as number;
		const unknownAt = this.#unknownBefore.pop() as number;
		this.#done.toggle(this.#member[operation] as number);
		this.#isEager = false;
		if (this.operations[operation]?.outcome === 'unknown') {
			this.#node = node;
			this.#unknownAt = unknownAt + 1;
			return;
		}
		this.#relink(this.#returnNode[operation] as number);
		this.#relink(this.#callNode[operation] as number);
		this.#left++;
		this.#node = this.#next[node] as number;
		this.#unknownAt = 0;
	}

	#noteDeadEnd(): void {
		if (this.#node < this.#furthest) return;
		if (this.#node > this.#furthest) {
			this.#furthest = this.#node;
			this.#deadEnds = [];
		}
		if (this.#deadEnds.length === DEAD_ENDS_KEPT) return;
		if (this.#deadEnds.some(({ state }) => state === this.#state)) return;
		this.#deadEnds.push({ state: this.#state, order: [...this.#order] });
	}

	#countMemory(): void {
		const bytes = this.#visited.sizeBytes + this.#states.count * STATE_BYTES;
		this.#memory.usedBytes += bytes - this.#countedBytes;
		this.#countedBytes = bytes;
	}
}

/** Inputs are plain data, so their JSON tells whether they are the same. */
function twinsOf(operations: readonly Operation[], unknown: readonly number[]): number[] {
	const last = new Map<string, number>();
	return unknown.map((operation) => {
		const said = JSON.stringify(operations[operation]?.input);
		const twin = last.get(said) ?? -1;
		last.set(said, operation);
		return twin;
	});
}
