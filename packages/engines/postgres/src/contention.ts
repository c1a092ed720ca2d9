/** Losses after which a transaction runs alone in its process. */
const LOSSES_TOGETHER_MAX = 2;

const PAUSE_FIRST_MS = 2;
const PAUSE_MAX_MS = 500;

/**
 * Lets transactions run side by side, and those that lose again and again run alone: without that,
 * many callers that change one row wear each other out.
 */
export class Contention {
	#running = 0;
	#alone = false;
	readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = [];

	/** Resolves when a transaction that lost so many times may try again; `leave` when it has. */
	async enter(losses: number): Promise<void> {
		const alone = losses > LOSSES_TOGETHER_MAX;
		if (this.#waiting.length === 0 && this.#admits(alone)) {
			this.#count(alone);
			return;
		}
		await new Promise<void>((resolve) => this.#waiting.push({ alone, enter: resolve }));
	}

	leave(): void {
		this.#running -= 1;
		this.#alone = false;
		for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
			if (!this.#admits(next.alone)) return;
			this.#waiting.shift();
			this.#count(next.alone);
			next.enter();
		}
	}

	#admits(alone: boolean): boolean {
		return !this.#alone && (!alone || this.#running === 0);
	}

	#count(alone: boolean): void {
		this.#running += 1;
		this.#alone = alone;
	}
}

/**
 * How long to wait after a loss: exponential, with full jitter, so that those who met once do not
 * meet again.
 *
 * @param random 0 inclusive to 1 exclusive.
 */
export function pauseMs(losses: number, random: number): number {
	return random * Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (losses - 1));
}
