import type { Bench, Ratio } from './bench.ts';
import type { Round } from './meter.ts';
import { median, quantile, roundTo } from './statistics.ts';
import type { BenchSubject, Footprint } from './subject.ts';

/** The figures of one subject with so many callers, as `--json` prints them. */
export interface Row extends Partial<Footprint> {
	readonly bench: string;
	readonly subject: string;
	readonly variant: string;
	readonly concurrency: number;
	readonly unit: string;
	/** The median of the rounds. */
	readonly value: number;
	readonly min: number;
	readonly max: number;
	/** Over the sampled operations of all rounds. */
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly cpuUsPerOp: number;
	/** The most after any round; the process is the same for every number of callers. */
	readonly rssMiB: number;
}

/** The last line of `--json`. */
export interface Comparison {
	readonly bench: string;
	readonly ratios: Readonly<Record<string, number>>;
	readonly machine: string;
	readonly versions: Readonly<Record<string, string>>;
	readonly date: string;
}

/** A row and whose it is. */
export interface Measured {
	readonly id: string;
	readonly row: Row;
	readonly operations: number;
	readonly handlerRuns: number;
}

export function measuredOf(
	bench: Bench,
	{ id, subject, variant }: BenchSubject,
	concurrency: number,
	rounds: readonly Round[],
	footprint?: Footprint,
): Measured {
	const perSecond = rounds.map(({ operations, elapsedMs }) => (operations / elapsedMs) * 1_000);
	const samplesMs = rounds.flatMap((round) => [...round.samplesMs]);
	const row: Row = {
		bench: bench.name,
		subject,
		variant,
		concurrency,
		unit: bench.unit,
		value: Math.round(median(perSecond)),
		min: Math.round(Math.min(...perSecond)),
		max: Math.round(Math.max(...perSecond)),
		p50Ms: roundTo(quantile(samplesMs, 0.5), 6),
		p99Ms: roundTo(quantile(samplesMs, 0.99), 6),
		cpuUsPerOp: roundTo(median(rounds.map(({ cpuUs, operations }) => cpuUs / operations)), 3),
		rssMiB: roundTo(Math.max(...rounds.map(({ rssBytes }) => rssBytes)) / 2 ** 20, 1),
		...footprint,
	};
	const sum = (key: 'operations' | 'handlerRuns'): number =>
		rounds.reduce((total, round) => total + round[key], 0);
	return { id, row, operations: sum('operations'), handlerRuns: sum('handlerRuns') };
}

/**
 * Of the medians, so that a reader can check it against the rows.
 *
 * @returns `undefined` when a subject that it compares did not take part.
 */
export function ratioOf(measured: readonly Measured[], ratio: Ratio): number | undefined {
	const figure = ratio.figure ?? 'value';
	const find = (wanted: string | number): number | undefined => {
		if (typeof wanted === 'number') return wanted;
		return measured.find(({ id, row }) => id === wanted && row.concurrency === ratio.concurrency)
			?.row[figure];
	};
	const [of, against] = [find(ratio.of), find(ratio.against)];
	if (of === undefined || against === undefined) return undefined;
	return roundTo(figure === 'value' ? of / against : against / of, 2);
}
