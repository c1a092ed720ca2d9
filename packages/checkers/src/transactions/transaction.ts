import type { Operation } from '../history/operation.ts';

export type Key = string | number;

/** What is appended, or written. Unequal as JSON means unequal here. */
export type Element = string | number;

/**
 * A step of a transaction on lists: append an element, or read the whole list. A read is `null` in
 * the input, and wherever its result is not known; a list that was never appended to reads as `[]`.
 */
export type ListAppendStep =
	| readonly ['append', Key, Element]
	| readonly ['r', Key, readonly Element[] | null];

/** The steps in the order in which the transaction takes them. */
export type ListAppendTransaction = readonly ListAppendStep[];

/** The output repeats the steps of the input, with the results of the reads. */
export type ListAppendOperation = Operation<ListAppendTransaction, ListAppendTransaction>;

/** A step of a transaction on registers: write a value, or read it (`null` as above). */
export type ReadWriteStep = readonly ['w', Key, Element] | readonly ['r', Key, Element | null];

/** The reads and writes of a transaction, in their order. */
export type ReadWriteTransaction = readonly ReadWriteStep[];

/** The output repeats the steps of the input, with the results of the reads. */
export type ReadWriteOperation = Operation<ReadWriteTransaction, ReadWriteTransaction>;

type Step = ListAppendStep | ReadWriteStep;

/** As in `append x 3, r y [1 2]`. */
export function describeTransaction(steps: readonly Step[]): string {
	if (steps.length === 0) return '(nothing)';
	return steps.map(describeStep).join(', ');
}

function describeStep([kind, key, value]: Step): string {
	if (value === null) return `${kind} ${key} ?`;
	return `${kind} ${key} ${typeof value === 'object' ? describeList(value) : value}`;
}

/** Of a longer list people need its end: that is where transactions differ. */
const SHOWN_ELEMENTS = 8;

export function describeList(elements: readonly Element[]): string {
	if (elements.length <= SHOWN_ELEMENTS) return `[${elements.join(' ')}]`;
	const hidden = elements.length - SHOWN_ELEMENTS;
	return `[(${hidden} more) ${elements.slice(hidden).join(' ')}]`;
}
