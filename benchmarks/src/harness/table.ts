import type { Bench, Ratio } from './bench.ts';
import type { BenchResult } from './run-bench.ts';

export interface Table {
	readonly head: readonly string[];
	/** Numbers stand to the right. */
	readonly isNumber: readonly boolean[];
	readonly rows: readonly (readonly string[])[];
}

const count = new Intl.NumberFormat('en');

export function figuresTable({ bench, measured }: BenchResult): Table {
	const head = ['subject', 'variant', 'callers', bench.unit, 'min', 'max'];
	head.push('p50 us', 'p99 us', 'CPU us/op', 'RSS MiB');
	return {
		head,
		isNumber: head.map((_, column) => column >= 2),
		rows: measured.map(({ row }) => [
			row.subject,
			row.variant,
			String(row.concurrency),
			count.format(row.value),
			count.format(row.min),
			count.format(row.max),
			(row.p50Ms * 1_000).toFixed(2),
			(row.p99Ms * 1_000).toFixed(2),
			row.cpuUsPerOp.toFixed(3),
			row.rssMiB.toFixed(0),
		]),
	};
}

export function ratiosTable({ bench, comparison }: BenchResult): Table {
	return {
		head: ['ratio', 'measured', 'budget', ''],
		isNumber: [false, true, true, false],
		rows: bench.ratios.map((ratio) => {
			const value = comparison.ratios[ratio.name] ?? Number.NaN;
			const budget = ratio.atLeast === undefined ? '' : `${ratio.atLeast}x`;
			return [ratio.name, `${value}x`, budget, verdict(ratio, value)];
		}),
	};
}

function verdict({ atLeast }: Ratio, value: number): string {
	if (atLeast === undefined) return '';
	return value >= atLeast ? 'met' : 'missed';
}

/** Who did more operations a second than we did, for each number of callers; nobody is left out. */
export function losses({ bench, measured }: BenchResult): readonly string[] {
	return bench.concurrencies.map((concurrency) => {
		const rows = measured.filter(({ row }) => row.concurrency === concurrency);
		const ours = rows.find(({ id }) => id === bench.own)?.row.value ?? Number.NaN;
		const faster = rows
			.filter(({ row }) => row.value > ours)
			.map(({ row }) => `${row.subject} (${row.variant}) ${(row.value / ours).toFixed(1)}x`);
		return `${callers(concurrency)}: ${faster.length === 0 ? 'nobody' : faster.join('; ')}`;
	});
}

function callers(concurrency: Bench['concurrencies'][number]): string {
	return concurrency === 1 ? '1 caller' : `${concurrency} callers`;
}

/** For a terminal. */
export function plainText({ head, isNumber, rows }: Table): string {
	const widths = head.map((title, column) =>
		Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const line = (cells: readonly string[]): string =>
		cells
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return isNumber[column] ? cell.padStart(width) : cell.padEnd(width);
			})
			.join('  ')
			.trimEnd();
	return [head, ...rows].map(line).join('\n');
}

export function markdown({ head, isNumber, rows }: Table): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	const rule = `|${isNumber.map((right) => (right ? '---:' : '---')).join('|')}|`;
	return [line(head), rule, ...rows.map(line)].join('\n');
}
