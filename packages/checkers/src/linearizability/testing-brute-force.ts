import type { Operation } from '../history/operation.ts';
import { type Model, refused } from '../models/model.ts';

/**
 * Linearizability by its definition: is there a permutation of all answered operations and some of
 * unknown outcome, in real-time order and in the order of each process, that the model allows?
 * No cache, no partitions, no linked list; for at most seven operations.
 */
export function isLinearizable<State, Input, Output>(
	model: Pick<Model<State, Input, Output>, 'init' | 'step'>,
	history: readonly Operation<Input, Output>[],
	initial: State = model.init,
): boolean {
	const operations = history.filter(({ outcome }) => outcome !== 'failed');
	if (operations.every(({ outcome }) => outcome === 'unknown')) return true;
	return operations.some((operation, index) => {
		const rest = operations.filter((_, other) => other !== index);
		if (rest.some((other) => precedes(other, operation, operations))) return false;
		const { input, output, outcome } = operation;
		const after = model.step(initial, input, outcome === 'unknown' ? undefined : output);
		return after !== refused && isLinearizable(model, rest, after);
	});
}

function precedes(a: Operation, b: Operation, order: readonly Operation[]): boolean {
	if (a.outcome !== 'ok') return false;
	if (a.returnedAt < b.calledAt) return true;
	if (a.process !== b.process || a.returnedAt > b.calledAt) return false;
	if (b.outcome === 'unknown' && a.calledAt === b.calledAt) return false;
	const areInstants = a.calledAt === b.calledAt && a.returnedAt === b.returnedAt;
	return !areInstants || order.indexOf(a) < order.indexOf(b);
}

/** For a store of several objects: brute force knows nothing of partitions. */
export function isLinearizableByKey<State, Input extends { readonly key: string }, Output>(
	model: Model<State, Input, Output>,
	history: readonly Operation<Input, Output>[],
): boolean {
	const store: Pick<Model<Readonly<Record<string, State>>, Input, Output>, 'init' | 'step'> = {
		init: {},
		step: (states, input, output) => {
			const after = model.step(states[input.key] ?? model.init, input, output);
			return after === refused ? refused : { ...states, [input.key]: after };
		},
	};
	return isLinearizable(store, history);
}
