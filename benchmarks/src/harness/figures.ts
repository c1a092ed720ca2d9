import type { Bench, Ratio } from './bench.ts';
import type { Round } from './meter.ts';
import { median, quantile, roundTo } from './statistics.ts';
import type { BenchSubject } from './subject.ts';

/** The figures of one subject with so many callers, as `--json` prints them. */
export interface Row {
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
	};
	const sum = (key: 'operations' | 'handlerRuns'): number =>
		rounds.reduce((total, round) => total + round[key], 0);
	return { id, row, operations: sum('operations'), handlerRuns: sum('handlerRuns') };
}

/** Of the medians, so that a reader can check it against the rows. */
export function ratioOf(measured: readonly Measured[], ratio: Ratio): number {
	const value = (wanted: string | number): number => {
		if (typeof wanted === 'number') return wanted;
		const found = measured.find(
			({ id, row }) => id === wanted && row.concurrency === ratio.concurrency,
		);
		if (found === undefined) throw new Error(`'${ratio.name}' compares a row that is not there.`);
		return found.row.value;
	};
	return roundTo(value(ratio.of) / value(ratio.against), 2);
}
