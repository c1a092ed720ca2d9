import { hashText, mix } from './hashing.ts';
import { type Model, refused } from './model.ts';

/**
 * All independent objects of a model as one. Where real time counts each can be judged by itself; where
 * it does not, histories that are right object by object may be wrong together.
 */
export function allObjects<State, Input, Output>(
	model: Model<State, Input, Output>,
): Model<ReadonlyMap<string, State>, Input, Output> {
	const { partitionOf = () => '' } = model;
	const of = (states: ReadonlyMap<string, State>, name: string): State =>
		states.has(name) ? (states.get(name) as State) : model.init;
	return {
		...model,
		init: new Map(),
		step: (states, input, output) => {
			const name = partitionOf(input);
			const before = of(states, name);
			const after = model.step(before, input, output);
			if (after === refused) return refused;
			return model.equals(before, after) ? states : new Map(states).set(name, after);
		},
		// An object that is as it was at first is the same as one that nobody has touched.
		equals: (a, b) =>
			a === b || [...a.keys(), ...b.keys()].every((name) => model.equals(of(a, name), of(b, name))),
		hash: (states) => {
			let hash = 0;
			for (const [name, state] of states) {
				if (!model.equals(state, model.init)) hash ^= mix(hashText(name), model.hash(state));
			}
			return hash;
		},
		describeState: (states) => {
			if (model.partitionOf === undefined) return model.describeState(of(states, ''));
			const shown = [...states].map(([name, state]) => `${name} = ${model.describeState(state)}`);
			return shown.length === 0 ? 'nothing' : shown.sort().join(', ');
		},
	};
}
