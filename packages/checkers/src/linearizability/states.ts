import type { Model } from '../models/model.ts';

/** Gives equal states one number, so that configurations compare numbers. */
export class States<State> {
	readonly #model: Model<State, never, never>;
	readonly #states: State[] = [];
	readonly #byHash = new Map<number, number[]>();

	constructor(model: Pick<Model<State, never, never>, 'equals' | 'hash'>) {
		this.#model = model as Model<State, never, never>;
	}

	get count(): number {
		return this.#states.length;
	}

	at(number: number): State {
		return this.#states[number] as State;
	}

	numberOf(state: State): number {
		const hash = this.#model.hash(state);
		const alike = this.#byHash.get(hash);
		const known = alike?.find((number) => this.#model.equals(this.at(number), state));
		if (known !== undefined) return known;
		const number = this.#states.push(state) - 1;
		if (alike) alike.push(number);
		else this.#byHash.set(hash, [number]);
		return number;
	}
}
