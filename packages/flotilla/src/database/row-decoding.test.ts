import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { isFlotillaError } from '../errors/flotilla-error.ts';
import { decodeRow } from './row-decoding.ts';

const invalid = (pattern: RegExp) => (error: unknown) =>
	isFlotillaError(error, 'FLOTILLA_ROW_INVALID') && pattern.test(error.message);

test('columns in snake case are properties in camel case, and either spelling is taken', () => {
	const schema = z.object({ createdAtMs: z.int(), id: z.string() });
	const expected = { createdAtMs: 5, id: 'a' };
	assert.deepEqual(decodeRow(schema, { created_at_ms: 5, id: 'a' }), expected);
	assert.deepEqual(decodeRow(schema, { createdAtMs: 5, id: 'a' }), expected);
});

test('a property that is spelled like the column comes before one that only resembles it', () => {
	for (const schema of [
		z.object({ unit_price: z.int(), unitPrice: z.int().optional() }),
		z.object({ unitPrice: z.int().optional(), unit_price: z.int() }),
	]) {
		assert.deepEqual(decodeRow(schema, { unit_price: 1 }), { unit_price: 1 });
	}
});

test('columns that the schema does not know are dropped, even by a strict schema', () => {
	const row = { id: 'a', password_hash: 'secret' };
	assert.deepEqual(decodeRow(z.object({ id: z.string() }), row), { id: 'a' });
	assert.deepEqual(decodeRow(z.strictObject({ id: z.string() }), row), { id: 'a' });
});

test('0 and 1 are booleans where the schema wants one, and numbers where it allows numbers', () => {
	const schema = z.object({
		paid: z.boolean(),
		maybe: z.boolean().nullable(),
		either: z.union([z.boolean(), z.int()]),
		count: z.int(),
	});
	const row = { paid: 0, maybe: 1, either: 1, count: 1 };
	assert.deepEqual(decodeRow(schema, row), { paid: false, maybe: true, either: 1, count: 1 });
	const given = { paid: true, maybe: null, either: false, count: 0 };
	assert.deepEqual(decodeRow(schema, given), given);
	assert.throws(() => decodeRow(schema, { ...row, paid: 2 }), invalid(/paid: /));
});

test('null is absent where a property is optional, and null where it is nullable', () => {
	const schema = z.object({
		optional: z.string().optional(),
		nullable: z.string().nullable(),
		nullish: z.string().nullish(),
		withDefault: z.string().default('d'),
	});
	const row = { optional: null, nullable: null, nullish: null, with_default: null };
	const expected = { nullable: null, nullish: null, withDefault: 'd' };
	assert.deepEqual(decodeRow(schema, row), expected);
	assert.throws(() => decodeRow(z.object({ id: z.string() }), { id: null }), invalid(/id: .*null/));
});

test('texts are JSON where the schema wants an object or an array, whatever the engine gives', () => {
	const schema = z.object({
		lines: z.array(z.object({ sku: z.string() })),
		address: z.object({ city: z.string() }).optional(),
		tags: z.record(z.string(), z.boolean()),
	});
	const parsed = { lines: [{ sku: 'a' }], address: { city: 'b' }, tags: { c: true } };
	const texts = {
		lines: JSON.stringify(parsed.lines),
		address: JSON.stringify(parsed.address),
		tags: JSON.stringify(parsed.tags),
	};
	assert.deepEqual(decodeRow(schema, texts), parsed);
	assert.deepEqual(decodeRow(schema, parsed), parsed);
	const { address: _, ...without } = parsed;
	assert.deepEqual(decodeRow(schema, { ...texts, address: null }), without);
	// What `json(undefined)` wrote.
	assert.deepEqual(decodeRow(schema, { ...texts, address: 'null' }), without);
	assert.throws(() => decodeRow(schema, { ...texts, tags: '{' }), invalid(/tags holds no JSON/));
});

test('any JSON value comes back as it was written', () => {
	const schema = z.object({ value: z.json() });
	// zod drops keys of this name, which could pollute prototypes.
	const values = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__"'));
	fc.assert(
		fc.property(values, (value) => {
			const written = JSON.parse(JSON.stringify(value));
			const text = JSON.stringify(value);
			assert.deepEqual(decodeRow(schema, { value: text }), { value: written });
		}),
	);
});

test('where a text is allowed beside JSON, a text that is none of it stays one', () => {
	const schema = z.object({ value: z.union([z.string(), z.array(z.int())]) });
	for (const [given, expected] of [
		['[1]', [1]],
		['hello', 'hello'],
		['"quoted"', 'quoted'],
		['12', '12'],
	] as const) {
		assert.deepEqual(decodeRow(schema, { value: given }), { value: expected });
	}
});

test('a text is never parsed where the schema wants a text', () => {
	assert.deepEqual(decodeRow(z.object({ id: z.string() }), { id: '{"a":1}' }), { id: '{"a":1}' });
	const literal = z.object({ kind: z.literal(['[]', null]) });
	assert.deepEqual(decodeRow(literal, { kind: '[]' }), { kind: '[]' });
});

test('unions are decoded by what any of their alternatives says', () => {
	const schema = z.discriminatedUnion('kind', [
		z.strictObject({ kind: z.literal('flag'), on: z.boolean() }),
		z.strictObject({
			kind: z.literal('list'),
			items: z.array(z.int()),
			note: z.string().nullable(),
		}),
	]);
	const flag = { kind: 'flag', on: 1, items: null };
	assert.deepEqual(decodeRow(schema, flag), { kind: 'flag', on: true });
	const many = { kind: 'list', on: null, items: '[1]', note: null };
	assert.deepEqual(decodeRow(schema, many), { kind: 'list', items: [1], note: null });
});

test('the parts of an intersection are put together', () => {
	const schema = z.intersection(
		z.object({ id: z.string(), paid: z.boolean() }),
		z.union([z.object({ lines: z.array(z.int()) }), z.object({ total: z.int() })]),
	);
	const decoded = decodeRow(schema, { id: 'a', paid: 1, lines: '[1]', total: null });
	assert.deepEqual(decoded, { id: 'a', paid: true, lines: [1] });
});

test('codecs get the form that the database has', () => {
	const time = z.codec(z.int(), z.date(), {
		decode: (ms) => new Date(ms),
		encode: (date) => date.getTime(),
	});
	const bytes = z.codec(z.base64(), z.instanceof(Uint8Array), {
		decode: (text) => new Uint8Array(Buffer.from(text, 'base64')),
		encode: (value) => Buffer.from(value).toString('base64'),
	});
	const schema = z.object({ placedAt: time, digest: bytes, salt: bytes.optional() });
	const digest = new Uint8Array([0, 1, 254, 255]);
	const decoded = decodeRow(schema, { placed_at: 5, digest, salt: null });
	assert.deepEqual(decoded, { placedAt: new Date(5), digest });
});

test('a schema without properties gets the row as it is', () => {
	const row = { a: 1, b: 'x' };
	assert.deepEqual(decodeRow(z.record(z.string(), z.union([z.int(), z.string()])), row), row);
});

test('a schema that describes no object is refused, with the columns there were', () => {
	assert.throws(
		() => decodeRow(z.int(), { count: 3 }),
		invalid(/\(all of it\): .*number.* \(columns: count\)/),
	);
});

test('a message names the columns, the property and what is wrong, and no values', () => {
	const schema = z.object({ id: z.string(), address: z.object({ city: z.string() }) });
	const secret = '{"city":424242}';
	assert.throws(
		() => decodeRow(schema, { id: 'a', address: secret }),
		(error: Error) =>
			invalid(/address\.city: .* \(columns: id, address\)/)(error) &&
			!error.message.includes('4242'),
	);
});

test('schemas of other libraries name where the problem is as well', () => {
	const schema = {
		'~standard': {
			version: 1,
			vendor: 'test',
			validate: () => ({ issues: [{ message: 'no', path: [{ key: 'a' }, 0] }] }),
			jsonSchema: { input: () => ({ properties: { a: {} } }), output: () => ({}) },
		},
	} as const;
	assert.throws(() => decodeRow(schema as never, { a: 1 }), invalid(/a\.0: no/));
});

test('a schema that validates asynchronously is refused, and what it says later is not heard', () => {
	const late = () => Promise.reject(new Error('late'));
	const schema = {
		'~standard': {
			version: 1,
			vendor: 'test',
			validate: late,
			jsonSchema: { input: () => ({ properties: { a: {} } }), output: () => ({}) },
		},
	} as const;
	assert.throws(() => decodeRow(schema as never, { a: 1 }), invalid(/asynchronously/));
});
