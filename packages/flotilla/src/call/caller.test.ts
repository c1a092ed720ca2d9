import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { z } from 'zod';
import type { Cancellation } from '../context/cancellation.ts';
import { currentContext, runInContext } from '../context/current.ts';
import { Trace } from '../context/trace.ts';
import { contract } from '../contract/contract.ts';
import { DeclaredError, isDeclaredError } from '../contract/declared-error.ts';
import { CodedError } from '../errors/coded-error.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import { limits } from '../limits.ts';
import type { CallContext } from './call-context.ts';
import { failureOf, type Pipeline, pipeline, quiet } from './testing-pipeline.ts';

const Id = z.object({ id: z.string() });

/** One query and one command, with a handler each. */
function world(get: (input: never, call: CallContext) => unknown, change = get) {
	return pipeline(
		{
			version: 1,
			queries: {
				get: { input: Id, output: Id, errors: { notFound: Id }, timeoutMs: 1_000 },
				ping: {},
			},
			commands: {
				change: { input: Id, output: Id, errors: { taken: Id } },
				repeat: { idempotent: true, errors: { taken: Id } },
			},
		},
		{ get, change, repeat: change, ping: () => {} },
	);
}

const never = (): Promise<never> => new Promise(() => {});
const boom = (): never => {
	throw new Error('secret');
};

test('a handler gets the output form of its input, and the caller that of the answer', async () => {
	const { call } = world(({ id }: { id: string }) => ({ id: `${id}!`, more: 1 }));
	assert.deepEqual(await call('get', { id: 'a', more: 1 }), { id: 'a!' });
	assert.equal(await call('ping'), undefined);
});

test('caller and handler share no objects', async () => {
	const kept: unknown[] = [];
	const Any = z.object({ any: z.any() });
	const { call } = pipeline(
		{ version: 1, queries: { echo: { input: Any, output: Any } } },
		{
			echo: (input) => {
				kept.push(input);
				return input;
			},
		},
	);
	const mine = { any: { list: [1] } };
	const answer = (await call('echo', mine)) as typeof mine;
	mine.any.list.push(2);
	answer.any.list.push(3);
	assert.deepEqual(kept, [{ any: { list: [1] } }]);
});

test('an input that is not valid never reaches the handler, and one that it returns not the caller', async () => {
	let runs = 0;
	const { call } = world(() => {
		runs++;
		return { id: 7 };
	});
	const input = await failureOf(call('get', { id: 3 }));
	assert.deepEqual([input.code, input.effect, runs], ['FLOTILLA_INPUT_INVALID', 'none', 0]);
	assert.match(input.message, /The input of tested@1\/get is not valid: \/id: /);
	assert.equal((input.details.issues as { path: string }[])[0]?.path, '/id');
	const output = await failureOf(call('get', { id: 'a' }));
	assert.deepEqual([output.code, output.effect], ['FLOTILLA_OUTPUT_INVALID', 'none']);
	assert.match(output.message, /The output of tested@1\/get/);
});

test('many issues are counted, and only the first ones are named', async () => {
	const fields = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`f${n}`, z.string()]));
	const { call } = pipeline(
		{ version: 1, queries: { get: { input: z.object(fields) } } },
		{ get: () => {} },
	);
	const { message, details } = await failureOf(call('get', {}));
	assert.match(message, /and 147 more/);
	assert.equal((details.issues as unknown[]).length, 100);
});

test('a validator that throws, at once or later, fails the call and nothing else', async () => {
	const throwing = (validate: (value: unknown) => unknown) =>
		({
			'~standard': {
				version: 1,
				vendor: 'throwing',
				validate,
				jsonSchema: { input: () => ({ type: 'object' }), output: () => ({}) },
			},
		}) as unknown as z.ZodType;
	for (const schema of [throwing(boom), throwing(async () => boom())]) {
		const { call, caller } = pipeline(
			{
				version: 1,
				queries: {
					wants: { input: schema },
					gives: { output: schema },
					errs: { errors: { odd: schema } },
				},
			},
			{
				wants: () => {},
				gives: async () => ({}),
				errs: (_, { errors }) => {
					throw errors.odd?.({});
				},
			},
		);
		for (const name of ['wants', 'gives', 'errs']) {
			const { code, message } = await failureOf(call(name, {}));
			const wanted = name === 'errs' ? 'FLOTILLA_OUTPUT_INVALID' : 'FLOTILLA_HANDLER_FAILED';
			assert.equal(code, wanted);
			assert.ok(name === 'errs' || !message.includes('secret'));
		}
		// Nothing is counted as under way any more: closing waits for nobody.
		await caller.close(60_000);
	}
});

test('an asynchronous validator is waited for, on the way in and out', async () => {
	const Slow = z.object({ id: z.string().refine(async (id) => id !== 'bad') });
	const { call } = pipeline(
		{ version: 1, queries: { get: { input: Slow, output: Slow } } },
		{ get: ({ id }: { id: string }) => ({ id: id === 'turn' ? 'bad' : id }) },
	);
	assert.deepEqual(await call('get', { id: 'a' }), { id: 'a' });
	const { code } = await failureOf(call('get', { id: 'bad' }));
	assert.equal(code, 'FLOTILLA_INPUT_INVALID');
	const turned = await failureOf(call('get', { id: 'turn' }));
	assert.equal(turned.code, 'FLOTILLA_OUTPUT_INVALID');
});

test('a declared error arrives with a copy of its data, thrown or as a value', async () => {
	const data = { id: 'x', more: 1 };
	const { call, tries } = world((_, { errors }) => {
		throw errors.notFound?.(data);
	});
	const error = await failureOf(call('get', { id: 'a' }));
	assert.ok(isDeclaredError(error, 'notFound'));
	assert.deepEqual(error.data, { id: 'x' });
	const result = (await tries('get', { id: 'a' })) as { ok: boolean; error: DeclaredError };
	assert.deepEqual(
		[result.ok, result.error.code, result.error.effect],
		[false, 'notFound', 'none'],
	);
	await assert.rejects(tries('get', { id: 3 }), /FLOTILLA_INPUT_INVALID/);
});

test('a declared error with data that does not fit, or of no declaration, is a bug', async () => {
	const thrown = [
		[(call: CallContext) => call.errors.notFound?.({ id: 3 }), 'FLOTILLA_OUTPUT_INVALID'],
		[() => new DeclaredError('tested@1/get', 'unheard', {}), 'FLOTILLA_HANDLER_FAILED'],
		[() => new DeclaredError('other@1/get', 'notFound', { id: 'a' }), 'FLOTILLA_HANDLER_FAILED'],
		[(call: CallContext) => call.errors.notFound?.(1n), 'FLOTILLA_HANDLER_FAILED'],
	] as const;
	for (const [make, code] of thrown) {
		const { call } = world((_, call) => {
			throw make(call);
		});
		const error = await failureOf(call('get', { id: 'a' }));
		assert.equal(error.code, code);
		assert.equal(error.details.operation, 'tested@1/get');
	}
});

test('whatever a handler throws is a failure that tells the caller nothing of it, and the log all', async () => {
	const odd = [
		new Error('secret'),
		'secret',
		{ secret: 'secret' },
		undefined,
		null,
		Object.create(null),
		{ code: 'notFound' },
		{
			get stack(): string {
				throw new Error('secret');
			},
		},
	];
	for (const thrown of odd) {
		for (const fail of [
			() => {
				throw thrown;
			},
			async () => {
				throw thrown;
			},
		]) {
			const { call, records } = world(fail);
			const error = await failureOf(call('get', { id: 'a' }));
			assert.deepEqual([error.code, error.effect], ['FLOTILLA_HANDLER_FAILED', 'none']);
			assert.ok(!error.message.includes('secret'));
			assert.ok(!JSON.stringify(error).includes('secret') || typeof thrown === 'object');
			const [record] = records;
			assert.equal(record?.level, 'error');
			if (thrown === 'secret' || thrown instanceof Error) {
				assert.match(String(record?.fields.stack), /secret/);
			}
		}
	}
});

test('of the errors of the platform only those pass that tell a caller to try again later', async () => {
	const passing = [
		'FLOTILLA_UNAVAILABLE',
		'FLOTILLA_OVERLOADED',
		'FLOTILLA_DEADLINE_EXCEEDED',
	] as const;
	const staying = [
		'FLOTILLA_INPUT_INVALID',
		'FLOTILLA_ROW_COUNT',
		'FLOTILLA_HANDLER_FAILED',
	] as const;
	for (const code of [...passing, ...staying]) {
		const { call } = world(() => {
			throw new FlotillaError(code, 'Below.', { details: { operation: 'below@1/x' } });
		});
		const error = await failureOf(call('get', { id: 'a' }));
		const passes = passing.some((one) => one === code);
		assert.equal(error.code, passes ? code : 'FLOTILLA_HANDLER_FAILED');
		assert.equal(error.effect, 'none', 'a query changes nothing');
	}
});

test('a code that only a newer version knows is a failure like any other', async () => {
	for (const operation of ['other@1/x', 'tested@1/get']) {
		const { call } = world(() => {
			throw new CodedError('FLOTILLA_OF_TOMORROW', 'Told over HTTP.', {
				effect: 'none',
				details: { operation },
			});
		});
		assert.equal((await failureOf(call('get', { id: 'a' }))).code, 'FLOTILLA_HANDLER_FAILED');
	}
});

test('what a failed command says about its effect', async () => {
	type Call = CallContext & { command: NonNullable<CallContext['command']> };
	const busy = (effect: 'none' | 'unknown' | 'done') =>
		new FlotillaError('FLOTILLA_UNAVAILABLE', 'Below.', { effect });
	const failIn = ({ command }: Call, transaction: 'committed' | 'open'): never => {
		command.transaction = transaction;
		return boom();
	};
	const cases: readonly [(call: Call) => unknown, string, string][] = [
		[boom, 'none', 'unknown'],
		[() => ({ id: 3 }), 'none', 'none'],
		[(call) => failIn(call, 'committed'), 'done', 'done'],
		[(call) => failIn(call, 'open'), 'unknown', 'unknown'],
		[() => Promise.reject(busy('none')), 'none', 'unknown'],
		[() => Promise.reject(busy('unknown')), 'unknown', 'unknown'],
		[() => Promise.reject(busy('done')), 'unknown', 'unknown'],
	];
	for (const [handler, change, repeat] of cases) {
		const { call } = world(
			() => {},
			(_, context) => handler(context as Call),
		);
		const error = await failureOf(call('change', { id: 'a' }));
		assert.equal(error.effect, change, String(handler));
		if (repeat === 'none') continue;
		assert.equal((await failureOf(call('repeat'))).effect, repeat);
	}
});

test('a command that has called another command says that it may have taken effect', async () => {
	const below: Record<string, () => unknown> = {
		fine: () => ({ id: 'b' }),
		bug: boom,
		refused: () => {
			throw new DeclaredError('below@1/change', 'taken', { id: 'a' });
		},
	};
	const effects: Record<string, string> = {};
	for (const [name, handler] of Object.entries(below)) {
		const { call, add } = world(
			() => {},
			async () => {
				await other('change', { id: 'a' }).catch(() => {});
				return boom();
			},
		);
		const Below = contract('below', {
			version: 1,
			commands: { change: { input: Id, output: Id, errors: { taken: Id } } },
		});
		const other = add(Below, { change: handler });
		effects[name] = (await failureOf(call('change', { id: 'a' }))).effect;
	}
	// A bug before any transaction of its own took no effect, and a refusal never does.
	assert.deepEqual(effects, { fine: 'unknown', bug: 'none', refused: 'none' });
});

test('a call ends at its deadline while its handler goes on, and the handler is told', async () => {
	let signal: AbortSignal | undefined;
	let answerLate: (answer: unknown) => void = () => {};
	const handler = (_: never, call: CallContext) => {
		signal = call.signal;
		assert.equal(call.remainingMs, 1_000);
		return new Promise((resolve) => {
			answerLate = resolve;
		});
	};
	const { call, clock, records } = world(handler);
	const failure = failureOf(call('get', { id: 'a' }));
	clock.advance(999);
	assert.equal(signal?.aborted, false);
	clock.advance(17);
	const { code, effect, message } = await failure;
	assert.deepEqual([code, effect], ['FLOTILLA_DEADLINE_EXCEEDED', 'none']);
	assert.match(message, /tested@1\/get/);
	assert.equal((signal as AbortSignal).reason.code, 'FLOTILLA_DEADLINE_EXCEEDED');
	answerLate({ id: 3 });
	await quiet();
	assert.equal(records.length, 1);
	assert.equal(clock.keptAlive, false);
});

test('an interrupted command says unknown, and done once it has committed', async () => {
	for (const [transaction, effect] of [
		['none', 'unknown'],
		['open', 'unknown'],
		['committed', 'done'],
	] as const) {
		const { call, clock } = world(never, (_, { command }) => {
			if (command !== undefined) command.transaction = transaction;
			return never();
		});
		const failure = failureOf(call('change', { id: 'a' }));
		clock.advance(10_016);
		assert.equal((await failure).effect, effect);
		const controller = new AbortController();
		const { signal } = controller;
		const aborted = failureOf(call('change', { id: 'a' }, { signal }));
		controller.abort();
		assert.deepEqual(
			[(await aborted).code, (await aborted).effect],
			['FLOTILLA_CANCELLED', effect],
		);
	}
});

test('a caller may wait shorter or longer than the operation says, but never without sense', async () => {
	const { call, clock } = world(never);
	const failing = (timeoutMs: number) => {
		const state = { failed: '' };
		call('get', { id: 'a' }, { timeoutMs }).catch(({ code }) => {
			state.failed = code;
		});
		return state;
	};
	const [short, long, endless] = [failing(100), failing(5_000), failing(Infinity)];
	const days = failing(90 * 86_400_000);
	clock.advance(116);
	await quiet();
	assert.deepEqual([short.failed, long.failed], ['FLOTILLA_DEADLINE_EXCEEDED', '']);
	clock.advance(4_900);
	await quiet();
	assert.deepEqual(
		[long.failed, endless.failed, days.failed],
		['FLOTILLA_DEADLINE_EXCEEDED', '', ''],
	);
	for (const timeoutMs of [0, -1, Number.NaN]) {
		const { code, effect } = await failureOf(call('get', { id: 'a' }, { timeoutMs }));
		assert.deepEqual([code, effect], ['FLOTILLA_DEADLINE_EXCEEDED', 'none']);
	}
});

test('a call below has what is left of the time above, and not more', async () => {
	const left: number[] = [];
	const three: Pipeline = pipeline(
		{
			version: 1,
			queries: { outer: { timeoutMs: 100 }, inner: { timeoutMs: 5_000 }, brief: { timeoutMs: 10 } },
		},
		{
			outer: async () => {
				three.clock.advance(40);
				await three.call('inner');
				await three.call('brief');
			},
			inner: (_, { remainingMs }) => left.push(remainingMs),
			brief: (_, { remainingMs }) => left.push(remainingMs),
		},
	);
	await three.call('outer');
	assert.deepEqual(left, [60, 10]);
});

test('a call given up stops all that it called, however deep, and lets it call no more', async () => {
	const seen: string[] = [];
	const three: Pipeline = pipeline(
		{ version: 1, queries: { a: { timeoutMs: 100 }, b: {}, c: {}, d: {} } },
		{
			a: () => three.call('b'),
			b: () => Promise.all([three.call('c'), three.call('c')]),
			c: async (_, { signal }) => {
				await new Promise((resolve) => signal.addEventListener('abort', resolve));
				const { code, effect } = await failureOf(three.call('d'));
				seen.push(`${code} ${effect}`);
			},
			d: () => seen.push('ran'),
		},
	);
	const failure = failureOf(three.call('a'));
	three.clock.advance(116);
	assert.equal((await failure).code, 'FLOTILLA_DEADLINE_EXCEEDED');
	await quiet();
	assert.deepEqual(seen, Array(2).fill('FLOTILLA_DEADLINE_EXCEEDED none'));
	await three.caller.close(60_000);
});

test('a caller that aborts is answered at once, and the handler is told why', async () => {
	let signal: AbortSignal | undefined;
	const { call } = world((_, call) => {
		signal = call.signal;
		return never();
	});
	const controller = new AbortController();
	const failure = failureOf(call('get', { id: 'a' }, { signal: controller.signal }));
	controller.abort(new Error('bored'));
	const { code, effect } = await failure;
	assert.deepEqual([code, effect], ['FLOTILLA_CANCELLED', 'none']);
	assert.equal((signal as AbortSignal).reason.code, 'FLOTILLA_CANCELLED');
});

test('a caller that has aborted already does not start anything', async () => {
	let runs = 0;
	const { call } = world(() => runs++);
	for (const name of ['get', 'change']) {
		const { code, effect } = await failureOf(
			call(name, { id: 'a' }, { signal: AbortSignal.abort() }),
		);
		assert.deepEqual([code, effect, runs], ['FLOTILLA_CANCELLED', 'none', 0]);
	}
});

test('calls leave no listener behind, neither on the signal nor on the call above', async () => {
	const controller = new AbortController();
	const { signal } = controller;
	const warnings: Error[] = [];
	const warn = (warning: Error) => warnings.push(warning);
	process.on('warning', warn);
	let subscribed = 0;
	const count = (cancellation: Cancellation): void => {
		const { subscribe, unsubscribe } = cancellation;
		cancellation.subscribe = (listener) => [subscribed++, subscribe.call(cancellation, listener)];
		cancellation.unsubscribe = (listener) => [
			subscribed--,
			unsubscribe.call(cancellation, listener),
		];
	};
	const outer: Pipeline = pipeline(
		{ version: 1, queries: { outer: {}, fine: {}, bug: {}, wants: { input: Id } } },
		{
			outer: async (_, { cancellation }) => {
				count(cancellation);
				const all = Array.from({ length: 50 }, () => [
					outer.call('fine', undefined, { signal }),
					outer.call('bug', undefined, { signal }),
					outer.call('wants', {}, { signal }),
					outer.call('fine', undefined, { signal, timeoutMs: -1 }),
				]);
				await Promise.allSettled(all.flat());
			},
			fine: async () => {},
			bug: boom,
			wants: () => {},
		},
	);
	await outer.call('outer');
	assert.equal(subscribed, 0);
	assert.equal(getEventListeners(signal, 'abort').length, 0);
	await quiet();
	process.off('warning', warn);
	assert.deepEqual(warnings, []);
	assert.equal(outer.clock.keptAlive, false);
});

test('calls nested deeper than the limit are refused', async () => {
	let depth = 0;
	const endless: Pipeline = pipeline(
		{ version: 1, queries: { again: {} } },
		{
			again: () => {
				depth++;
				return endless.call('again');
			},
		},
	);
	const { code } = await failureOf(endless.call('again'));
	assert.equal(code, 'FLOTILLA_OVERLOADED');
	assert.equal(depth, limits.callDepth + 1);
});

test('more calls under way than the limit are refused, counted, and possible again later', async () => {
	const waiting: ((value: unknown) => void)[] = [];
	const { call, telemetry, records } = world(() => new Promise((resolve) => waiting.push(resolve)));
	const calls = Array.from({ length: limits.callsUnderWay }, () => call('get', { id: 'a' }));
	const { code, effect } = await failureOf(call('get', { id: 'a' }));
	assert.deepEqual([code, effect], ['FLOTILLA_OVERLOADED', 'none']);
	assert.match(telemetry.metrics.prometheusText(), /_count\{.*outcome="FLOTILLA_OVERLOADED"\} 1\n/);
	assert.equal(records.length, 0);
	for (const resolve of waiting.splice(0)) resolve({ id: 'a' });
	await Promise.all(calls);
	const again = call('get', { id: 'a' });
	waiting[0]?.({ id: 'b' });
	assert.deepEqual(await again, { id: 'b' });
});

test('closing refuses new calls and waits for those under way, which may still call', async () => {
	let release: (value?: unknown) => void = () => {};
	const gate = new Promise((resolve) => {
		release = resolve;
	});
	const two: Pipeline = pipeline(
		{ version: 1, queries: { outer: { output: z.string() }, inner: { output: z.string() } } },
		{
			outer: async () => {
				await gate;
				return two.call('inner');
			},
			inner: () => 'done',
		},
	);
	const answer = two.call('outer');
	let closed = false;
	const closing = Promise.all([two.caller.close(60_000), two.caller.close(60_000)]).then(() => {
		closed = true;
	});
	const { code, effect } = await failureOf(two.call('inner'));
	assert.deepEqual([code, effect, closed], ['FLOTILLA_UNAVAILABLE', 'none', false]);
	release();
	assert.equal(await answer, 'done');
	await closing;
	assert.equal(two.clock.timers, 0);
	const late = await failureOf(two.call('inner'));
	assert.equal(late.code, 'FLOTILLA_UNAVAILABLE');
});

test('what is still under way when closing has waited long enough is given up', async () => {
	let signal: AbortSignal | undefined;
	const { call, caller, clock } = world((_, call) => {
		signal = call.signal;
		return never();
	});
	const query = failureOf(call('get', { id: 'a' }, { timeoutMs: 1e6 }));
	const command = failureOf(call('change', { id: 'a' }, { timeoutMs: Infinity }));
	const closing = caller.close(500);
	clock.advance(500);
	await closing;
	assert.deepEqual([(await query).code, (await query).effect], ['FLOTILLA_UNAVAILABLE', 'none']);
	assert.deepEqual(
		[(await command).code, (await command).effect],
		['FLOTILLA_UNAVAILABLE', 'unknown'],
	);
	assert.ok(signal?.aborted);
	assert.equal(clock.timers, 0);
});

test('an operation that nobody serves here is unavailable', async () => {
	const { caller } = world(() => {});
	const Other = contract('other', { version: 1, queries: { get: {} } });
	const operation = Other.operations.get('get');
	assert.ok(operation);
	const { code } = await failureOf(caller.invoke(operation, undefined));
	assert.equal(code, 'FLOTILLA_UNAVAILABLE');
});

test('principal, trace and peer travel downward and nowhere else', async () => {
	const seen: Record<string, unknown>[] = [];
	const note = ({ principal, peer, trace, id, idempotencyKey }: CallContext): void => {
		assert.equal(currentContext()?.trace, trace);
		seen.push({ subject: principal?.subject, peer, trace, id, idempotencyKey });
	};
	const two: Pipeline = pipeline(
		{ version: 1, queries: { outer: {}, inner: {} } },
		{
			outer: async (_, call) => {
				note(call);
				// A client cannot say who is asking, whatever it hands over.
				await two.call('inner', undefined, {
					principal: { subject: 'root' },
					idempotencyKey: 'k',
				});
			},
			inner: (_, call) => note(call),
		},
	);
	const outer = two.contract.operations.get('outer');
	assert.ok(outer);
	const trace = Trace.parse(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`, 'v=1');
	const principal = { subject: 'eve', issuer: 'test', scopes: [] };
	await two.caller.invoke(outer, undefined, { principal, trace });
	const [above, below] = seen;
	const [one, other] = [above?.trace, below?.trace] as [Trace, Trace];
	assert.deepEqual(
		[above?.subject, above?.peer, one.parentSpanId],
		['eve', undefined, 'b'.repeat(16)],
	);
	assert.deepEqual(
		[below?.subject, below?.peer, other.parentSpanId],
		['eve', 'tested', one.spanId],
	);
	assert.deepEqual([other.traceId, other.sampled, other.state], ['a'.repeat(32), false, 'v=1']);
	assert.deepEqual([above?.idempotencyKey, below?.idempotencyKey], [undefined, 'k']);
	assert.equal(above?.id, `${one.traceId}-${one.spanId}`);
	assert.equal(currentContext(), undefined);
});

test('contexts of concurrent calls do not mix, whatever they wait for', async () => {
	const mixed: unknown[] = [];
	const { caller, contract: tested } = world(async ({ id }: { id: string }, call) => {
		for (let turn = 0; turn < 5; turn++) {
			await (turn % 2 === 0 ? quiet() : Promise.resolve());
			const context = currentContext();
			if (context !== call || context?.principal?.subject !== id) mixed.push(id);
		}
		return { id };
	});
	const get = tested.operations.get('get');
	assert.ok(get);
	await Promise.all(
		Array.from({ length: 100 }, (_, n) => {
			const principal = { subject: `${n}`, issuer: 'test', scopes: [] };
			return caller.invoke(get, { id: `${n}` }, { principal });
		}),
	);
	assert.deepEqual(mixed, []);
});

test('what a handler does when it is aborted happens in its own context', async () => {
	const seen: (string | undefined)[] = [];
	const {
		caller,
		contract: tested,
		clock,
	} = world(({ id }: { id: string }, { signal }) => {
		signal.addEventListener('abort', () =>
			seen.push(`${id} ${currentContext()?.principal?.subject}`),
		);
		return never();
	});
	const get = tested.operations.get('get');
	assert.ok(get);
	const failures = ['a', 'b'].map((id) => {
		const principal = { subject: id, issuer: 'test', scopes: [] };
		return failureOf(caller.invoke(get, { id }, { principal }));
	});
	clock.advance(1_016);
	await Promise.all(failures);
	assert.deepEqual(seen.sort(), ['a a', 'b b']);
});

test('a call inside a transaction is refused', async () => {
	const { call } = world((_, context) =>
		runInContext({ ...context, inTransaction: true } as CallContext, () => call('ping'), 0, 0),
	);
	const { code, cause } = await failureOf(call('get', { id: 'a' }));
	assert.equal(code, 'FLOTILLA_HANDLER_FAILED');
	assert.equal((cause as FlotillaError).code, 'FLOTILLA_CALL_IN_TX');
});

test('every call leaves a span, a duration and a log line that carries its trace', async () => {
	const { call, telemetry, records, clock } = world(async (_, call) => {
		call.log.info('inside', { trace_id: 'forged' });
		clock.advance(25);
		return { id: 'a' };
	});
	await call('get', { id: 'a' });
	const [inside, line] = records;
	const [span] = telemetry.spans.list();
	assert.deepEqual([span?.name, span?.outcome, span?.durationMs], ['tested@1/get', 'ok', 25]);
	assert.deepEqual([line?.message, line?.fields.duration_ms], ['call', 25]);
	for (const record of [inside, line]) {
		assert.deepEqual(
			[record?.fields.trace_id, record?.fields.span_id],
			[span?.trace.traceId, span?.trace.spanId],
		);
	}
	await failureOf(call('get', { id: 3 }));
	const text = telemetry.metrics.prometheusText();
	assert.match(text, /_count\{rpc_service="tested@1",rpc_method="get",outcome="ok"\} 1\n/);
	assert.match(text, /_count\{.*rpc_method="get",outcome="FLOTILLA_INPUT_INVALID"\} 1\n/);
});
