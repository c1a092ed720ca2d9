import type { BenchSubject } from './subject.ts';

/** A question of the form "how fast is this beside that", as data. */
export interface Bench {
	/** What is typed after `npm run bench --`. */
	readonly name: string;
	/** The `import.meta.url` of the module that exports this as `bench`; processes load it again. */
	readonly url: string;
	/** What is measured and under which terms, for the document; a paragraph each. */
	readonly about: readonly string[];
	readonly unit: string;
	/** How many callers wait for their answer at the same time; a row for each. */
	readonly concurrencies: readonly number[];
	readonly subjects: readonly BenchSubject[];
	/** The ids of the subjects that are Flotilla's, one for each group of subjects. */
	readonly own: readonly string[];
	readonly ratios: readonly Ratio[];
	/** Where it wants more or less of them than `fullPlan`. */
	readonly plan?: Partial<Plan>;
	/** In which the table tells how long an operation took; `us` when absent. */
	readonly latencyUnit?: 'us' | 'ms';
	/** Engines of scripts/engines.mjs that it measures where they are installed. */
	readonly engines?: readonly string[];
	/** Makes what its subjects need and is not there yet, once, before they start. */
	readonly prepare?: () => void;
	/** Packages whose installed versions belong to the figures. */
	readonly packages: readonly string[];
	/** Of what is no package; without what is not there. */
	readonly otherVersions?: () => Promise<Readonly<Record<string, string | undefined>>>;
}

/**
 * How many times the operations a second of `of` are those of `against`, or that number itself; or
 * how many times the processor time of `of` for an operation goes into that of `against`.
 */
export interface Ratio {
	readonly name: string;
	/** The ids of two subjects. */
	readonly of: string;
	readonly against: string | number;
	readonly concurrency: number;
	/** What is compared; `value` when absent. Either way, more is better. */
	readonly figure?: 'value' | 'cpuUsPerOp';
	/** The budget, where there is one. */
	readonly atLeast?: number;
}

/** How long and how often. */
export interface Plan {
	readonly rounds: number;
	readonly roundMs: number;
	/** For each number of callers, before the first round. */
	readonly warmUpMs: number;
}

export const fullPlan: Plan = { rounds: 11, roundMs: 300, warmUpMs: 1_500 };

/** Shows that a bench works; its figures mean nothing. */
export const smokePlan: Plan = { rounds: 2, roundMs: 40, warmUpMs: 60 };
