import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { resolveReference, type Schema, wireSchema } from './schema.ts';

/** A validator that is satisfied with anything and returns its argument. */
const trusting = {
	'~standard': {
		version: 1,
		vendor: 'trusting',
		validate: (value: unknown) => ({ value }),
		jsonSchema: { input: () => ({}), output: () => ({}) },
	},
} as unknown as Schema;

interface Tree {
	name: string;
	extra?: unknown;
	children: Tree[];
}
const Tree: z.ZodType<Tree> = z.object({
	name: z.string(),
	extra: z.any().optional(),
	children: z.lazy(() => z.array(Tree)),
});

async function check(schema: Schema, value: unknown) {
	return wireSchema(schema).check(value);
}

/** The answer of a schema that accepts. */
async function accepted(schema: Schema, value: unknown): Promise<unknown> {
	const checked = await check(schema, value);
	assert.equal(checked.issues, undefined, JSON.stringify(checked.issues));
	return (checked as { value: unknown }).value;
}

/** The path and message of the first issue. */
async function refusal(schema: Schema, value: unknown): Promise<string> {
	const { issues } = await check(schema, value);
	assert.ok(issues !== undefined && issues.length > 0, 'it was accepted');
	return `${issues[0]?.path} ${issues[0]?.message}`;
}

function objectsOf(value: unknown, found: Set<unknown> = new Set()): Set<unknown> {
	if (typeof value !== 'object' || value === null || found.has(value)) return found;
	found.add(value);
	for (const part of Object.values(value)) objectsOf(part, found);
	return found;
}

function assertNothingShared(given: unknown, got: unknown): void {
	const mine = objectsOf(given);
	for (const theirs of objectsOf(got)) assert.ok(!mine.has(theirs), 'an object is shared');
}

const nested = z.object({ deep: z.array(z.object({ any: z.any() })) });
const schemas: Readonly<Record<string, Schema>> = {
	trusting,
	any: z.any(),
	unknown: z.unknown(),
	json: z.json(),
	loose: z.looseObject({ known: z.string().optional() }),
	catchall: z.object({}).catchall(z.unknown()),
	record: z.record(z.string(), z.any()),
	partialRecord: z.record(z.string(), z.array(z.any())).or(z.any()),
	arrays: z.array(z.any()).or(z.record(z.string(), z.unknown())).or(z.json()),
	union: z.union([z.object({ id: z.string() }), z.looseObject({}), z.array(z.any()), z.any()]),
	intersection: z.intersection(z.any(), z.any()),
	readonly: z.any().readonly(),
	catch: z.any().catch(['x']),
	preprocess: z.preprocess((value) => value, z.any()),
	disguised: z.any().meta({ type: 'object', properties: {}, additionalProperties: false }),
	optional: z.any().optional(),
	default: z.any().default({}),
	tuple: z.tuple([z.any()], z.any()).or(z.any()),
	lazy: z.lazy(() => z.any()),
	pipe: z.any().pipe(z.any()),
	transform: z.any().transform((value) => value),
	codec: z.codec(z.any(), z.any(), { decode: (value) => value, encode: (value) => value }),
	refined: z.any().refine(() => true),
	asynchronous: z.any().refine(async () => true),
};

for (const [name, schema] of Object.entries(schemas)) {
	test(`${name}: what is checked shares no object with what was given`, async () => {
		await fc.assert(
			fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
				fc.pre(!JSON.stringify(value).includes('__proto__'));
				const before = JSON.stringify(value);
				assertNothingShared(value, (await check(schema, value)) as unknown);
				assert.equal(JSON.stringify(value), before);
			}),
			{ numRuns: 60 },
		);
	});
}

test('schemas that know what they hold share nothing either', async () => {
	const value = { deep: [{ any: { a: [1] } }, { any: [[]] }] };
	assertNothingShared(value, await accepted(nested, value));
	const tree = { name: 'a', extra: { b: {} }, children: [{ name: 'b', children: [] }] };
	assertNothingShared(tree, await accepted(Tree, tree));
	const closed = z.object({ a: z.array(z.object({ b: z.record(z.string(), z.string()) })) });
	const plain = { a: [{ b: { c: 'd' } }] };
	const got = await accepted(closed, plain);
	assert.deepEqual(got, plain);
	assertNothingShared(plain, got);
});

test('a preprocessing function gets a copy, so that it cannot change what the caller has', async () => {
	const schema = z.preprocess(
		(value) => Object.assign(value as object, { id: 'changed' }),
		z.object({ id: z.string() }),
	);
	const mine = { id: 'mine' };
	assert.deepEqual(await accepted(schema, mine), { id: 'changed' });
	assert.deepEqual(mine, { id: 'mine' });
});

const closed = z.object({ a: z.string().optional() });
const open = z.looseObject({});

test('what JSON cannot carry is refused, by schemas that would take it and by those that would not see it', async () => {
	class Money {
		a = 'x';
	}
	const values = [
		new Money(),
		new Date(0),
		new Map(),
		new (class extends Array {})(),
		Object.create({ a: 'x' }),
		{ hidden: 10n },
		{ hidden: () => {} },
		{ hidden: Symbol('x') },
		{ hidden: Number.NaN },
		{ hidden: -Infinity },
		{ hidden: [undefined] },
		{ hidden: new Array(3) },
		{ hidden: new Date(0) },
		{ hidden: new Uint8Array(2) },
		{ hidden: { toJSON: () => 'x' } },
	];
	for (const value of values) {
		for (const schema of [closed, open, z.object({ hidden: z.any() })]) {
			await refusal(schema, value);
		}
	}
	for (const value of [Number.NaN, 10n, () => {}, Symbol('x'), new Money()]) {
		assert.match(await refusal(trusting, value), /JSON/);
	}
	// A schema that would make a number of a Date sees what a wire would have brought.
	await refusal(z.object({ at: z.coerce.number() }), { at: new Date(5) });
	await refusal(z.array(z.string().optional()), [undefined]);
});

test('a refusal says where, as a JSON Pointer', async () => {
	assert.match(
		await refusal(open, { 'a/b': [{ '~': 1n }] }),
		/^\/a~1b\/0\/~0 a bigint is not JSON/,
	);
	const schema = z.object({ 'a/b': z.array(z.object({ '~': z.string() })) });
	assert.match(await refusal(schema, { 'a/b': [{ '~': 1 }] }), /^\/a~1b\/0\/~0 /);
	assert.match(await refusal(z.string(), 1), /^ /);
});

test('a field that is undefined is absent, as it would be after a wire', async () => {
	for (const schema of [closed, open, trusting]) {
		const got = (await accepted(schema, { a: undefined })) as object;
		assert.deepEqual(Object.keys(got), []);
	}
	const filled = z.object({ a: z.string().default('x') });
	assert.deepEqual(await accepted(filled, { a: undefined }), { a: 'x' });
	assert.equal(await accepted(z.string().optional(), undefined), undefined);
});

test('-0 is 0, as it would be after a wire', async () => {
	assert.ok(Object.is(await accepted(z.number(), -0), 0));
	assert.deepEqual(await accepted(z.object({ a: z.array(z.number()) }), { a: [-0] }), { a: [0] });
	assert.deepEqual(await accepted(trusting, { a: [-0] }), { a: [0] });
});

test('what comes of a JSON text is accepted as it is, and so is what has no prototype', async () => {
	await fc.assert(
		fc.asyncProperty(fc.json({ maxDepth: 5 }), async (text) => {
			fc.pre(!text.includes('__proto__'));
			assert.deepEqual(
				await accepted(trusting, JSON.parse(text)),
				JSON.parse(JSON.stringify(JSON.parse(text))),
			);
		}),
	);
	const bare = Object.assign(Object.create(null), { a: 'x' });
	assert.deepEqual(await accepted(closed, bare), { a: 'x' });
	assert.deepEqual(await accepted(open, bare), { a: 'x' });
});

test('a key `__proto__` is refused, wherever it is, and changes no prototype', async () => {
	const value: unknown = JSON.parse('{"a":"x","b":{"__proto__":{"admin":true}}}');
	const flat: unknown = JSON.parse('{"a":"x","__proto__":{"admin":true}}');
	for (const schema of [closed, open, trusting, z.any(), z.record(z.string(), z.any())]) {
		assert.match(await refusal(schema, value), /^\/b\/__proto__ /);
		assert.match(await refusal(schema, flat), /^\/__proto__ /);
	}
	assert.equal(({} as { admin?: unknown }).admin, undefined);
	const named: unknown = JSON.parse('{"constructor":{"prototype":{"admin":true}}}');
	assert.deepEqual(await accepted(open, named), named);
});

test('what is nested too deeply, or contains itself, is refused and breaks nothing', async () => {
	const deep = (levels: number): unknown => (levels === 0 ? [] : [deep(levels - 1)]);
	assert.deepEqual(await accepted(z.json(), deep(150)), deep(150));
	const itself: { name: string; children: unknown[] } = { name: 'a', children: [] };
	itself.children.push(itself);
	let bottomless: unknown = [];
	for (let level = 0; level < 100_000; level++) bottomless = [bottomless];
	for (const schema of [trusting, z.json(), z.any(), Tree]) {
		assert.match(await refusal(schema, itself), /nested deeper/);
		assert.match(await refusal(schema, bottomless), /nested deeper/);
	}
});

test('a consumer gets the output form', async () => {
	const Time = z.codec(z.iso.datetime(), z.date(), {
		decode: (text) => new Date(text),
		encode: (date) => date.toISOString(),
	});
	const schema = z.object({ at: Time, count: z.string().transform(Number) });
	const got = await accepted(schema, { at: '2026-01-01T00:00:00Z', count: '3' });
	assert.deepEqual(got, { at: new Date('2026-01-01T00:00:00Z'), count: 3 });
	await refusal(schema, { at: new Date(), count: '3' });
});

test('references are followed by the names that are written, encoded or not', () => {
	const root = { $defs: { 'a/b': { type: 'string' }, '50%': { type: 'null' }, 'ü c': true } };
	assert.equal(resolveReference('#', root), root);
	assert.deepEqual(resolveReference('#/$defs/a~1b', root), { type: 'string' });
	assert.deepEqual(resolveReference('#/$defs/50%', root), { type: 'null' });
	assert.deepEqual(resolveReference('#/$defs/50%25', root), { type: 'null' });
	assert.equal(resolveReference('#/$defs/%C3%BC%20c', root), true);
	assert.deepEqual(resolveReference('#/$defs/missing/further', root), {});
});
