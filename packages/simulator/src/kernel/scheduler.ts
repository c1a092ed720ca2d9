/** Something that is going to happen. */
export interface Scheduled {
	/** After this it will not happen. Harmless when it already has. */
	cancel(): void;
}

/** A process on a simulated machine; after a crash another one takes its place. */
export interface Owner {
	/** Events of a dead owner never happen. */
	readonly alive: boolean;
	/** Events of an owner that stands still happen at this virtual time at the earliest. */
	readonly pausedUntilMs: number;
}

class Entry implements Scheduled {
	atMs: number;
	/** When it would have happened, had its owner not stood still. */
	readonly dueMs: number;
	/** Drawn when it was scheduled: which of several things at the same time comes first is chance. */
	readonly priority: number;
	readonly sequence: number;
	readonly owner: Owner | undefined;
	run: (() => void) | undefined;

	constructor(
		dueMs: number,
		priority: number,
		sequence: number,
		owner: Owner | undefined,
		run: () => void,
	) {
		this.atMs = dueMs;
		this.dueMs = dueMs;
		this.priority = priority;
		this.sequence = sequence;
		this.owner = owner;
		this.run = run;
	}

	cancel(): void {
		this.run = undefined;
	}
}

/**
 * The order in which everything happens: by virtual time, then by a priority drawn from the seed, so
 * that races between things at one time come out both ways.
 */
export class Scheduler {
	readonly #heap: Entry[] = [];
	readonly #drawPriority: () => number;
	#sequence = 0;
	#nowMs = 0;

	/** @param drawPriority A number for each thing that is scheduled. */
	constructor(drawPriority: () => number) {
		this.#drawPriority = drawPriority;
	}

	/** Virtual time since the start of the run, in milliseconds, to the microsecond. */
	get nowMs(): number {
		return this.#nowMs;
	}

	/** How many things are going to happen, those that were cancelled included. */
	get size(): number {
		return this.#heap.length;
	}

	/** When the next thing happens; `undefined` when nothing will. */
	get nextMs(): number | undefined {
		return this.#heap[0]?.atMs;
	}

	/**
	 * Schedules `run`.
	 *
	 * @param delayMs From now; below 0 counts as 0.
	 * @param owner On whose behalf; `undefined`: the world's.
	 */
	schedule(delayMs: number, owner: Owner | undefined, run: () => void): Scheduled {
		const atMs = microseconds(this.#nowMs + Math.max(0, delayMs));
		const entry = new Entry(atMs, this.#drawPriority(), this.#sequence++, owner, run);
		this.#push(entry);
		return entry;
	}

	/** Takes the next thing that may happen now and moves the time; `undefined` when nothing is left. */
	next(): (() => void) | undefined {
		for (;;) {
			const entry = this.#pop();
			if (entry === undefined) return undefined;
			const { run, owner } = entry;
			if (run === undefined || owner?.alive === false) continue;
			if (owner !== undefined && owner.pausedUntilMs > entry.atMs) {
				entry.atMs = owner.pausedUntilMs;
				this.#push(entry);
				continue;
			}
			this.#nowMs = entry.atMs;
			entry.run = undefined;
			return run;
		}
	}

	#push(entry: Entry): void {
		const heap = this.#heap;
		let index = heap.push(entry) - 1;
		while (index > 0) {
			const above = (index - 1) >> 1;
			if (!before(entry, heap[above] as Entry)) break;
			heap[index] = heap[above] as Entry;
			index = above;
		}
		heap[index] = entry;
	}

	#pop(): Entry | undefined {
		const heap = this.#heap;
		const first = heap[0];
		const last = heap.pop();
		if (first === undefined || last === undefined || first === last) return first;
		let index = 0;
		for (;;) {
			let below = index * 2 + 1;
			if (below >= heap.length) break;
			if (below + 1 < heap.length && before(heap[below + 1] as Entry, heap[below] as Entry))
				below++;
			if (!before(heap[below] as Entry, last)) break;
			heap[index] = heap[below] as Entry;
			index = below;
		}
		heap[index] = last;
		return first;
	}
}

function before(left: Entry, right: Entry): boolean {
	if (left.atMs !== right.atMs) return left.atMs < right.atMs;
	// What waited for an owner that stood still comes in the order in which it was due.
	if (left.dueMs !== right.dueMs) return left.dueMs < right.dueMs;
	if (left.priority !== right.priority) return left.priority < right.priority;
	return left.sequence < right.sequence;
}

/** How finely events are ordered. */
export const MICROSECOND_MS = 0.001;

/** Never earlier than asked for, but for an error of rounding. */
function microseconds(ms: number): number {
	// Not -0, which is another number in the hash of the trace.
	return Math.max(0, Math.ceil(ms * 1_000 - ROUNDING)) / 1_000 + 0;
}

const ROUNDING = 1e-6;
