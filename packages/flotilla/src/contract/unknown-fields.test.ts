import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { jsonSchemaOf, type Schema } from './schema.ts';
import { allowedTypes, knownFields, unknownFields } from './unknown-fields.ts';

function unknown(schema: Schema, value: unknown): readonly string[] {
	return unknownFields(jsonSchemaOf(schema), value);
}

const Line = z.object({ sku: z.string(), quantity: z.int() });

test('a value that the schema describes has no unknown field', () => {
	const Order = z.object({ id: z.string(), lines: z.array(Line), note: z.string().optional() });
	assert.deepEqual(unknown(Order, { id: 'a', lines: [{ sku: 's', quantity: 1 }] }), []);
});

test('an unknown field is named where it lies: nested, in arrays, and with its odd characters', () => {
	const Order = z.object({ ship: z.object({ to: z.string() }), lines: z.array(Line) });
	const value = {
		ship: { to: 'x', via: 1 },
		lines: [
			{ sku: 's', quantity: 1 },
			{ sku: 's', quantity: 1, 'a/b~c': { deeper: 1 } },
		],
		colour: 'red',
	};
	assert.deepEqual(unknown(Order, value), ['/ship/via', '/lines/1/a~1b~0c', '/colour']);
});

test('a field is known if any branch of a union knows it', () => {
	const Payment = z.object({
		by: z.discriminatedUnion('kind', [
			z.object({ kind: z.literal('card'), number: z.string() }),
			z.object({ kind: z.literal('invoice'), address: z.object({ street: z.string() }) }),
		]),
	});
	assert.deepEqual(unknown(Payment, { by: { kind: 'card', number: '1', address: {} } }), []);
	assert.deepEqual(unknown(Payment, { by: { kind: 'card', cvc: 1 } }), ['/by/cvc']);
	const nested = { by: { kind: 'invoice', address: { street: 's', zip: 1 } } };
	assert.deepEqual(unknown(Payment, nested), ['/by/address/zip']);
});

test('a union at the top is looked through as well', () => {
	const Either = z.union([z.object({ a: z.int() }), z.object({ b: z.int() })]);
	assert.deepEqual(unknown(Either, { a: 1, b: 1, c: 1 }), ['/c']);
});

test('an intersection knows the fields of both sides', () => {
	const both = {
		type: 'object',
		allOf: [
			{ type: 'object', properties: { a: { type: 'string' } } },
			{ type: 'object', properties: { b: { type: 'string' } } },
		],
	};
	assert.deepEqual(unknownFields(both, { a: '', b: '', c: '' }), ['/c']);
});

test('references are followed, also those of a recursive schema', () => {
	const Tree = z.object({
		name: z.string(),
		get children() {
			return z.array(Tree);
		},
	});
	const leaf = { name: 'leaf', children: [], age: 3 };
	assert.deepEqual(unknown(Tree, { name: 'root', children: [leaf] }), ['/children/0/age']);
	const Named = z.object({ id: z.string() }).meta({ id: 'NamedForThisTest' });
	assert.deepEqual(unknown(Named, { id: 'a', b: 1 }), ['/b']);
	assert.deepEqual(unknown(z.object({ one: Named }), { one: { id: 'a', b: 1 } }), ['/one/b']);
});

test('references that lead in a circle end', () => {
	const circle = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } };
	assert.deepEqual(unknownFields(circle, { any: 1 }), []);
});

test('records and catch-alls know every key, and their values are looked into', () => {
	const Stock = z.object({ bySku: z.record(z.string(), z.object({ count: z.int() })) });
	assert.deepEqual(unknown(Stock, { bySku: { a: { count: 1 }, b: { count: 1, at: 2 } } }), [
		'/bySku/b/at',
	]);
	assert.deepEqual(unknown(z.looseObject({ a: z.int() }), { a: 1, b: { c: 1 } }), []);
	assert.deepEqual(unknown(z.object({ a: z.int() }).catchall(Line), { b: { sku: '', x: 1 } }), [
		'/b/x',
	]);
});

test('tuples are looked into place by place', () => {
	const Pair = z.object({ pair: z.tuple([z.string(), Line]) });
	assert.deepEqual(unknown(Pair, { pair: ['a', { sku: '', quantity: 1, x: 1 }] }), ['/pair/1/x']);
});

test('a schema that says nothing about a place knows everything there', () => {
	assert.deepEqual(unknown(z.object({ any: z.any() }), { any: { a: { b: 1 } } }), []);
	assert.deepEqual(unknownFields({ type: 'object' }, { a: 1 }), []);
	assert.deepEqual(unknownFields({}, { a: 1 }), []);
});

test('an empty object schema knows no field, and a strict one no further field', () => {
	assert.deepEqual(unknown(z.object({}), { a: 1 }), ['/a']);
	assert.deepEqual(unknown(z.strictObject({ b: z.int() }), { a: 1, b: 1 }), ['/a']);
});

test('names that every object inherits are not known for that', () => {
	assert.deepEqual(unknown(z.object({ a: z.int() }), { toString: 1, constructor: 1 }), [
		'/toString',
		'/constructor',
	]);
});

test('a value of the wrong type is left to the validator', () => {
	assert.deepEqual(unknown(z.object({ a: z.string() }), { a: { b: 1 } }), []);
	assert.deepEqual(unknown(z.object({ a: z.string() }), [{ b: 1 }]), []);
	assert.deepEqual(unknown(z.object({ a: z.string() }), 'text'), []);
});

test('patterns of names are known', () => {
	const schema = { type: 'object', patternProperties: { '^x-': { type: 'string' } } };
	assert.deepEqual(unknownFields(schema, { 'x-a': '', y: '' }), ['/y']);
});

test('the fields of a schema come with whether they are required', () => {
	const fields = knownFields(
		jsonSchemaOf(
			z.union([
				z.object({ id: z.string(), a: z.int() }),
				z.object({ id: z.string(), a: z.string().optional() }),
			]),
		),
	);
	assert.deepEqual(
		[...fields].map(([name, { required }]) => [name, required]),
		[
			['id', true],
			['a', false],
		],
	);
	const json = jsonSchemaOf(z.object({ a: z.string().nullable() }));
	const field = knownFields(json).get('a');
	assert.deepEqual([...(allowedTypes(field?.schemas ?? [], json) ?? [])], ['string', 'null']);
});
