import type { FaultRecord } from '../kernel/fault-decisions.ts';
import type { Failure } from '../scenario/assertions.ts';
import type { SimulateOptions } from '../simulation/options.ts';
import type { Report } from '../simulation/report.ts';
import { shrink } from './shrink.ts';

/** A failure with the smallest plan of faults that was found to bring it about. */
export interface Finding {
	readonly seed: number;
	readonly failure: Failure;
	/**
	 * The ids of the faults that it takes; with the seed they replay it. Absent: they alone do not, or
	 * nobody has tried, and only the seed as it is does.
	 */
	readonly only?: readonly string[];
	/** The faults of the shrunk run, in order. */
	readonly faults: readonly FaultRecord[];
	/** How many faults had struck in the first place. */
	readonly faultsBefore: number;
	/** Of the shrunk run, with its last happenings in words. */
	readonly report: Report;
}

/** How much work the shrinking of a finding may be. */
export interface InvestigateOptions {
	/** How many runs shrinking may take; 150 when absent. */
	readonly triesMax?: number;
	/** Asked before each run: false ends the shrinking early. */
	readonly goOn?: () => boolean;
	/** Called before each run of the shrinking. */
	readonly progress?: (tries: number, faults: number) => void;
}

/** How many of the last happenings a finding keeps in words. */
const ENTRIES = 20_000;

/**
 * Finds out what it takes to bring a failure about: leaves out faults as long as the same failure
 * remains, then replays what is left in words.
 *
 * @param first The report of the run that failed.
 * @param rerun Runs the same seed with other options.
 */
export async function investigate(
	first: Report,
	rerun: (options: Pick<SimulateOptions, 'only' | 'entries'>) => Promise<Report>,
	{ triesMax = 150, goOn = () => true, progress = () => {} }: InvestigateOptions = {},
): Promise<Finding> {
	const failure = first.failures[0] as Failure;
	const ids = first.faults.map(({ id }) => id);
	let tries = 0;
	const fails = async (only: readonly string[]): Promise<boolean> => {
		// The first one only asks whether it can be replayed at all.
		if (!goOn() || tries > triesMax) return false;
		progress(++tries, only.length);
		const { failures } = await rerun({ only });
		return failures.some((other) => isSame(failure, other));
	};
	// Faults may have struck that depend on each other's times: then they cannot be replayed by name.
	const isReplayable = await fails(ids);
	const start = isReplayable ? await ofOneKind(first.faults, fails) : [];
	const shrunk = isReplayable && { only: await shrink(start, fails, triesMax) };
	const report = await rerun({ ...shrunk, entries: ENTRIES });
	const replayed = report.failures.find((other) => isSame(failure, other)) ?? failure;
	const { seed, faults } = report;
	return { seed, failure: replayed, ...shrunk, faults, faultsBefore: ids.length, report };
}

/** So many faults are more than one kind of them mostly takes. */
const MANY = 12;

/** Those of one kind, where they are enough: many bugs take one kind of fault, whatever else struck. */
async function ofOneKind(
	faults: readonly FaultRecord[],
	fails: (only: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
	const ids = faults.map(({ id }) => id);
	if (ids.length < MANY) return ids;
	for (const kind of new Set(faults.map(({ fault }) => fault))) {
		const own = faults.filter(({ fault }) => fault === kind).map(({ id }) => id);
		if (await fails(own)) return own;
	}
	return ids;
}

/** Whether two failures are the same one: numbers in their messages may differ. */
function isSame(left: Failure, right: Failure): boolean {
	return left.kind === right.kind && left.name === right.name;
}
