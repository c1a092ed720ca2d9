import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOf } from './example.ts';
import type { JsonObject } from './json.ts';

const document: JsonObject = {
	components: {
		schemas: {
			Tree: {
				type: 'object',
				required: ['name', 'children'],
				properties: {
					name: { type: 'string' },
					children: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/Tree' } },
				},
			},
		},
	},
};

test('an example is what the schema gives, else the least that it wants', () => {
	for (const [schema, example] of [
		[{ type: 'string', example: 'given' }, 'given'],
		[{ type: 'string', examples: ['first', 'second'] }, 'first'],
		[{ default: 7 }, 7],
		[{ const: null }, null],
		[{ enum: ['a', 'b'] }, 'a'],
		[{ type: ['null', 'integer'], minimum: 5 }, 5],
		[{ type: 'number', exclusiveMinimum: 2 }, 3],
		[{ type: 'integer', maximum: -4 }, -4],
		[{ type: 'integer', minimum: 11, multipleOf: 5 }, 15],
		[{ type: 'integer', minimum: -9_007_199_254_740_991 }, 1],
		[{ type: 'boolean' }, true],
		[{ type: 'null' }, null],
		[{ type: 'string', format: 'email' }, 'ada@example.com'],
		[{ type: 'string', pattern: String.raw`^\d+$` }, '123'],
		[{ type: 'string', pattern: '(' }, 'text'],
		[{ type: 'string', minLength: 10 }, 'texttextte'],
		[{ type: 'string', maxLength: 2 }, 'te'],
		[{ type: 'array', items: { type: 'string' }, minItems: 2 }, ['text', 'text']],
		[{ type: 'array', prefixItems: [{ type: 'integer' }, { type: 'boolean' }] }, [1, true]],
		[{ anyOf: [{ type: 'null' }, { type: 'integer' }] }, 1],
		[{ type: 'object', additionalProperties: { type: 'integer' } }, { key: 1 }],
		[
			{
				properties: { a: { type: 'integer' }, b: { type: 'integer' }, c: { readOnly: true } },
				required: ['b'],
			},
			{ b: 1 },
		],
		[{ properties: { name: { type: 'string' }, old: { deprecated: true } } }, { name: 'Ada' }],
		[
			{
				properties: { id: { type: 'integer' } },
				required: ['id'],
				oneOf: [{ properties: { kind: { const: 'card' } }, required: ['kind'] }],
			},
			{ id: 1, kind: 'card' },
		],
		[{}, {}],
	] as const) {
		assert.deepEqual(exampleOf(schema, document), example, JSON.stringify(schema));
	}
});

test('the example of a schema that wants itself inside of itself ends', () => {
	const example = JSON.stringify(exampleOf({ $ref: '#/components/schemas/Tree' }, document));
	assert.match(example, /^\{"name":"Ada","children":\[\{"name":"Ada"/);
	assert.ok(example.length < 1_000);
});
