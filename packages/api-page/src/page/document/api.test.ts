import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApi, searched } from './api.ts';
import type { Json } from './json.ts';

const ok = { description: 'Fine.' };

const document: Json = {
	openapi: '3.1.0',
	info: { title: 'Library', version: '2.1' },
	servers: [{ url: '/base' }],
	security: [{ key: [] }],
	tags: [{ name: 'books', description: 'On paper.' }, { name: 'nobody' }],
	paths: {
		'/books/{id}': {
			parameters: [
				{ name: 'id', in: 'path', schema: { type: 'string' } },
				{ $ref: '#/components/parameters/Page' },
			],
			get: {
				operationId: 'getBook',
				tags: ['books'],
				summary: 'A book.',
				parameters: [{ name: 'page', in: 'query', required: true, schema: { type: 'integer' } }],
				responses: {
					200: { $ref: '#/components/responses/Book' },
					default: { description: 'Else.', content: { 'text/plain': {} } },
				},
			},
			delete: { security: [{ bearer: ['write', 'admin'] }, { key: [] }], responses: { 204: ok } },
		},
		'/open': {
			get: { operationId: 'open', security: [], responses: { 200: ok } },
			post: {
				operationId: 'open',
				deprecated: true,
				security: [{}, { key: [] }],
				requestBody: {
					content: { 'text/plain': {}, 'application/json': { schema: { type: 'object' } } },
				},
			},
		},
	},
	components: {
		parameters: { Page: { name: 'page', in: 'query', schema: { type: 'string' } } },
		responses: {
			Book: {
				description: 'The book.',
				headers: { ETag: { $ref: '#/components/headers/Tag' } },
				content: { 'application/json': { schema: { type: 'string' } } },
			},
		},
		headers: { Tag: { description: 'Of its content.' } },
	},
};

test('operations are found by tag, with what their path and the document say for them', () => {
	const { title, version, server, tags } = readApi(document);
	assert.deepEqual([title, version, server], ['Library', '2.1', '/base']);
	assert.deepEqual(
		tags.map(({ name, description, operations }) => [
			name,
			description,
			operations.map(({ id, method, path }) => `${id} ${method} ${path}`),
		]),
		[
			['books', 'On paper.', ['getBook GET /books/{id}']],
			[
				'operations',
				'',
				['delete-books-id DELETE /books/{id}', 'open GET /open', 'open-2 POST /open'],
			],
		],
	);
});

test('parameters of the operation hold over those of the path, and references are followed', () => {
	const [book] = readApi(document).tags[0]?.operations ?? [];
	assert.deepEqual(
		book?.parameters.map(({ name, place, isRequired, schema }) => [
			name,
			place,
			isRequired,
			schema,
		]),
		[
			['id', 'path', true, { type: 'string' }],
			['page', 'query', true, { type: 'integer' }],
		],
	);
	assert.deepEqual(book?.answers, [
		{
			status: '200',
			description: 'The book.',
			headers: [{ name: 'ETag', description: 'Of its content.' }],
			mediaType: 'application/json',
			schema: { type: 'string' },
		},
		{
			status: 'default',
			description: 'Else.',
			headers: [],
			mediaType: 'text/plain',
			schema: undefined,
		},
	]);
});

test('who may call is what the operation says, else what the document says', () => {
	const scopes = readApi(document).tags.flatMap(({ operations }) =>
		operations.map((operation) => [operation.id, operation.scopes]),
	);
	assert.deepEqual(Object.fromEntries(scopes), {
		getBook: [],
		'delete-books-id': ['write', 'admin'],
		open: undefined,
		'open-2': undefined,
	});
});

test('of several bodies JSON is taken', () => {
	const open = readApi(document).tags[1]?.operations[2];
	assert.equal(open?.body?.mediaType, 'application/json');
	assert.equal(open?.isDeprecated, true);
});

test('what is no document of version 3 is refused, and holes in one do no harm', () => {
	for (const bad of [null, [], 'x', { swagger: '2.0' }, { openapi: '3.1.0' }, { openapi: 3 }]) {
		assert.throws(() => readApi(bad as Json), /no OpenAPI document/);
	}
	const holes: Json = {
		openapi: '3.1.0',
		paths: {
			'/a': { get: { tags: [1], parameters: [null, { in: 'body' }], responses: { 200: 7 } } },
		},
	};
	const [operation] = readApi(holes).tags[0]?.operations ?? [];
	assert.equal(operation?.id, 'get-a');
	assert.deepEqual(operation?.parameters, []);
	assert.equal(readApi({ openapi: '3.1.0', paths: {} }).tags.length, 0);
});

test('the search finds what has every word, wherever', () => {
	const { tags } = readApi(document);
	const ids = (text: string): string[] =>
		searched(tags, text).flatMap(({ operations }) => operations.map(({ id }) => id));
	assert.equal(ids('').length, 4);
	assert.deepEqual(ids('BOOK a'), ['getBook', 'delete-books-id']);
	assert.deepEqual(ids('get /books'), ['getBook']);
	assert.deepEqual(ids('get nothing'), []);
});
