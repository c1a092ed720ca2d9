import type { Operation } from '../history/operation.ts';

/** What `step` gives where no correct object could have answered so in that state. */
export const refused: unique symbol = Symbol('refused');

/**
 * A sequential specification: what one correct object, used by one client at a time, may answer.
 * Inputs are plain data, as in JSON. States are immutable values; a step makes a new one or returns
 * the same.
 */
export interface Model<State, Input, Output> {
	readonly name: string;
	readonly init: State;
	/**
	 * The state after `input` answered `output` in `state`, or `refused`. Where the outcome is unknown
	 * `output` is undefined: the state if it took effect; `refused` if it could not have then.
	 */
	step(state: State, input: Input, output: Output | undefined): State | typeof refused;
	equals(a: State, b: State): boolean;
	/** A 32-bit integer; equal states have equal ones. */
	hash(state: State): number;
	/**
	 * The name of the independent object that the operation is about. A history is linearizable if it
	 * is object by object (Herlihy and Wing's locality), and that is far cheaper to find out.
	 */
	partitionOf?(input: Input): string;
	/**
	 * Whether an operation that was answered so leaves every state that allows it as it is: a read, a
	 * refused compare-and-set. Saying so makes the search far shorter; it must be true of all states.
	 */
	changesNothing?(input: Input, output: Output): boolean;
	/** An operation as people write it, with its answer: `get x → 3`. */
	describe(operation: Operation<Input, Output>): string;
	/** `x = 3`. */
	describeState(state: State): string;
}

/** A value that a register or a key holds. */
export type Value = string | number | boolean | null;
