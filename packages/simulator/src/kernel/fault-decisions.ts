import type { FaultName } from 'flotilla/adapter';
import { type Chance, hashOf } from './chance.ts';

/** A fault that struck. */
export interface FaultRecord {
	/** Names this one occasion, such as `network.loss/orders-1>products-2#17`, in every replay. */
	readonly id: string;
	readonly fault: FaultName;
	/** Virtual time. */
	readonly atMs: number;
	/** What it did, in words. */
	readonly text: string;
}

/** Where faults of one kind may strike, such as a link: the first part of their ids. */
export interface FaultScope {
	readonly name: string;
	readonly hash: number;
}

export function faultScope(name: string): FaultScope {
	return { name, hash: hashOf(name) };
}

export interface FaultDecisionsOptions {
	readonly chance: Chance;
	/** Faults that are switched on, each with a weight of 0 to 1 by which its probability is multiplied. */
	readonly weights: ReadonlyMap<FaultName, number>;
	/** Only these occasions strike, by their ids; absent: all that chance chooses. */
	readonly only?: ReadonlySet<string> | undefined;
	readonly nowMs: () => number;
	/** Called for each fault that strikes. */
	readonly struck: (record: FaultRecord) => void;
}

/**
 * Decides which faults strike, and keeps the list. Every decision depends on the seed and on its own
 * name and count alone, so leaving one out does not move the others: findings shrink by that.
 */
export class FaultDecisions {
	readonly #options: FaultDecisionsOptions;
	readonly #records: FaultRecord[] = [];
	readonly #scopes = new Map<FaultName, number>();
	#healed = false;

	constructor(options: FaultDecisionsOptions) {
		this.#options = options;
	}

	/** Those that struck, in order. */
	get records(): readonly FaultRecord[] {
		return this.#records;
	}

	/** The weight of a fault now: 0 when it is off, or when the world has healed. */
	weight(fault: FaultName): number {
		return this.#healed ? 0 : (this.#options.weights.get(fault) ?? 0);
	}

	/** From now on nothing strikes. */
	heal(): void {
		this.#healed = true;
	}

	/**
	 * Whether a fault strikes.
	 *
	 * @param count Which occasion within the scope this is; the same one gives the same answer.
	 * @param probability 0 to 1, before the weight.
	 */
	strikes(
		fault: FaultName,
		scope: FaultScope,
		count: number,
		probability: number,
		describe: () => string,
	): boolean {
		const weight = this.weight(fault);
		if (weight === 0) return false;
		const { chance, only } = this.#options;
		let salt = this.#scopes.get(fault);
		if (salt === undefined) {
			salt = hashOf(fault);
			this.#scopes.set(fault, salt);
		}
		if (chance.draw(salt ^ scope.hash, count) >= probability * weight) return false;
		const id = `${fault}/${scope.name}#${count}`;
		if (only !== undefined && !only.has(id)) return false;
		this.record(id, fault, describe());
		return true;
	}

	/** Whether an occasion may strike that a plan, not a probability, has chosen. */
	allows(id: string): boolean {
		return !this.#healed && (this.#options.only === undefined || this.#options.only.has(id));
	}

	/** Adds to the list a fault that strikes now. */
	record(id: string, fault: FaultName, text: string): void {
		const record = { id, fault, atMs: this.#options.nowMs(), text };
		this.#records.push(record);
		this.#options.struck(record);
	}
}
