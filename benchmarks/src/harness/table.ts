import type { Bench, Ratio } from './bench.ts';
import type { Row } from './figures.ts';
import type { BenchResult } from './run-bench.ts';

export interface Table {
	readonly head: readonly string[];
	/** Numbers stand to the right. */
	readonly isNumber: readonly boolean[];
	readonly rows: readonly (readonly string[])[];
}

const count = new Intl.NumberFormat('en');

export function figuresTable({ bench, measured }: BenchResult): Table {
	const { unit, latencyUnit = 'us' } = bench;
	const scale = latencyUnit === 'us' ? 1_000 : 1;
	const columns: readonly Column[] = [
		{ title: 'subject', isText: true, of: ({ subject }) => subject },
		{ title: 'variant', isText: true, of: ({ variant }) => variant },
		{ title: 'callers', of: ({ concurrency }) => String(concurrency) },
		{ title: unit, of: ({ value }) => count.format(value) },
		{ title: 'min', of: ({ min }) => count.format(min) },
		{ title: 'max', of: ({ max }) => count.format(max) },
		{ title: `p50 ${latencyUnit}`, of: ({ p50Ms }) => (p50Ms * scale).toFixed(2) },
		{ title: `p99 ${latencyUnit}`, of: ({ p99Ms }) => (p99Ms * scale).toFixed(2) },
		{ title: 'CPU us/op', of: ({ cpuUsPerOp }) => cpuText(cpuUsPerOp) },
		{ title: 'RSS MiB', of: ({ rssMiB }) => count.format(Math.round(rssMiB)) },
		...(measured.some(({ row }) => row.processes !== undefined) ? footprintColumns : []),
	];
	return {
		head: columns.map(({ title }) => title),
		isNumber: columns.map(({ isText }) => isText !== true),
		rows: measured.map(({ row }) => columns.map(({ of }) => of(row))),
	};
}

interface Column {
	readonly title: string;
	readonly isText?: true;
	readonly of: (row: Row) => string;
}

const footprintColumns: readonly Column[] = [
	{ title: 'processes', of: ({ processes }) => cell(processes) },
	{ title: 'lines of code', of: ({ linesOfCode }) => cell(linesOfCode) },
	{ title: 'cold start ms', of: ({ coldStartMs }) => cell(coldStartMs) },
];

function cell(value: number | undefined): string {
	return value === undefined ? '' : count.format(Math.round(value));
}

/** Three decimals where they are all there is, none where they would be noise. */
function cpuText(us: number): string {
	return us < 1_000 ? us.toFixed(us < 100 ? 3 : 1) : count.format(Math.round(us));
}

export function ratiosTable({ bench, comparison }: BenchResult): Table {
	return {
		head: ['ratio', 'measured', 'budget', ''],
		isNumber: [false, true, true, false],
		rows: bench.ratios.map((ratio) => {
			const value = comparison.ratios[ratio.name];
			const budget = ratio.atLeast === undefined ? '' : `${ratio.atLeast}x`;
			if (value === undefined) return [ratio.name, '', budget, 'not measured'];
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
	return rivalries(bench).flatMap(({ own, group, rivals }) =>
		bench.concurrencies.map((concurrency) => {
			const perSecond = (wanted: string): number =>
				measured.find(({ id, row }) => id === wanted && row.concurrency === concurrency)?.row
					.value ?? Number.NaN;
			const faster = rivals
				.filter(({ id }) => perSecond(id) > perSecond(own))
				.map(({ id, subject, variant }) => {
					return `${subject} (${variant}) ${(perSecond(id) / perSecond(own)).toFixed(1)}x`;
				});
			return `${group}${callers(concurrency)}: ${faster.length === 0 ? 'nobody' : faster.join('; ')}`;
		}),
	);
}

/** In what else somebody took less than we did; nobody is left out. */
export function savings({ bench, measured }: BenchResult): readonly string[] {
	const least = (id: string, of: (row: Row) => number | undefined): number => {
		const values = measured
			.filter((one) => one.id === id)
			.map(({ row }) => of(row))
			.filter((value) => value !== undefined);
		return values.length === 0 ? Number.NaN : Math.min(...values);
	};
	return rivalries(bench).flatMap(({ own, group, rivals }) =>
		thrift.flatMap(([words, of]) => {
			const ours = least(own, of);
			if (Number.isNaN(ours)) return [];
			const others = rivals
				.filter(({ id }) => least(id, of) < ours)
				.map(({ id, subject, variant }) => {
					return `${subject} (${variant}) ${(ours / least(id, of)).toFixed(1)}x`;
				});
			return [`${group}${words}: ${others.length === 0 ? 'nobody' : others.join('; ')}`];
		}),
	);
}

/** Whom each of our subjects is compared with, and the name of their group as lines begin with it. */
function rivalries({ own, subjects }: Bench) {
	return own.map((id) => {
		const { group } = subjects.find((subject) => subject.id === id) ?? {};
		return {
			own: id,
			group: group === undefined ? '' : `${group}, `,
			rivals: subjects.filter((subject) => subject.group === group && subject.id !== id),
		};
	});
}

/** Of each the least, whatever the number of callers. */
const thrift: readonly (readonly [string, (row: Row) => number | undefined])[] = [
	['CPU per operation', ({ cpuUsPerOp }) => cpuUsPerOp],
	['memory', ({ rssMiB }) => rssMiB],
	['lines of code', ({ linesOfCode }) => linesOfCode],
	['time to start', ({ coldStartMs }) => coldStartMs],
];

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
