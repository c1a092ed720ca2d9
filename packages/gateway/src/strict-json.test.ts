import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFlotillaError } from 'flotilla';
import { parseStrictJson } from './strict-json.ts';

const parse = (text: string | Uint8Array, depthMax = 100): unknown =>
	parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text, depthMax);

test('whatever JSON.stringify writes is read back as it was', () => {
	fc.assert(
		fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
			assert.deepEqual(parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value)));
		}),
	);
});

test('equal keys in different objects are no duplicates', () => {
	const text = '{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":"a\\"a"}}';
	assert.deepEqual(parse(text), JSON.parse(text));
});

test('the word constructor is a key like any other', () => {
	assert.deepEqual(parse('{"constructor":"Bob","prototype":1}'), {
		constructor: 'Bob',
		prototype: 1,
	});
});

test('a pair of surrogate escapes is one character', () => {
	assert.equal(parse('"\\ud83d\\ude00"'), '😀');
});

for (const [what, text, message] of [
	['nothing', '', /not JSON/],
	['a trailing comma', '[1,]', /not JSON/],
	['two values', '{} {}', /not JSON/],
	['a comment', '{} // x', /not JSON/],
	['a byte order mark', '\ufeff{}', /not JSON/],
	['a number that is none', 'NaN', /not JSON/],
	['a raw line feed in a string', '"a\nb"', /not JSON/],
	['a key twice', '{"a":1,"b":2,"a":3}', /key 'a' twice/],
	['a key twice, once escaped', '{"a":1,"\\u0061":2}', /key 'a' twice/],
	['a key twice inside of an array', '[[{"a":[],"a":{}}]]', /key 'a' twice/],
	['a key twice after an object', '{"a":{"b":1},"a":1}', /key 'a' twice/],
	['an empty key twice', '{"":1,"":2}', /key '' twice/],
	['a prototype', '{"__proto__":{"admin":true}}', /__proto__/],
	['an escaped prototype', '{"x":[{"\\u005f_proto__":1}]}', /__proto__/],
	['the prototype of the constructor', '{"constructor":{"prototype":{"a":1}}}', /prototype/],
	['half of a surrogate pair', '{"a":"\\ud83d"}', /surrogate/],
	['half of a surrogate pair in a key', '{"\\udc00":1}', /surrogate/],
] as const) {
	test(`${what} is refused`, () => {
		assert.throws(
			() => parse(text),
			(error) =>
				isFlotillaError(error, 'FLOTILLA_REQUEST_MALFORMED') && message.test(error.message),
		);
	});
}

test('what is not UTF-8 is refused', () => {
	for (const bytes of [
		[0x22, 0xff, 0x22],
		[0x22, 0xc0, 0x80, 0x22],
		[0x22, 0xed, 0xa0, 0x80, 0x22],
	]) {
		assert.throws(() => parse(Uint8Array.from(bytes)), /not UTF-8/);
	}
});

test('nesting is allowed up to the limit and refused beyond', () => {
	const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
	parse(nested(3), 3);
	assert.throws(() => parse(nested(4), 3), /deeper than 3/);
	assert.throws(() => parse(nested(500_000)), /deeper than 100/);
});

test('what a body says does not turn up in the refusal', () => {
	assert.throws(
		() => parse('{"password": "hunter2" oops}'),
		(error) => !(error as Error).message.includes('hunter2'),
	);
});

test('a body of a million characters is looked through in a moment', () => {
	const backslashes = `{"a":"${'\\\\'.repeat(500_000)}"}`;
	const keys = `{${Array.from({ length: 60_000 }, (_, index) => `"key${index}":${index}`).join(',')}}`;
	for (const text of [backslashes, keys]) {
		const startMs = performance.now();
		parse(text);
		assert.ok(performance.now() - startMs < 1_000);
	}
});
