import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type Contract, contract } from './contract.ts';
import { stream } from './definition.ts';
import { type JsonSchemaDocument, jsonSchemaDocument } from './json-schema.ts';
import { type JsonSchema, resolveReference } from './schema.ts';

const Money = z.object({ cents: z.int() }).meta({ id: 'Money' });
const Id = z.object({ id: z.string() });
const Comment = z.object({
	text: z.string(),
	get answers() {
		return z.array(Comment);
	},
});

const Orders = contract('orders', {
	version: 1,
	queries: {
		get: { input: Id, output: Money, errors: { notFound: Id } },
		watch: { input: Id, output: stream(Money) },
	},
	commands: { place: { input: z.object({ lines: z.array(z.string()) }), output: Id } },
	events: { placed: { data: z.object({ id: z.string(), total: Money }), key: 'id' } },
});
const Blog = contract('blog', {
	version: 1,
	commands: { comment: { input: Comment } },
	queries: {
		// A name that the document wants for itself, and the name of another schema.
		own: { output: z.object({ a: z.object({ x: z.int() }).meta({ id: 'orders.v1.get.input' }) }) },
		money: { output: z.object({ b: z.object({ euros: z.int() }).meta({ id: 'Money' }) }) },
	},
});

function document(...contracts: readonly Contract[]): JsonSchemaDocument {
	return jsonSchemaDocument({ title: 'Shop', version: '1.0.0', contracts });
}

function referencesIn(json: unknown): readonly string[] {
	if (typeof json !== 'object' || json === null) return [];
	return Object.entries(json).flatMap(([key, value]) =>
		key === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
	);
}

test('there is a schema for everything that travels, and for what these share', () => {
	const { $schema, title, $defs } = document(Orders);
	assert.equal($schema, 'https://json-schema.org/draft/2020-12/schema');
	assert.equal(title, 'Shop');
	assert.deepEqual(Object.keys($defs as object), [
		'Money',
		'orders.v1.get.errors.notFound',
		'orders.v1.get.input',
		'orders.v1.get.output',
		'orders.v1.place.input',
		'orders.v1.place.output',
		'orders.v1.placed.data',
		'orders.v1.watch.input',
		'orders.v1.watch.output',
	]);
});

test('every reference leads to a schema of the document, also of schemas that refer to themselves', () => {
	const whole = document(Orders, Blog);
	const references = referencesIn(whole);
	assert.ok(references.length >= 5);
	for (const reference of references) {
		assert.match(reference, /^#\/\$defs\//);
		assert.notDeepEqual(resolveReference(reference, whole as JsonSchema), {}, reference);
	}
	assert.ok(references.some((one) => one.includes('blog.v1.comment.input')));
	for (const definition of Object.values(whole.$defs as object))
		assert.ok(!('$defs' in definition));
});

test('schemas of one name stay apart, and none takes the name of an operation', () => {
	const { $defs } = document(Orders, Blog) as { $defs: Record<string, JsonSchema> };
	assert.deepEqual($defs['orders.v1.get.input']?.required, ['id']);
	const fieldsOf = (name: string): readonly string[] =>
		Object.keys($defs[name]?.properties as object);
	assert.deepEqual(fieldsOf('Money'), ['euros']);
	const others = Object.keys($defs).filter((name) => name.endsWith('.Money'));
	assert.ok(others.length > 0);
	for (const name of others) assert.deepEqual(fieldsOf(name), ['cents'], name);
});

test('the same contracts in another order give the same text', () => {
	const text = JSON.stringify(document(Orders, Blog));
	assert.equal(JSON.stringify(document(Blog, Orders)), text);
});

test('an item of a streaming result is told from an answer', () => {
	const { $defs } = document(Orders) as { $defs: Record<string, JsonSchema> };
	assert.match(String($defs['orders.v1.watch.output']?.$comment), /Each value/);
	assert.equal($defs['orders.v1.get.output']?.$comment, undefined);
});
