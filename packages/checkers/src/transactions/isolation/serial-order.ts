import type { Key } from '../transaction.ts';
import type { ReadFrom, SessionTransaction } from './read-from.ts';

export type SearchedLevel = 'prefix' | 'snapshot-isolation' | 'serializable';

export type SearchResult =
	| { readonly found: true }
	| { readonly found: false; readonly deepest: StuckOrder }
	/** The budget ended first. */
	| { readonly found: undefined };

/** The longest beginning of an order that was found, and what keeps each session from going on. */
export interface StuckOrder {
	readonly order: readonly string[];
	readonly blocked: readonly string[];
	/** The numbers of the transactions that cannot go on. */
	readonly stuck: readonly number[];
}

/**
 * A step of a session. Serializable transactions happen at once. Prefix consistency and snapshot
 * isolation let others commit between the reads of a transaction, all at its start, and its writes,
 * all at its commit.
 */
interface Step {
	readonly transaction: SessionTransaction;
	readonly does: 'run' | 'start' | 'commit';
}

/**
 * Looks for an order of all steps in which each read returns the last committed write: it exists if
 * and only if the history keeps the level (Biswas & Enea, OOPSLA 2019, section 4). Whether a step
 * may come next depends only on which came before, not on their order, because a write is held back
 * until the value that it replaces has been read by all who do. So the states are vectors of how
 * far each session is, and their number is bounded by the product of the lengths of the sessions.
 *
 * @param budget how many vectors may be looked at
 */
export function searchSerialOrder(
	readFrom: ReadFrom,
	level: SearchedLevel,
	budget: number,
): SearchResult {
	const search = new SerialOrderSearch(readFrom, level);
	const start = readFrom.sessions.map(() => 0);
	const cameFrom = new Map<string, { readonly parent: string; readonly step: Step }>();
	const seen = new Set([start.join()]);
	const open = [start];
	let deepest = start;
	for (let progress = open.pop(); progress; progress = open.pop()) {
		if (total(progress) > total(deepest)) deepest = progress;
		if (search.isComplete(progress)) return { found: true };
		if (seen.size > budget) return { found: undefined };
		for (const session of progress.keys()) {
			const step = search.nextOf(session, progress);
			if (!step || search.obstacle(step, progress) !== undefined) continue;
			const next = progress.with(session, (progress[session] as number) + 1);
			const name = next.join();
			if (seen.has(name)) continue;
			seen.add(name);
			cameFrom.set(name, { parent: progress.join(), step });
			open.push(next);
		}
	}
	const order: string[] = [];
	for (let came = cameFrom.get(deepest.join()); came; came = cameFrom.get(came.parent)) {
		order.unshift(describe(came.step));
	}
	const next = deepest.flatMap((_, session) => search.nextOf(session, deepest) ?? []);
	const blocked = next.map(
		(step) => `${describe(step)} cannot come next: ${search.obstacle(step, deepest)}`,
	);
	const stuck = next.map(({ transaction }) => transaction.index);
	return { found: false, deepest: { order, blocked, stuck } };
}

const total = (progress: readonly number[]): number =>
	progress.reduce((sum, count) => sum + count, 0);

function describe({ transaction, does }: Step): string {
	return does === 'run' ? transaction.name : `${does} of ${transaction.name}`;
}

class SerialOrderSearch {
	readonly #level: SearchedLevel;
	readonly #readFrom: ReadFrom;
	/** The steps of each session. */
	readonly #steps: readonly (readonly Step[])[];
	/** Of each key the reads of it from outside. */
	readonly #readers = new Map<Key, { readonly reader: SessionTransaction; from: number }[]>();

	constructor(readFrom: ReadFrom, level: SearchedLevel) {
		this.#level = level;
		this.#readFrom = readFrom;
		const phases = level === 'serializable' ? (['run'] as const) : (['start', 'commit'] as const);
		this.#steps = readFrom.sessions.map((session) =>
			session.flatMap((transaction) => phases.map((does) => ({ transaction, does }))),
		);
		for (const reader of readFrom.transactions) {
			for (const { key, from } of reader.reads) {
				const readers = this.#readers.get(key) ?? [];
				readers.push({ reader, from });
				this.#readers.set(key, readers);
			}
		}
	}

	isComplete(progress: readonly number[]): boolean {
		return progress.every((count, session) => count === this.#steps[session]?.length);
	}

	nextOf(session: number, progress: readonly number[]): Step | undefined {
		return this.#steps[session]?.[progress[session] as number];
	}

	/** Why the step may not come next; undefined where it may. */
	obstacle({ transaction, does }: Step, progress: readonly number[]): string | undefined {
		if (does !== 'commit') {
			const obstacle = this.#obstacleToReads(transaction, progress);
			if (obstacle !== undefined) return obstacle;
		}
		if (does === 'start') return undefined;
		return (
			this.#obstacleToWrites(transaction, progress) ??
			(this.#level === 'snapshot-isolation' ? this.#conflict(transaction, progress) : undefined)
		);
	}

	#obstacleToReads(
		transaction: SessionTransaction,
		progress: readonly number[],
	): string | undefined {
		for (const { key, value, from } of transaction.reads) {
			const writer = this.#readFrom.transactions[from];
			if (!writer || this.#hasCommitted(writer, progress)) continue;
			return `it read ${value} of key ${key} from ${writer.name}, which has not committed`;
		}
		return undefined;
	}

	/** Somebody must still read what would be overwritten. */
	#obstacleToWrites(
		transaction: SessionTransaction,
		progress: readonly number[],
	): string | undefined {
		for (const key of transaction.writes.keys()) {
			for (const { reader, from } of this.#readers.get(key) ?? []) {
				if (reader === transaction || this.#hasStarted(reader, progress)) continue;
				const writer = this.#readFrom.transactions[from];
				if (!writer || writer === transaction) continue;
				if (!this.#hasCommitted(writer, progress)) continue;
				return `it overwrites key ${key}, which ${reader.name} has yet to read from ${writer.name}`;
			}
		}
		return undefined;
	}

	/** First committer wins: of two that write one key, one starts after the other committed. */
	#conflict(transaction: SessionTransaction, progress: readonly number[]): string | undefined {
		for (const other of this.#readFrom.transactions) {
			if (other === transaction || other.index === 0) continue;
			const isOpen = this.#hasStarted(other, progress) && !this.#hasCommitted(other, progress);
			const key = isOpen
				? other.writes.keys().find((one) => transaction.writes.has(one))
				: undefined;
			if (key !== undefined) return `${other.name}, which also writes key ${key}, is under way`;
		}
		return undefined;
	}

	#hasStarted(transaction: SessionTransaction, progress: readonly number[]): boolean {
		return this.#stepsDone(transaction, progress) > 0;
	}

	#hasCommitted(transaction: SessionTransaction, progress: readonly number[]): boolean {
		if (transaction.index === 0) return true;
		return this.#stepsDone(transaction, progress) >= this.#stepsEach;
	}

	get #stepsEach(): number {
		return this.#level === 'serializable' ? 1 : 2;
	}

	#stepsDone(transaction: SessionTransaction, progress: readonly number[]): number {
		const before = transaction.positionInSession * this.#stepsEach;
		return (progress[transaction.session] ?? 0) - before;
	}
}
