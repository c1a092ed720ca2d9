import type { Finding } from '../findings/investigate.ts';
import type { Failure } from '../scenario/assertions.ts';
import type { Report } from '../simulation/report.ts';
import type { SeedOptions } from '../simulation/seeds.ts';
import { Batch } from './batch-run.ts';

/** A simulation and the file that exports it. */
export interface SimulationName {
	/** A `file:` URL. */
	readonly file: string;
	/** Of the simulation, unique in its file. */
	readonly name: string;
}

/** One run of a batch. */
export interface SeedRun {
	readonly simulation: SimulationName;
	readonly seed: number;
	/** The path of the earlier finding that was replayed: the seed with the faults that it takes, and no others. */
	readonly regression?: string;
	/** What was found, first things first. */
	readonly failures: readonly Failure[];
	/** Absent when the worker thread was lost: it ended, or gave no answer in time. */
	readonly report?: Report;
}

/** A failure that a batch came across, once for each simulation, kind and name of failure. */
export interface BatchFinding {
	readonly simulation: SimulationName;
	/** The first that showed it. */
	readonly seed: number;
	/** The others that did, in the order in which they ended. */
	readonly otherSeeds: readonly number[];
	readonly failure: Failure;
	/** The path of the earlier finding that has come back when it was replayed. */
	readonly regression?: string;
	/** What it takes to bring it about. */
	readonly investigated?: Finding;
	/** Why it was not found out what it takes, or what is strange about it; a sentence. */
	readonly remark?: string;
}

/** What a batch was asked for and has never seen happen. */
export interface NeverHappened {
	readonly simulation: SimulationName;
	/** Of a `sometimes`. */
	readonly name: string;
}

/** Which simulations a batch runs, with which seeds, and how many at once. */
export interface BatchOptions {
	/** `file:` URLs of modules that export simulations. */
	readonly files: readonly string[];
	/** Only these of them, by name; absent: all. */
	readonly simulations?: readonly string[];
	/** Of each simulation, in this order. */
	readonly seeds: readonly number[];
	/** Whether the findings in `regressions/` beside each file are replayed before the seeds; no when absent. */
	readonly regressions?: boolean;
	/** How each seed is run. */
	readonly options?: Omit<SeedOptions, 'seed'>;
	/** How many runs at once, each in a worker thread; one for each core, at most 8, when absent. */
	readonly jobs?: number;
	/** How many runs the shrinking of a finding may take; 150 when absent, 0: it is not investigated. */
	readonly shrinkTriesMax?: number;
	/** Ends the batch when there are so many findings; absent: it goes on to the last seed. */
	readonly findingsMax?: number;
	/** Ends the batch early: what it found so far is its result. */
	readonly signal?: AbortSignal;
	/** Real milliseconds after which a run without an answer is given up, and its worker ended. */
	readonly hangAfterMs?: number;
	readonly on?: BatchListener;
}

/** Hears of a batch while it is under way. */
export interface BatchListener {
	/** The simulations are known. @param runs How many runs there will be, without shrinking. */
	planned?(simulations: readonly SimulationName[], runs: number): void;
	/** A run has ended. */
	ran?(run: SeedRun): void;
	/** Before each run that shrinks a finding. @param faults How many faults it is tried with. */
	shrinking?(finding: BatchFinding, tries: number, faults: number): void;
	/** A finding has been investigated, or cannot be. */
	found?(finding: BatchFinding): void;
	/** Code of a simulation's file wrote to the console, outside of simulated time. */
	output?(text: string): void;
}

/** What came of a batch. */
export interface BatchResult {
	readonly simulations: readonly SimulationName[];
	/** How many runs have ended, without those of shrinking. */
	readonly runs: number;
	readonly findings: readonly BatchFinding[];
	/** Each `sometimes` that some run has looked for and none has seen. */
	readonly never: readonly NeverHappened[];
	/** Whether there were seeds enough, 20, for `never` to be a finding: in fewer something rare may well not happen. */
	readonly neverCounts: boolean;
	/** Of all runs together. */
	readonly events: number;
	/** Of all runs together. */
	readonly virtualMs: number;
	/** How long the batch took. */
	readonly realMs: number;
	/** Whether it was ended by its signal. */
	readonly isStopped: boolean;
}

/**
 * Runs seeds of simulations in worker threads, and finds out what it takes to bring about what fails.
 * What comes of a seed does not depend on the others, nor on the number of threads.
 *
 * @throws FLOTILLA_SIM_INVALID: a file cannot be imported or exports no
 *   simulation, or a simulation cannot be run at all. Nothing of the batch goes on.
 * @example
 * const { findings } = await runBatch({
 *   files: [import.meta.resolve('./shop.sim.ts')],
 *   seeds: [1, 2, 3],
 *   options: { replacements: new Map([[url, source]]) },
 *   findingsMax: 1,
 * });
 */
export function runBatch(options: BatchOptions): Promise<BatchResult> {
	return new Batch(options).run();
}
