import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draft07 } from './draft-07.ts';

test('tuples, dependencies and references beside other keywords are said in the older words', () => {
	assert.deepEqual(
		draft07({
			type: 'array',
			prefixItems: [{ $ref: '#/a', description: 'the first' }, { type: 'string' }],
			items: false,
		}),
		{
			type: 'array',
			items: [{ description: 'the first', allOf: [{ $ref: '#/a' }] }, { type: 'string' }],
			additionalItems: false,
		},
	);
	assert.deepEqual(
		draft07({ dependentRequired: { a: ['b'] }, dependentSchemas: { c: { prefixItems: [true] } } }),
		{ dependencies: { a: ['b'], c: { items: [true] } } },
	);
	assert.deepEqual(draft07({ $ref: '#/a', allOf: [{ minLength: 1 }] }), {
		allOf: [{ $ref: '#/a' }, { minLength: 1 }],
	});
});

test('names and data that look like keywords stay what they are', () => {
	const properties = { prefixItems: { type: 'string' }, $ref: { type: 'string' } };
	const schema = {
		type: 'object',
		properties,
		required: ['prefixItems'],
		default: { prefixItems: ['a'], $ref: 'b', other: 1 },
		enum: [{ prefixItems: [], items: [] }],
	};
	assert.deepEqual(draft07(schema), schema);
});

test('what both drafts have is not changed', () => {
	const schema = {
		type: 'object',
		properties: { list: { type: 'array', items: { $ref: '#/components/schemas/Money' } } },
		additionalProperties: false,
		anyOf: [{ required: ['list'] }, { not: { const: 1 } }],
	};
	assert.deepEqual(draft07(schema), schema);
});
