import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { z } from 'zod';
import { currentContext } from '../context/current.ts';
import { stream } from '../contract/definition.ts';
import type { FlotillaError } from '../errors/flotilla-error.ts';
import { limits } from '../limits.ts';
import type { CallContext } from './call-context.ts';
import { failureOf, type Pipeline, pipeline, quiet } from './testing-pipeline.ts';

const Id = z.object({ id: z.string() });
const Count = z.object({ n: z.int() });

/** One streaming query that gives numbers. */
function world(count: (input: never, call: CallContext) => unknown): Pipeline {
	return pipeline(
		{
			version: 1,
			queries: {
				count: { input: Id, output: stream(Count), errors: { gone: Id } },
				brief: { input: Id, output: stream(Count), timeoutMs: 100 },
				outer: { timeoutMs: 200 },
			},
		},
		{ count, brief: count },
	);
}

const input = { id: 'a' };
const never = (): Promise<never> => new Promise(() => {});

/** Waits until the signal of the call aborts. */
function aborted({ signal }: CallContext): Promise<void> {
	return new Promise((resolve) => {
		signal.addEventListener('abort', () => resolve());
	});
}

test('values arrive in order, checked and copied, and then the end', async () => {
	const kept: object[] = [];
	const { call, telemetry } = world(async function* () {
		for (const n of [1, 2, 3]) {
			const value = { n, more: 1 };
			kept.push(value);
			yield value;
		}
	});
	const got: object[] = [];
	for await (const value of call('count', input) as unknown as AsyncIterable<object>) {
		got.push(value);
	}
	assert.deepEqual(got, [{ n: 1 }, { n: 2 }, { n: 3 }]);
	assert.ok(got.every((value) => !kept.includes(value)));
	assert.deepEqual(
		telemetry.spans.list().map(({ name, outcome }) => [name, outcome]),
		[['tested@1/count', 'ok']],
	);
});

test('a handler runs only as far as it is read, and not at all before', async () => {
	const ran: number[] = [];
	const { open } = world(async function* () {
		for (let n = 0; ; n++) {
			ran.push(n);
			yield { n };
		}
	});
	const values = open('count', input);
	await quiet();
	assert.deepEqual(ran, []);
	await values.next();
	await values.next();
	await quiet();
	assert.deepEqual(ran, [0, 1]);
	await values.return?.();
});

test('a reader that leaves ends the handler: its finally runs and its signal aborts', async () => {
	const seen: unknown[] = [];
	const { call, caller, telemetry } = world(async function* (_, { signal }) {
		signal.addEventListener('abort', () => seen.push((signal.reason as FlotillaError).code));
		try {
			for (let n = 0; ; n++) yield { n };
		} finally {
			const [span] = telemetry.spans.list();
			seen.push(currentContext()?.trace.spanId === span?.trace.spanId);
		}
	});
	for await (const _ of call('count', input) as unknown as AsyncIterable<object>) break;
	await quiet();
	assert.deepEqual(seen, ['FLOTILLA_CANCELLED', true]);
	assert.equal(telemetry.spans.list()[0]?.outcome, 'ok');
	await caller.close(60_000);
});

test('a reader may leave while it waits for a value', async () => {
	const seen: string[] = [];
	const { open } = world(async function* (_, call) {
		try {
			await aborted(call);
			yield { n: 1 };
		} finally {
			seen.push('finally');
		}
	});
	const values = open('count', input);
	const waiting = values.next();
	await quiet();
	assert.deepEqual(await values.return?.(), { done: true, value: undefined });
	assert.deepEqual(await waiting, { done: true, value: undefined });
	assert.deepEqual(await values.next(), { done: true, value: undefined });
	await quiet();
	assert.deepEqual(seen, ['finally']);
});

test('a reader that leaves before the handler has begun keeps it from beginning', async () => {
	const seen: string[] = [];
	const { open } = world(async function* () {
		seen.push('began');
		yield { n: 1 };
	});
	const values = open('count', input);
	const waiting = values.next();
	await values.return?.();
	assert.equal((await waiting).done, true);
	await quiet();
	assert.deepEqual(seen, []);
});

test('an iterator by hand is told once that it is left, and never when it has ended', async () => {
	for (const [last, returns] of [
		[2, 0],
		[Infinity, 1],
	] as const) {
		let [n, returned] = [0, 0];
		const { open } = world(() => ({
			[Symbol.asyncIterator]: () => ({
				next: async () => ({ done: n >= last, value: { n: n++ } }),
				return: () => {
					returned++;
					throw new Error('not now');
				},
			}),
		}));
		const values = open('count', input);
		for (let read = 0; read < 3; read++) await values.next();
		await values.return?.();
		await values.return?.();
		await quiet();
		assert.equal(returned, returns);
	}
});

test('what a handler throws comes after the values before it, once', async () => {
	const { open, records } = world(async function* (_, { errors }) {
		yield { n: 1 };
		throw errors.gone?.({ id: 'x', more: 1 });
	});
	const values = open('count', input);
	assert.deepEqual((await values.next()).value, { n: 1 });
	const error = await failureOf(values.next());
	assert.deepEqual([error.code, error.data], ['gone', { id: 'x' }]);
	assert.equal((await values.next()).done, true);
	assert.deepEqual(
		records.map(({ level, fields }) => [level, fields.outcome]),
		[['info', 'gone']],
	);
});

test('a bug in a handler is hidden from the reader and shown in the log', async () => {
	const bugs = [
		async function* () {
			yield await Promise.reject(new Error('secret'));
		},
		() => {
			throw new Error('secret');
		},
		() => Promise.reject(new Error('secret')),
	];
	for (const bug of bugs) {
		const { open, records } = world(bug);
		const error = await failureOf(open('count', input).next());
		assert.equal(error.code, 'FLOTILLA_HANDLER_FAILED');
		assert.ok(!error.message.includes('secret'));
		assert.equal(records[0]?.level, 'error');
		assert.match(String(records[0]?.fields.stack), /secret/);
	}
	for (const odd of [() => undefined, () => 7, () => ({}), async () => [1]]) {
		const error = await failureOf(world(odd).open('count', input).next());
		assert.equal(error.code, 'FLOTILLA_HANDLER_FAILED');
	}
});

test('an input that is not valid never reaches the handler', async () => {
	let runs = 0;
	const { open } = world(() => runs++);
	const error = await failureOf(open('count', { id: 3 }).next());
	assert.deepEqual([error.code, runs], ['FLOTILLA_INPUT_INVALID', 0]);
});

test('a value that is not valid ends the stream and the handler', async () => {
	const seen: string[] = [];
	const { open } = world(async function* () {
		try {
			yield { n: 1 };
			yield { n: 1.5 };
		} finally {
			seen.push('finally');
		}
	});
	const values = open('count', input);
	await values.next();
	const error = await failureOf(values.next());
	assert.equal(error.code, 'FLOTILLA_OUTPUT_INVALID');
	assert.match(error.message, /A value of tested@1\/count is not valid: \/n: /);
	await quiet();
	assert.deepEqual(seen, ['finally']);
	assert.equal((await values.next()).done, true);
});

test('a deadline ends a stream while it is waited for, and also between two values', async () => {
	const seen: string[] = [];
	const { open, clock } = world(async function* (_, call) {
		try {
			yield { n: 1 };
			await aborted(call);
		} finally {
			seen.push((call.signal.reason as FlotillaError).code);
		}
	});
	for (const waits of [true, false]) {
		const values = open('brief', input);
		await values.next();
		const waiting = waits ? failureOf(values.next()) : undefined;
		clock.advance(116);
		const error = await (waiting ?? failureOf(values.next()));
		assert.deepEqual([error.code, error.effect], ['FLOTILLA_DEADLINE_EXCEEDED', 'none']);
		assert.equal((await values.next()).done, true);
	}
	await quiet();
	assert.deepEqual(seen, ['FLOTILLA_DEADLINE_EXCEEDED', 'FLOTILLA_DEADLINE_EXCEEDED']);
	assert.equal(clock.keptAlive, false);
});

test('a stream without a deadline has that of the call that reads it', async () => {
	const outer = world(never);
	let failure: Promise<{ code: string }> | undefined;
	const operation = outer.contract.operations.get('outer');
	assert.ok(operation);
	outer.caller.register({
		operation,
		run: () => {
			failure = failureOf(outer.open('count', input).next());
			return never();
		},
		logger: {} as never,
	});
	const call = failureOf(outer.call('outer'));
	outer.clock.advance(216);
	assert.equal((await call).code, 'FLOTILLA_DEADLINE_EXCEEDED');
	assert.equal((await failure)?.code, 'FLOTILLA_DEADLINE_EXCEEDED');
});

test('a signal ends a stream, and an ended stream leaves no listener on it', async () => {
	const controller = new AbortController();
	const { signal } = controller;
	const { open } = world(async function* () {
		yield { n: 1 };
		await never();
	});
	const [ended, waiting] = [open('count', input, { signal }), open('count', input, { signal })];
	await ended.next();
	await ended.return?.();
	assert.equal(getEventListeners(signal, 'abort').length, 1);
	await waiting.next();
	const failure = failureOf(waiting.next());
	controller.abort();
	assert.equal((await failure).code, 'FLOTILLA_CANCELLED');
	assert.equal(getEventListeners(signal, 'abort').length, 0);
	assert.throws(() => open('count', input, { signal }), /FLOTILLA_CANCELLED/);
});

test('two readers of one stream are refused, two readings of one result are two streams', async () => {
	let runs = 0;
	const { call, open } = world(async function* () {
		yield { n: runs++ };
	});
	const values = open('count', input);
	const first = values.next();
	await assert.rejects(values.next(), TypeError);
	assert.deepEqual((await first).value, { n: 0 });
	const result = call('count', input) as unknown as AsyncIterable<object>;
	for (const n of [1, 2]) {
		for await (const value of result) assert.deepEqual(value, { n });
	}
});

test('more streams than the limit are refused, and possible again later', async () => {
	const { open } = world(async function* () {
		yield { n: 1 };
	});
	const all = Array.from({ length: limits.streamsOpen }, () => open('count', input));
	assert.throws(() => open('count', input), /FLOTILLA_OVERLOADED/);
	await Promise.all(all.map((values) => values.return?.()));
	assert.equal((await open('count', input).next()).done, false);
});

test('closing ends the streams of readers outside at once: they may never end by themselves', async () => {
	const { open, caller, clock } = world(async function* () {
		for (let n = 0; ; n++) yield { n };
	});
	const [read, unread] = [open('count', input), open('count', input)];
	await read.next();
	await caller.close(1_000);
	assert.equal((await failureOf(read.next())).code, 'FLOTILLA_UNAVAILABLE');
	assert.equal((await failureOf(unread.next())).code, 'FLOTILLA_UNAVAILABLE');
	assert.throws(() => open('count', input), /FLOTILLA_UNAVAILABLE/);
	assert.equal(clock.timers, 0);
});
