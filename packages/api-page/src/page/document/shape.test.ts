import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from './json.ts';
import { shapeOf } from './shape.ts';

const document: JsonObject = {
	components: {
		schemas: {
			Money: { type: 'object', properties: { minor: { type: 'integer' } }, required: ['minor'] },
			Tree: {
				type: 'object',
				properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
			},
			Loop: { $ref: '#/components/schemas/Loop' },
			Knot: { allOf: [{ $ref: '#/components/schemas/Knot' }, { type: 'string' }] },
			'a/b~c': { type: 'boolean' },
		},
	},
};
const to = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

const typeOf = (schema: Json): string => shapeOf(schema, document).type;
const rules = (schema: Json): readonly string[] => shapeOf(schema, document).rules;
const names = (schema: Json): string[] => shapeOf(schema, document).parts.map(({ name }) => name);

test('types are told in words', () => {
	for (const [schema, text] of [
		[{ type: 'string' }, 'string'],
		[{ type: ['string', 'null'] }, 'string or null'],
		[{ type: 'array', items: { type: 'string' } }, 'array of string'],
		[{ type: 'array' }, 'array'],
		[to('Money'), 'Money'],
		[{ type: 'array', items: to('Money') }, 'array of Money'],
		[{ anyOf: [to('Money'), { type: 'null' }] }, 'Money or null'],
		[
			{ oneOf: [{ type: 'integer' }, { type: 'string' }, { type: 'integer' }] },
			'integer or string',
		],
		[{ enum: ['a', 1, null] }, '"a" | 1 | null'],
		[{ const: 'x' }, '"x"'],
		[{ type: 'object', additionalProperties: { type: 'number' } }, 'map of number'],
		[{ type: 'object', additionalProperties: false }, 'object'],
		[{ properties: {} }, 'object'],
		[{}, 'anything'],
		[true, 'anything'],
		[false, 'nothing'],
		[to('Missing'), 'Missing'],
		[to('a~1b~0c'), 'boolean'],
		[to('Loop'), 'Loop'],
		[to('Knot'), 'string'],
	] as const) {
		assert.equal(typeOf(schema), text, JSON.stringify(schema));
	}
});

test('what must hold is told in words, but for what holds for every number', () => {
	for (const [schema, told] of [
		[{ type: 'integer', minimum: 1, maximum: 9_007_199_254_740_991 }, ['at least 1']],
		[{ type: 'integer', minimum: 0, maximum: 10 }, ['0 to 10']],
		[{ minLength: 2, maxLength: 2 }, ['2 characters']],
		[{ minItems: 1 }, ['at least 1 items']],
		[{ minLength: 0 }, []],
		[{ exclusiveMinimum: 0, multipleOf: 5 }, ['more than 0', 'a multiple of 5']],
		[{ type: 'string', pattern: '^a' }, ['like ^a']],
		[{ type: 'string', format: 'date', pattern: '^a' }, ['date']],
		[{ default: 3 }, ['3 when absent']],
	] as const) {
		assert.deepEqual(rules(schema), told, JSON.stringify(schema));
	}
});

test('what is inside is found through references, arrays, maps and allOf', () => {
	assert.deepEqual(names(to('Money')), ['minor']);
	assert.deepEqual(names({ type: 'array', items: to('Money') }), ['minor']);
	assert.deepEqual(names({ type: 'object', additionalProperties: to('Money') }), ['minor']);
	assert.deepEqual(names({ anyOf: [to('Money'), { type: 'null' }] }), ['minor']);
	assert.deepEqual(names({ prefixItems: [{}, {}] }), ['[0]', '[1]']);
	const both = {
		allOf: [to('Money'), { properties: { minor: { minimum: 1 }, more: {} }, required: ['more'] }],
	};
	const shape = shapeOf(both, document);
	assert.deepEqual(
		shape.parts.map(({ name, isRequired, schema }) => [name, isRequired, schema]),
		[
			['minor', true, { type: 'integer', minimum: 1 }],
			['more', true, {}],
		],
	);
});

test('several forms are told apart by a constant, by name or by place', () => {
	const card = { properties: { kind: { const: 'card' } } };
	assert.deepEqual(names({ oneOf: [card, to('Money'), { properties: { x: {} } }] }), [
		'kind: "card"',
		'Money',
		'form 3',
	]);
	assert.deepEqual(names({ oneOf: [{ type: 'string' }, { type: 'integer' }] }), []);
});

test('a schema that holds itself ends where nobody looks deeper', () => {
	assert.equal(typeOf(to('Tree')), 'Tree');
	const [children] = shapeOf(to('Tree'), document).parts;
	assert.equal(typeOf(children?.schema ?? {}), 'array of Tree');
	assert.deepEqual(names(children?.schema ?? {}), ['children']);
});
