/** A delivered message, for a sequence diagram. */
export interface MessageRecord {
	/** The connection that it came over, the same number in both directions; 0: a datagram. */
	readonly connection: number;
	readonly from: string;
	readonly to: string;
	readonly sentAtMs: number;
	readonly deliveredAtMs: number;
	readonly text: string;
}

/** The last messages that were delivered. */
export class MessageLog {
	readonly #limit: number;
	readonly #records: MessageRecord[] = [];

	/** @param limit How many to keep; 0 keeps none. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	get keeps(): boolean {
		return this.#limit > 0;
	}

	get records(): readonly MessageRecord[] {
		return this.#limit > 0 ? this.#records.slice(-this.#limit) : [];
	}

	add(record: MessageRecord): void {
		if (this.#records.length >= this.#limit * 2) this.#records.splice(0, this.#limit);
		this.#records.push(record);
	}
}
