import { limits } from '../limits.ts';
import { bucketBoundsSeconds, Histogram } from './histogram.ts';

export type Labels = Readonly<Record<string, string>>;

type Kind = 'counter' | 'gauge' | 'histogram';

interface Family {
	readonly kind: Kind;
	readonly help: string;
	/** By their labels in the order of their names: however they are written, they are the same. */
	readonly series: Map<string, Series>;
}

interface Series {
	/** As they were written first. */
	readonly labels: string;
	readonly value: Gauge | Histogram;
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
	readonly #families = new Map<string, Family>();

	/** @param name Ends in `_seconds`. */
	histogram(name: string, help: string, labels: Labels): Histogram {
		return this.#series('histogram', name, help, labels, () => new Histogram());
	}

	/** @param name Ends in `_total`. */
	counter(name: string, help: string, labels: Labels): Gauge {
		return this.#series('counter', name, help, labels, () => ({ value: 0 }));
	}

	gauge(name: string, help: string, labels: Labels): Gauge {
		return this.#series('gauge', name, help, labels, () => ({ value: 0 }));
	}

	/** All of them in the Prometheus text format, version 0.0.4. */
	prometheusText(): string {
		const lines: string[] = [];
		for (const [name, { kind, help, series }] of this.#families) {
			lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`);
			for (const { labels, value } of series.values()) {
				if (value instanceof Histogram) pushHistogram(lines, name, labels, value);
				else lines.push(`${name}${braces(labels)} ${numberText(value.value)}`);
			}
		}
		return `${lines.join('\n')}\n`;
	}

	/** @throws {TypeError} The name is already that of another kind: no reader could tell them apart. */
	#series<Value extends Gauge | Histogram>(
		kind: Kind,
		name: string,
		help: string,
		given: Labels,
		make: () => Value,
	): Value {
		let family = this.#families.get(name);
		if (family === undefined) {
			family = { kind, help, series: new Map() };
			this.#families.set(name, family);
		}
		if (family.kind !== kind) throw new TypeError(`${name} is a ${family.kind}, not a ${kind}`);
		let labels = Object.entries(given);
		let key = labelText(labels.toSorted(byName));
		if (!family.series.has(key) && family.series.size >= limits.seriesPerMetric) {
			labels = labels.map(([label]) => [label, 'other']);
			key = labelText(labels.toSorted(byName));
		}
		let found = family.series.get(key);
		if (found === undefined) {
			found = { labels: labelText(labels), value: make() };
			family.series.set(key, found);
		}
		return found.value as Value;
	}
}

function pushHistogram(lines: string[], name: string, labels: string, histogram: Histogram): void {
	let cumulative = 0;
	const prefix = labels === '' ? '' : `${labels},`;
	for (const [index, bound] of bucketBoundsSeconds.entries()) {
		cumulative += histogram.counts[index] as number;
		lines.push(`${name}_bucket{${prefix}le="${bound}"} ${cumulative}`);
	}
	lines.push(`${name}_bucket{${prefix}le="+Inf"} ${histogram.count}`);
	lines.push(`${name}_sum${braces(labels)} ${numberText(histogram.sumMs / 1_000)}`);
	lines.push(`${name}_count${braces(labels)} ${histogram.count}`);
}

function labelText(labels: readonly [string, string][]): string {
	return labels.map(([label, value]) => `${label}="${escapeLabel(value)}"`).join(',');
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
	return one < other ? -1 : 1;
}

function braces(labels: string): string {
	return labels === '' ? '' : `{${labels}}`;
}

function escapeLabel(value: string): string {
	return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(text: string): string {
	return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
	if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
	return value > 0 ? '+Inf' : '-Inf';
}
