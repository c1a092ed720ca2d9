import type { Operation } from '../history/operation.ts';
import { type Model, refused } from '../models/model.ts';

/**
 * Linearizability by its definition: is there a permutation of all answered operations and some of
 * unknown outcome, in real-time order and in the order of each process, that the model allows?
 * No cache, no partitions, no linked list; for at most seven operations.
 */
export function isLinearizable<State, Input, Output>(
	model: Specification<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
): boolean {
	const isBefore: Precedence = (a, b, order) =>
		a.outcome === 'ok' && (a.returnedAt < b.calledAt || precedesInProcess(a, b, order));
	return hasOrder(model, history, isBefore, model.init);
}

/** Sequential consistency by its definition: the same, but real time does not count. */
export function isSequential<State, Input, Output>(
	model: Specification<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
): boolean {
	return hasOrder(model, history, precedesInProcess, model.init);
}

type Specification<State, Input, Output> = Pick<Model<State, Input, Output>, 'init' | 'step'>;

type Precedence = (a: Operation, b: Operation, order: readonly Operation[]) => boolean;

function hasOrder<State, Input, Output>(
	model: Specification<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
	isBefore: Precedence,
	initial: State,
): boolean {
	const operations = history.filter(({ outcome }) => outcome !== 'failed');
	if (operations.every(({ outcome }) => outcome === 'unknown')) return true;
	return operations.some((operation, index) => {
		const rest = operations.filter((_, other) => other !== index);
		if (rest.some((other) => isBefore(other, operation, operations))) return false;
		const { input, output, outcome } = operation;
		const after = model.step(initial, input, outcome === 'unknown' ? undefined : output);
		return after !== refused && hasOrder(model, rest, isBefore, after);
	});
}

function precedesInProcess(a: Operation, b: Operation, order: readonly Operation[]): boolean {
	if (a.outcome !== 'ok' || a.process !== b.process || a.returnedAt > b.calledAt) return false;
	if (b.outcome === 'unknown' && a.calledAt === b.calledAt) return false;
	const areInstants = a.calledAt === b.calledAt && a.returnedAt === b.returnedAt;
	return !areInstants || order.indexOf(a) < order.indexOf(b);
}

/** A store of several objects as one: brute force knows nothing of partitions. */
export function byKey<State, Input extends { readonly key: string }, Output>(
	model: Specification<State, Input, Output>,
): Specification<Readonly<Record<string, State>>, Input, Output> {
	return {
		init: {},
		step: (states, input, output) => {
			const after = model.step(states[input.key] ?? model.init, input, output);
			return after === refused ? refused : { ...states, [input.key]: after };
		},
	};
}
