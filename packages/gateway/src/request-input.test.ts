import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contract, isFlotillaError, type Schema } from 'flotilla';
import type { Issue } from 'flotilla/adapter';
import { z } from 'zod';
import { parseQuery } from './query-string.ts';
import { RequestInput } from './request-input.ts';

/** The input that a request to an operation with this schema gives. */
function read(
	route: 'GET /x' | 'GET /x/{id}' | 'POST /x' | 'PUT /x/{id}',
	input: Schema | undefined,
	parts: {
		readonly path?: Record<string, string>;
		readonly query?: string;
		readonly body?: unknown;
	},
): unknown {
	const operation = { ...(input && { input }), http: route, auth: 'public' } as const;
	const made = contract('things', {
		version: 1,
		...(route.startsWith('GET')
			? { queries: { run: operation } }
			: { commands: { run: operation } }),
	});
	const run = made.operations.get('run');
	assert.ok(run?.http);
	const query = parseQuery(parts.query ?? '', 1_000);
	return new RequestInput(run, run.http).read({ path: parts.path ?? {}, query, body: parts.body });
}

function pathsOf(attempt: () => unknown): readonly string[] {
	try {
		attempt();
	} catch (error) {
		assert.ok(isFlotillaError(error, 'FLOTILLA_INPUT_INVALID'));
		return (error.details.issues as Issue[]).map(({ path }) => path);
	}
	return assert.fail('it was not refused');
}

const Filter = z.object({
	limit: z.int().optional(),
	open: z.boolean().optional(),
	price: z.number().nullable().optional(),
	tag: z.array(z.string()).optional(),
	size: z.array(z.int()).optional(),
	text: z.string().optional(),
	either: z.union([z.string(), z.number()]).optional(),
	level: z.literal([1, 2]).optional(),
});

test('query values become what the schema says', () => {
	const query = 'limit=7&open=true&price=-1.5e2&text=7&either=7&level=2';
	assert.deepEqual(read('GET /x', Filter, { query }), {
		limit: 7,
		open: true,
		price: -150,
		text: '7',
		either: '7',
		level: 2,
	});
	assert.deepEqual(read('GET /x', Filter, { query: 'price=null' }), { price: null });
});

test('what is no number or boolean stays a text, for the validation to refuse', () => {
	for (const text of ['', '0x10', '1_000', '01', '1.', '+1', 'Infinity', ' 1', 'NaN']) {
		const query = `limit=${encodeURIComponent(text)}`;
		assert.deepEqual(read('GET /x', Filter, { query }), { limit: text });
	}
	assert.deepEqual(read('GET /x', Filter, { query: 'open=TRUE' }), { open: 'TRUE' });
});

test('a list is given by repeating its key, also once', () => {
	assert.deepEqual(read('GET /x', Filter, { query: 'tag=a&size=1&tag=b%2Cc&size=x' }), {
		tag: ['a', 'b,c'],
		size: [1, 'x'],
	});
	assert.deepEqual(read('GET /x', Filter, { query: 'tag=a' }), { tag: ['a'] });
});

test('a key that is no list is refused when it comes twice', () => {
	assert.throws(
		() => read('GET /x', Filter, { query: 'limit=1&limit=2' }),
		(error) => isFlotillaError(error, 'FLOTILLA_REQUEST_MALFORMED'),
	);
});

test('plus signs are spaces and percent-encoding is decoded', () => {
	assert.deepEqual(read('GET /x', Filter, { query: 't%65xt=a+b%20%C3%A4%2B&' }), {
		text: 'a b ä+',
	});
});

for (const query of [
	'text=%',
	'text=%zz',
	'text=%ff',
	'%c0%80=1',
	'__proto__=1',
	'__proto__[a]=1',
]) {
	test(`the query ${query} is malformed`, () => {
		assert.throws(
			() => read('GET /x', Filter, { query }),
			(error) => isFlotillaError(error, 'FLOTILLA_REQUEST_MALFORMED'),
		);
	});
}

test('the prototype of the constructor is malformed, the word alone is an unknown field', () => {
	for (const query of ['constructor.prototype=1', 'constructor[prototype][a]=1']) {
		assert.throws(
			() => read('GET /x', Filter, { query }),
			(error) => isFlotillaError(error, 'FLOTILLA_REQUEST_MALFORMED'),
		);
	}
	assert.deepEqual(
		pathsOf(() => read('GET /x', Filter, { query: 'constructor=1' })),
		['/constructor'],
	);
});

test('a query that is too long is refused as such', () => {
	assert.throws(
		() => read('GET /x', Filter, { query: `text=${'a'.repeat(1_000)}` }),
		(error) => isFlotillaError(error, 'FLOTILLA_URI_TOO_LONG'),
	);
});

const Renaming = z.object({ id: z.int(), name: z.string().optional() });

test('path and body together make the input, and the path is typed too', () => {
	const parts = { path: { id: '7' }, body: { name: 'a' } };
	assert.deepEqual(read('PUT /x/{id}', Renaming, parts), { id: 7, name: 'a' });
	assert.deepEqual(read('PUT /x/{id}', Renaming, { path: { id: '7' } }), { id: 7 });
});

test('a field comes from one place only', () => {
	const path = { id: '7' };
	assert.deepEqual(
		pathsOf(() => read('PUT /x/{id}', Renaming, { path, body: { id: 7 } })),
		['/id'],
	);
	assert.deepEqual(
		pathsOf(() => read('PUT /x/{id}', Renaming, { path, query: 'name=a' })),
		['/name'],
	);
	const Id = z.object({ id: z.string() });
	assert.deepEqual(
		pathsOf(() => read('GET /x/{id}', Id, { path, query: 'id=8' })),
		['/id'],
	);
});

test('every unknown field is named, also where nothing is taken at all', () => {
	const body = { a: 1, name: 'x' };
	assert.deepEqual(
		pathsOf(() => read('PUT /x/{id}', Renaming, { path: { id: '7' }, body })),
		['/a'],
	);
	assert.deepEqual(
		pathsOf(() => read('GET /x', Filter, { query: 'a=1&b=2' })),
		['/a', '/b'],
	);
	assert.deepEqual(
		pathsOf(() => read('GET /x', undefined, { query: 'a=1' })),
		['/a'],
	);
	assert.deepEqual(
		pathsOf(() => read('POST /x', undefined, { body: { a: 1 } })),
		['/a'],
	);
	assert.equal(read('POST /x', undefined, { body: {} }), undefined);
});

test('a body that is no object is refused', () => {
	for (const body of [null, [], 'text', 1, false]) {
		assert.deepEqual(
			pathsOf(() => read('POST /x', Filter, { body })),
			[''],
		);
	}
});

test('a contract whose query would have to carry objects is refused at once', () => {
	const Nested = z.object({ near: z.object({ x: z.int() }) });
	assert.throws(
		() => read('GET /x', Nested, {}),
		(error) => isFlotillaError(error, 'FLOTILLA_CONTRACT_INVALID'),
	);
});
