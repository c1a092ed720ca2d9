import type { Clock } from '../../host/clock.ts';

/** Something that uses a connection until its promise has resolved; it must not reject. */
export type Use = () => Promise<void>;

/**
 * Gives a connection to one use after another, each beginning in a turn of the event loop of its
 * own, so that input and output get their share and what was asked for meanwhile can be put
 * together.
 */
export class Turns {
	readonly #clock: Pick<Clock, 'defer'>;
	readonly #beforeTurn: () => void;
	readonly #waiting: Use[] = [];
	#whenIdle: (() => void)[] = [];
	#busy = false;

	/** @param beforeTurn Called at the beginning of each turn. */
	constructor(clock: Pick<Clock, 'defer'>, beforeTurn: () => void) {
		this.#clock = clock;
		this.#beforeTurn = beforeTurn;
	}

	take(use: Use): void {
		this.#waiting.push(use);
		if (this.#busy) return;
		this.#busy = true;
		this.#clock.defer(this.#begin);
	}

	/** Resolves when nobody uses the connection or waits for it. */
	idle(): Promise<void> {
		if (!this.#busy) return Promise.resolve();
		return new Promise((resolve) => this.#whenIdle.push(resolve));
	}

	readonly #begin = (): void => {
		this.#beforeTurn();
		const use = this.#waiting.shift() as Use;
		void use().then(this.#end);
	};

	readonly #end = (): void => {
		if (this.#waiting.length > 0) {
			this.#clock.defer(this.#begin);
			return;
		}
		this.#busy = false;
		for (const resolve of this.#whenIdle.splice(0)) resolve();
	};
}

/** Collects jobs while the connection is in use and hands over as many as may go together. */
export class Batches<Job> {
	readonly #turns: Turns;
	readonly #sizeMax: number;
	readonly #run: (jobs: readonly Job[]) => Promise<void>;
	readonly #waiting: Job[] = [];
	#planned = false;

	constructor(turns: Turns, sizeMax: number, run: (jobs: readonly Job[]) => Promise<void>) {
		this.#turns = turns;
		this.#sizeMax = sizeMax;
		this.#run = run;
	}

	/** Jobs that have not been handed over yet. */
	get length(): number {
		return this.#waiting.length;
	}

	add(job: Job): void {
		this.#waiting.push(job);
		this.#plan();
	}

	#plan(): void {
		if (this.#planned) return;
		this.#planned = true;
		this.#turns.take(async () => {
			this.#planned = false;
			const jobs = this.#waiting.splice(0, this.#sizeMax);
			if (this.#waiting.length > 0) this.#plan();
			await this.#run(jobs);
		});
	}
}
