import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from '../context/context.ts';
import { runInContext } from '../context/current.ts';
import { Trace } from '../context/trace.ts';
import type { LogLevel, LogRecord } from '../host/logs.ts';
import { nodeRandom } from '../host/node/random.ts';
import { SpanRing } from './spans.ts';
import { Telemetry } from './telemetry.ts';

const random = nodeRandom(1);

function world(logLevel?: LogLevel) {
	const records: LogRecord[] = [];
	const time = { nowMs: 100 };
	const clock = { wallMs: () => 1_000 + time.nowMs, monotonicMs: () => time.nowMs } as never;
	const logs = { write: (record: LogRecord) => records.push(record), flush: async () => {} };
	const telemetry = new Telemetry({ clock, logs, spanCapacity: 3, ...(logLevel && { logLevel }) });
	return { telemetry, records, time };
}

const definition = {
	name: 'a thing',
	kind: 'internal',
	metric: 'thing_duration_seconds',
	help: 'Things.',
	labels: { where: 'here' },
	message: 'thing',
} as const;

test('records below the level are dropped', () => {
	const levels = ['debug', 'info', 'warn', 'error'] as const;
	for (const [index, level] of levels.entries()) {
		const { telemetry, records } = world(level);
		for (const one of levels) telemetry.log(one, 'x');
		assert.deepEqual(
			records.map((record) => record.level),
			levels.slice(index),
		);
		assert.deepEqual(
			levels.filter((one) => telemetry.logs(one)),
			levels.slice(index),
		);
	}
	assert.deepEqual(
		[world().telemetry.logs('info'), world().telemetry.logs('debug')],
		[true, false],
	);
});

test('a log line carries the trace that is given, or the one that is running, and no other', () => {
	const { telemetry, records } = world();
	const [given, running] = [Trace.root(random), Trace.root(random)];
	telemetry.log('info', 'none', { trace_id_of: 'mine' });
	runInContext(
		{ trace: running } as Context,
		() => {
			telemetry.log('info', 'running', { trace_id: 'forged', span_id: 'forged' });
			telemetry.log('info', 'given', {}, given);
		},
		undefined,
		undefined,
	);
	const ids = ({ traceId, spanId }: Trace) => ({ trace_id: traceId, span_id: spanId });
	assert.deepEqual(
		records.map(({ fields }) => fields),
		[{ trace_id_of: 'mine' }, ids(running), ids(given)],
	);
	assert.equal(records[0]?.timeMs, 1_100);
});

test('an activity leaves a span, a duration by outcome, and a line with both ids', () => {
	const { telemetry, records, time } = world();
	const activity = telemetry.activity(definition);
	const trace = Trace.root(random);
	time.nowMs = 112.3456;
	activity.ended(trace, 100, 'ok');
	activity.ended(trace, 100, 'broken', { extra: 1 });
	activity.ended(trace, 100, 'broken', {}, 'debug');
	const [ok] = telemetry.spans.list();
	assert.deepEqual(
		[ok?.name, ok?.kind, ok?.trace.traceparent, ok?.outcome, ok?.endMs],
		['a thing', 'internal', trace.traceparent, 'ok', 112.3456],
	);
	assert.deepEqual(
		records.map(({ level, message, fields }) => [level, message, fields.outcome, fields.extra]),
		[
			['info', 'thing', 'ok', undefined],
			['warn', 'thing', 'broken', 1],
		],
	);
	assert.equal(records[0]?.fields.duration_ms, 12.346);
	assert.equal(records[1]?.fields.trace_id, trace.traceId);
	const text = telemetry.metrics.prometheusText();
	assert.match(text, /thing_duration_seconds_count\{where="here",outcome="ok"\} 1\n/);
	assert.match(text, /thing_duration_seconds_count\{where="here",outcome="broken"\} 2\n/);
});

test('an activity that goes well at its own level is logged at that', () => {
	const { telemetry, records } = world();
	telemetry.activity({ ...definition, level: 'debug' }).ended(Trace.root(random), 100, 'ok');
	assert.deepEqual(records, []);
	assert.equal(telemetry.spans.list().length, 1);
});

test('the newest spans are kept, oldest first', () => {
	const trace = Trace.root(random);
	for (const [capacity, added] of [
		[1, 3],
		[3, 0],
		[3, 2],
		[3, 3],
		[3, 4],
		[3, 100],
	] as const) {
		const ring = new SpanRing(capacity);
		for (let n = 0; n < added; n++) {
			ring.add({ name: `${n}`, kind: 'server', trace, endMs: n, durationMs: 0, outcome: 'ok' });
		}
		const wanted = Array.from({ length: added }, (_, n) => `${n}`).slice(-capacity);
		assert.deepEqual(
			ring.list().map(({ name }) => name),
			wanted,
		);
	}
});

test('a span keeps its place in the trace, whatever that is', () => {
	const ring = new SpanRing(4);
	const root = Trace.root(random);
	const far = Trace.parse(`00-${'f'.repeat(32)}-${'e'.repeat(16)}-00`, 'v=1') as Trace;
	const traces = [root, root.child(random), far, far.child(random)];
	for (const trace of traces) {
		ring.add({ name: 'x', kind: 'server', trace, endMs: 2, durationMs: 1, outcome: 'ok' });
	}
	const told = ({ traceparent, parentSpanId, sampled, state }: Trace) => [
		[traceparent, parentSpanId],
		[sampled, state],
	];
	assert.deepEqual(
		ring.list().map(({ trace }) => told(trace)),
		traces.map(told),
	);
});
