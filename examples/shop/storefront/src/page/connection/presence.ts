import { type ReadonlySignal, signal } from '@preact/signals';
import { backoffMs } from './backoff.ts';

/** What presence needs of its surroundings. */
export interface Surroundings {
	/** Whether the shop answers at all. */
	probe(): Promise<boolean>;
	/** Waits that long, or until the browser says that there is a network again. */
	pause(forMs: number): Promise<void>;
	random(): number;
}

/**
 * Whether the shop can be reached. One failed request may be chance: it is away when a probe fails
 * too, and then it is probed until it is back.
 */
export class Presence {
	readonly #surroundings: Surroundings;
	readonly #isAway = signal(false);
	readonly #returns = signal(0);
	#isProbing = false;

	constructor(surroundings: Surroundings) {
		this.#surroundings = surroundings;
	}

	get isAway(): ReadonlySignal<boolean> {
		return this.#isAway;
	}

	/** How often it has come back: what had failed is tried again whenever this grows. */
	get returns(): ReadonlySignal<number> {
		return this.#returns;
	}

	/** Tells that a request got no answer. */
	async doubt(): Promise<void> {
		if (this.#isProbing) return;
		this.#isProbing = true;
		for (let failures = 0; !(await this.#surroundings.probe()); ) {
			this.#isAway.value = true;
			await this.#surroundings.pause(backoffMs(++failures, this.#surroundings.random()));
		}
		this.#isProbing = false;
		if (!this.#isAway.value) return;
		this.#isAway.value = false;
		this.#returns.value++;
	}
}
