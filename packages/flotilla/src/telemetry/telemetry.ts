import { currentContext } from '../context/current.ts';
import type { Trace } from '../context/trace.ts';
import type { Clock } from '../host/clock.ts';
import type { LogLevel, LogSink } from '../host/logs.ts';
import type { Histogram } from './histogram.ts';
import { Metrics } from './metrics.ts';
import { type SpanKind, SpanRing } from './spans.ts';

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface TelemetryOptions {
	readonly clock: Clock;
	readonly logs: LogSink;
	/** Records below this are dropped; `info` when absent. */
	readonly logLevel?: LogLevel;
	/** How many finished spans are kept in memory; 8_192 when absent. */
	readonly spanCapacity?: number;
}

/** Records what a process does: spans, metrics and log lines that share their trace ids. */
export class Telemetry {
	readonly metrics: Metrics = new Metrics();
	readonly spans: SpanRing;
	readonly #clock: Clock;
	readonly #logs: LogSink;
	readonly #minimum: number;

	constructor(options: TelemetryOptions) {
		this.#clock = options.clock;
		this.#logs = options.logs;
		this.#minimum = severity[options.logLevel ?? 'info'];
		this.spans = new SpanRing(options.spanCapacity ?? 8_192);
	}

	/** Whether a record of this level would be kept: ask before making an expensive one. */
	logs(level: LogLevel): boolean {
		return severity[level] >= this.#minimum;
	}

	/** Writes a log line, with the ids of `trace` or of the context that is running. */
	log(
		level: LogLevel,
		message: string,
		fields: Readonly<Record<string, unknown>> = {},
		trace: Trace | undefined = currentContext()?.trace,
	): void {
		if (severity[level] < this.#minimum) return;
		const ids = trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.spanId };
		this.#logs.write({
			timeMs: this.#clock.wallMs(),
			level,
			message,
			// The ids last: a field of the same name must not pretend another trace.
			fields: { ...fields, ...ids },
		});
	}

	/** Resolves when the log lines so far have left the process. */
	flush(): Promise<void> {
		return this.#logs.flush();
	}

	/** Something that happens again and again, whose spans, rate, errors and duration are recorded. */
	activity(definition: ActivityDefinition): Activity {
		return new Activity(this, this.#clock, definition);
	}
}

export interface ActivityDefinition {
	/** Of the spans and log lines: `orders@1/place`. */
	readonly name: string;
	readonly kind: SpanKind;
	/** OpenTelemetry's name of the duration, ending in `_seconds`. */
	readonly metric: string;
	readonly help: string;
	readonly labels: Readonly<Record<string, string>>;
	/** The log message and level of one that went well. */
	readonly message: string;
	readonly level?: LogLevel;
}

/** See `Telemetry.activity`. */
export class Activity {
	readonly #telemetry: Telemetry;
	readonly #clock: Clock;
	readonly #definition: ActivityDefinition;
	/** By outcome, so that recording looks up no labels. */
	readonly #durations = new Map<string, Histogram>();
	readonly #ok: Histogram;
	readonly #level: LogLevel;

	constructor(telemetry: Telemetry, clock: Clock, definition: ActivityDefinition) {
		this.#telemetry = telemetry;
		this.#clock = clock;
		this.#definition = definition;
		this.#level = definition.level ?? 'info';
		this.#ok = this.#histogram('ok');
	}

	/**
	 * Records one that has just ended.
	 *
	 * @param startMs When it began, on the monotonic clock.
	 * @param outcome `ok`, or the code of the error that ended it.
	 * @param level Of the log line when it did not go well; `warn` when absent.
	 */
	ended(
		trace: Trace,
		startMs: number,
		outcome: string,
		fields?: Readonly<Record<string, unknown>>,
		level: LogLevel = outcome === 'ok' ? this.#level : 'warn',
	): void {
		const { name, kind, message } = this.#definition;
		const durationMs = this.#clock.monotonicMs() - startMs;
		(outcome === 'ok' ? this.#ok : this.#histogram(outcome)).record(durationMs);
		const endMs = startMs + durationMs;
		this.#telemetry.spans.add({ name, kind, trace, endMs, durationMs, outcome });
		if (!this.#telemetry.logs(level)) return;
		const timing = { name, outcome, duration_ms: Math.round(durationMs * 1_000) / 1_000 };
		this.#telemetry.log(level, message, { ...timing, ...fields }, trace);
	}

	#histogram(outcome: string): Histogram {
		let found = this.#durations.get(outcome);
		if (found === undefined) {
			const { metric, help, labels } = this.#definition;
			found = this.#telemetry.metrics.histogram(metric, help, { ...labels, outcome });
			this.#durations.set(outcome, found);
		}
		return found;
	}
}
