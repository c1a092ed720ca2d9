import type { Cancellation } from '../context/cancellation.ts';
import type { Asked } from '../fabric/server-connection.ts';

/** When items of a streaming result may leave: as its reader asks for them, and its connection takes them. */
export class ItemFlow {
	readonly #asked: Asked;
	readonly #cancellation: Cancellation;
	#credit: number;
	#wake: (() => void) | undefined;

	/** @param credit How many items may leave at first. */
	constructor(asked: Asked, cancellation: Cancellation, credit: number) {
		this.#asked = asked;
		this.#cancellation = cancellation;
		this.#credit = credit;
		const wake = (): void => this.#wake?.();
		asked.onCredit = (items) => {
			this.#credit += items;
			wake();
		};
		asked.onRelease = wake;
		cancellation.subscribe(wake);
	}

	/** Resolves when one more item may leave, or with false when nobody wants it any more. */
	async permit(): Promise<boolean> {
		while (this.#credit < 1 || this.#asked.isHeld) {
			if (this.#cancellation.reason !== undefined) return false;
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		this.#credit -= 1;
		return this.#cancellation.reason === undefined;
	}
}
