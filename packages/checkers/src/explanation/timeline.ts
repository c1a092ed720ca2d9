import type { Operation } from '../history/operation.ts';
import { limits } from '../limits.ts';

/** What a picture of a violation shows: who did what when, and what stands out. Plain data. */
export interface Timeline {
	readonly bars: readonly Bar[];
	/** Indexes of bars, drawn as numbered steps. */
	readonly order?: readonly number[];
	/**
	 * What the steps are. `serial`, when absent: instants of one order that goes as far as any, so they
	 * run to the right. `way`: each has to come before the next, whatever the times say. `cycle`: and
	 * the last before the first.
	 */
	readonly shape?: 'serial' | 'way' | 'cycle';
	/** What else there is to know about the picture, for people. */
	readonly caption?: string;
}

/** One operation or transaction in a row of its process. */
export interface Bar {
	readonly process: number | string;
	/** `get x → 3`. Of a long one the picture shows the beginning; the whole is in the tooltip. */
	readonly label: string;
	/** In any unit; only its order is drawn. */
	readonly from: number;
	/** `Infinity` where no answer came: the bar runs off the picture. */
	readonly to: number;
	/** `culprit`: no order has room for it. `unknown`: it may have happened or not. */
	readonly tone: 'plain' | 'culprit' | 'unknown';
}

/** A bar for an operation as its history has it. */
export function barOf(operation: Operation, label: string, isCulprit = false): Bar {
	const { process, calledAt, returnedAt, outcome } = operation;
	const tone = isCulprit ? 'culprit' : outcome === 'unknown' ? 'unknown' : 'plain';
	return { process, label, from: calledAt, to: returnedAt, tone };
}

/**
 * The operations that an argument speaks of, those that stand out in red. Of too many the last ones are
 * drawn, and the culprits.
 */
export function timelineOf<Input, Output>(
	operations: readonly Operation<Input, Output>[],
	label: (operation: Operation<Input, Output>) => string,
	culprits: ReadonlySet<Operation<Input, Output>>,
	{ order, shape }: NumberedSteps<Input, Output> = {},
): Timeline {
	const first = Math.max(0, operations.length - limits.operationsDrawn);
	const drawn = operations.filter((one, index) => index >= first || culprits.has(one));
	const places = new Map(drawn.map((one, place) => [one, place]));
	return {
		bars: drawn.map((one) => barOf(one, label(one), culprits.has(one))),
		...(order && { order: order.flatMap((one) => places.get(one) ?? []) }),
		...(shape && { shape }),
	};
}

interface NumberedSteps<Input, Output> {
	readonly order?: readonly Operation<Input, Output>[];
	readonly shape?: 'serial' | 'way' | 'cycle';
}
