import { bucketBoundsSeconds, Histogram } from './histogram.ts';

export type Labels = Readonly<Record<string, string>>;

/** How many label sets one metric may have; further ones are counted together as `other`. */
const seriesMax = 2_000;

interface Family<Series> {
	readonly help: string;
	readonly series: Map<string, Series>;
}

/** A number that goes up and down. */
export interface Gauge {
	value: number;
}

/**
 * The metrics of a process. Whoever measures asks once for its series and keeps it: recording is
 * then an addition. Names are OpenTelemetry's, written the Prometheus way.
 */
export class Metrics {
	readonly #histograms = new Map<string, Family<Histogram>>();
	readonly #counters = new Map<string, Family<Gauge>>();
	readonly #gauges = new Map<string, Family<Gauge>>();

	/** @param name Ends in `_seconds`. */
	histogram(name: string, help: string, labels: Labels): Histogram {
		return series(this.#histograms, name, help, labels, () => new Histogram());
	}

	/** @param name Ends in `_total`. */
	counter(name: string, help: string, labels: Labels): Gauge {
		return series(this.#counters, name, help, labels, () => ({ value: 0 }));
	}

	gauge(name: string, help: string, labels: Labels): Gauge {
		return series(this.#gauges, name, help, labels, () => ({ value: 0 }));
	}

	/** All of them in the Prometheus text format, version 0.0.4. */
	prometheusText(): string {
		const lines: string[] = [];
		for (const [name, { help, series }] of this.#counters) {
			lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
			for (const [labels, { value }] of series) lines.push(`${name}${braces(labels)} ${value}`);
		}
		for (const [name, { help, series }] of this.#gauges) {
			lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
			for (const [labels, { value }] of series) lines.push(`${name}${braces(labels)} ${value}`);
		}
		for (const [name, { help, series }] of this.#histograms) {
			lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} histogram`);
			for (const [labels, histogram] of series) pushHistogram(lines, name, labels, histogram);
		}
		return `${lines.join('\n')}\n`;
	}
}

function series<Series>(
	families: Map<string, Family<Series>>,
	name: string,
	help: string,
	labels: Labels,
	make: () => Series,
): Series {
	let family = families.get(name);
	if (family === undefined) {
		family = { help, series: new Map() };
		families.set(name, family);
	}
	let key = labelText(labels);
	if (!family.series.has(key) && family.series.size >= seriesMax) {
		key = labelText(Object.fromEntries(Object.keys(labels).map((label) => [label, 'other'])));
	}
	let found = family.series.get(key);
	if (found === undefined) {
		found = make();
		family.series.set(key, found);
	}
	return found;
}

function pushHistogram(lines: string[], name: string, labels: string, histogram: Histogram): void {
	let cumulative = 0;
	const prefix = labels === '' ? '' : `${labels},`;
	for (const [index, bound] of bucketBoundsSeconds.entries()) {
		cumulative += histogram.counts[index] as number;
		lines.push(`${name}_bucket{${prefix}le="${bound}"} ${cumulative}`);
	}
	lines.push(`${name}_bucket{${prefix}le="+Inf"} ${histogram.count}`);
	lines.push(`${name}_sum${braces(labels)} ${histogram.sumMs / 1_000}`);
	lines.push(`${name}_count${braces(labels)} ${histogram.count}`);
}

function labelText(labels: Labels): string {
	return Object.entries(labels)
		.map(([label, value]) => `${label}="${escapeLabel(value)}"`)
		.join(',');
}

function braces(labels: string): string {
	return labels === '' ? '' : `{${labels}}`;
}

function escapeLabel(value: string): string {
	return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
