import { treeUsage, type Usage } from './process-tree.ts';
import type { Subject } from './subject.ts';

/** What one round showed. */
export interface Round {
	readonly operations: number;
	readonly handlerRuns: number;
	readonly elapsedMs: number;
	/**
	 * User and system time of the whole process, its compiler and collector threads included; of those
	 * that the subject names instead, and their descendants.
	 */
	readonly cpuUs: number;
	/** Durations of the operations that were timed. */
	readonly samplesMs: Float64Array;
	readonly rssBytes: number;
}

/** One operation is timed in each such stretch: timing all would slow the fast subjects down. */
const SAMPLE_EVERY_MS = 0.1;

/** Rounds of this length make up the warm-up: each tells the next how often to sample. */
const WARM_UP_SLICE_MS = 50;

/**
 * Calls that end within the microtask queue would keep timers from ever firing, and what a subject
 * does on timers (flushing, collecting) would go unmeasured: so the event loop turns this often.
 */
const TURN_EVERY_MS = 5;

/** Runs rounds of one subject and holds it to its word. */
export class Meter {
	readonly #subject: Subject;
	readonly #sampleEvery = new Map<number, number>();
	#n = 0;

	constructor(subject: Subject) {
		this.#subject = subject;
	}

	async warmUp(concurrency: number, durationMs: number): Promise<void> {
		const endMs = performance.now() + durationMs;
		while (performance.now() < endMs) await this.round(concurrency, WARM_UP_SLICE_MS);
	}

	/** @throws {Error} When a handler did not run once for each operation, or an answer was wrong. */
	async round(concurrency: number, durationMs: number): Promise<Round> {
		const runsBefore = await this.#subject.handlerRuns();
		const sampleEvery = this.#sampleEvery.get(concurrency) ?? 1;
		const stretch = new Stretch(this.#subject, this.#n, sampleEvery, durationMs);
		const before = this.#usage();
		const startMs = performance.now();
		await Promise.all(Array.from({ length: concurrency }, () => stretch.caller()));
		const elapsedMs = performance.now() - startMs;
		const after = this.#usage();
		const operations = (stretch.n - this.#n) * (this.#subject.operationsAtOnce ?? 1);
		this.#n = stretch.n;
		const handlerRuns = (await this.#subject.handlerRuns()) - runsBefore;
		if (stretch.wrong > 0) {
			throw new Error(`${stretch.wrong} of ${operations} answers were wrong.`);
		}
		if (handlerRuns !== operations) {
			throw new Error(`${operations} operations ended but handlers ran ${handlerRuns} times.`);
		}
		// Odd, so that the sampled operation is not always the same one of 64 callers'.
		const next = Math.round((operations / elapsedMs) * SAMPLE_EVERY_MS) | 1;
		this.#sampleEvery.set(concurrency, next);
		const samplesMs = Float64Array.from(stretch.samplesMs);
		const cpuUs = after.cpuUs - before.cpuUs;
		return { operations, handlerRuns, elapsedMs, cpuUs, samplesMs, rssBytes: after.rssBytes };
	}

	#usage(): Usage {
		const roots = this.#subject.processes?.();
		if (roots !== undefined) return treeUsage(roots);
		const { user, system } = process.cpuUsage();
		return { cpuUs: user + system, rssBytes: process.memoryUsage.rss() };
	}
}

/** The callers of one round and what they share. */
class Stretch {
	readonly samplesMs: number[] = [];
	wrong = 0;
	/** Of the next operation. */
	n: number;
	readonly #subject: Subject;
	readonly #sampleEvery: number;
	readonly #endMs: number;
	#untilSample: number;
	#isOver = false;
	#turnedMs: number;
	#turn: Promise<void> | undefined;

	constructor(subject: Subject, n: number, sampleEvery: number, durationMs: number) {
		this.#subject = subject;
		this.n = n;
		this.#sampleEvery = sampleEvery;
		this.#untilSample = sampleEvery;
		this.#turnedMs = performance.now();
		this.#endMs = this.#turnedMs + durationMs;
	}

	/** One operation after the other. */
	async caller(): Promise<void> {
		const subject = this.#subject;
		while (!this.#isOver) {
			if (this.#turn !== undefined) {
				await this.#turn;
				continue;
			}
			const n = this.n++;
			if (--this.#untilSample > 0) {
				if (!subject.isRight(n, await subject.operate(n))) this.wrong++;
				continue;
			}
			this.#untilSample = this.#sampleEvery;
			const startMs = performance.now();
			if (!subject.isRight(n, await subject.operate(n))) this.wrong++;
			this.#sampled(startMs, performance.now());
		}
	}

	/** The clock is read here and nowhere else. */
	#sampled(startMs: number, nowMs: number): void {
		this.samplesMs.push(nowMs - startMs);
		if (nowMs >= this.#endMs) this.#isOver = true;
		else if (this.#turn === undefined && nowMs - this.#turnedMs > TURN_EVERY_MS) {
			this.#turn = new Promise((resolve) => {
				setImmediate(() => {
					this.#turn = undefined;
					this.#turnedMs = performance.now();
					resolve();
				});
			});
		}
	}
}
