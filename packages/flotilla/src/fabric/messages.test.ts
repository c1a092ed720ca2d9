import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ErrorCode, errorTable } from '../errors/error-table.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import {
	decodeDeclaredError,
	decodeError,
	decodeEvent,
	decodeRequest,
	decodeSubscribe,
	encodeDeclaredError,
	encodeError,
	encodeEvent,
	encodeRequest,
	encodeSubscribe,
} from './messages.ts';

const json = fc.json().map((text) => JSON.parse(text) as unknown);
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const duration = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((ms) => ms + 0);
const perhaps = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
	fc.option(value, { nil: undefined });
const plain = { noNullPrototype: true } as const;
const principal = fc.oneof(
	fc.record({ subject: fc.string(), issuer: fc.string(), scopes: fc.array(fc.string()) }, plain),
	fc.record(
		{
			...{ subject: fc.string(), issuer: fc.string(), tenant: fc.string() },
			scopes: fc.array(fc.string()),
		},
		plain,
	),
);

test('a request arrives as it was sent', () => {
	const request = fc.record(
		{
			...{ to: fc.string(), timeoutMs: perhaps(duration), traceparent: fc.string() },
			...{ tracestate: perhaps(fc.string()), principal: perhaps(principal) },
			...{ from: perhaps(fc.string()), depth: whole, idempotencyKey: perhaps(fc.string()) },
			...{ credit: perhaps(whole), input: json },
		},
		plain,
	);
	fc.assert(
		fc.property(request, (sent) => assert.deepEqual(decodeRequest(encodeRequest(sent)), sent)),
	);
});

test('an event arrives as it was sent, and its data are not read on the way', () => {
	const event = fc.record(
		{
			...{ subscriber: fc.string(), id: fc.string(), event: fc.string() },
			...{ orderingKey: fc.string(), emittedAtMs: whole },
			data: json.map((value) => JSON.stringify(value)),
			context: fc.dictionary(fc.string(), json).map((value) => JSON.stringify(value)),
		},
		plain,
	);
	fc.assert(fc.property(event, (sent) => assert.deepEqual(decodeEvent(encodeEvent(sent)), sent)));
});

test('a subscription and a declared error arrive as they were sent', () => {
	const subscription = fc.record(
		{
			...{ subscriber: fc.string(), version: whole, emitter: fc.string() },
			events: fc.array(fc.string()),
		},
		plain,
	);
	fc.assert(
		fc.property(subscription, fc.string(), json, (sent, code, data) => {
			assert.deepEqual(decodeSubscribe(encodeSubscribe(sent)), sent);
			assert.deepEqual(decodeDeclaredError(encodeDeclaredError(code, data)), { code, data });
		}),
	);
});

test('an error of the platform arrives as it was made, however often it is handed on', () => {
	const code = fc.constantFrom(...(Object.keys(errorTable) as ErrorCode[]));
	const effect = fc.constantFrom('none', 'unknown', 'done');
	const details = fc.dictionary(fc.string(), json, { noNullPrototype: true });
	fc.assert(
		fc.property(code, fc.string(), effect, details, (...[made, message, effect, details]) => {
			const error = new FlotillaError(made, message, { effect, details });
			const again = decodeError(encodeError(decodeError(encodeError(error))));
			assert.equal(again.code, error.code);
			assert.equal(again.message, error.message);
			assert.equal(again.effect, error.effect);
			assert.equal(JSON.stringify(again.details), JSON.stringify(error.details));
		}),
	);
});

test('an error that only a newer version knows keeps its name, its words and its effect', () => {
	const body = { code: 'FLOTILLA_LATER', message: 'What it means.', effect: 'done', details: 1 };
	const error = decodeError(JSON.stringify(body));
	assert.equal(error.effect, 'done');
	assert.match(error.message, /FLOTILLA_LATER: What it means\./);
	for (const name of ['__proto__', 'constructor', 'toString']) {
		const { code } = decodeError(JSON.stringify({ ...body, code: name }));
		assert.equal(code, 'FLOTILLA_HANDLER_FAILED', name);
	}
});

test('whatever a body says, it is understood or refused, and changes nothing else', () => {
	const names = ['to', 'depth', 'traceparent', 'principal', 'scopes', 'code', 'message', 'effect'];
	const name = fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string());
	const { body } = fc.letrec<{ value: unknown; body: string }>((tie) => ({
		value: fc.oneof(json, fc.array(fc.tuple(name, tie('body'))).map(written)),
		body: tie('value').map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
	}));
	const decoders = [decodeRequest, decodeEvent, decodeSubscribe, decodeError, decodeDeclaredError];
	fc.assert(
		fc.property(body, (text) => {
			for (const decode of decoders) {
				try {
					decode(text);
				} catch (error) {
					if (!isFlotillaError(error, 'FLOTILLA_FRAME_MALFORMED')) throw error;
				}
			}
			assert.deepEqual(Object.keys(Object.prototype), []);
			assert.equal(({} as { to?: unknown }).to, undefined);
		}),
	);
});

/** An object as JSON, with names that an object literal could not have. */
function written(fields: readonly (readonly [string, string])[]): string {
	return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}
