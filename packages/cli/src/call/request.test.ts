import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DescribedOperation, operationsOf } from './openapi-operations.ts';
import { requestOf } from './request.ts';

const rename: DescribedOperation = {
	id: 'orders.rename',
	method: 'PUT',
	path: '/v1/orders/{id}/names/{kind}',
	pathFields: ['id', 'kind'],
	queryFields: [],
	hasBody: true,
	takesIdempotencyKey: true,
};
const list: DescribedOperation = {
	...rename,
	id: 'orders.list',
	method: 'GET',
	path: '/v1/orders',
	pathFields: [],
	queryFields: ['tag', 'limit', 'open'],
	hasBody: false,
	takesIdempotencyKey: false,
};
const options = { url: 'http://h', token: undefined, idempotencyKey: undefined };

test('fields go into the path and the body, encoded', () => {
	const input = { id: 'a/b ?', kind: 7, name: 'x', list: [1] };
	const request = requestOf(rename, input, { ...options, token: 't', idempotencyKey: 'k' });
	assert.equal(request.url, 'http://h/v1/orders/a%2Fb%20%3F/names/7');
	assert.equal(request.method, 'PUT');
	assert.deepEqual(JSON.parse(request.body ?? ''), { name: 'x', list: [1] });
	assert.equal(request.headers.authorization, 'Bearer t');
	assert.equal(request.headers['idempotency-key'], 'k');
	assert.equal(request.headers['content-type'], 'application/json');
});

test('fields go into the query, lists as often as they have values', () => {
	const request = requestOf(list, { tag: ['a&b', 'c'], limit: 5, open: true }, options);
	assert.equal(request.url, 'http://h/v1/orders?tag=a%26b&tag=c&limit=5&open=true');
	assert.equal(request.body, undefined);
	assert.equal(requestOf(list, {}, options).url, 'http://h/v1/orders');
});

test('what has no place, or would change the path, is refused', () => {
	const refused = (operation: DescribedOperation, input: object, pattern: RegExp): void => {
		assert.throws(() => requestOf(operation, { ...input }, options), pattern);
	};
	refused(list, { limits: 5, x: 1 }, /does not take 'limits', 'x'\. It takes: tag, limit, open/);
	refused({ ...list, queryFields: [] }, { a: 1 }, /It takes nothing/);
	refused(rename, { id: 'a' }, /wants 'kind'/);
	for (const id of ['', '.', '..']) refused(rename, { id, kind: 'a' }, /cannot be/);
	refused(rename, { id: {}, kind: 'a' }, /texts, numbers and booleans only/);
	refused(list, { tag: [[]] }, /texts, numbers and booleans only/);
	// A field that every object has is none of the input.
	refused({ ...rename, path: '/{toString}', pathFields: ['toString'] }, {}, /wants 'toString'/);
});

test('operations are read out of a document, whatever else that has', () => {
	const operations = operationsOf(
		{
			openapi: '3.1.0',
			paths: {
				'/a/{id}': {
					summary: 'not an operation',
					get: {
						operationId: 'a.get',
						parameters: [
							{ name: 'id', in: 'path' },
							{ name: 'Prefer', in: 'header' },
							{ name: 'Idempotency-Key', in: 'header' },
							{ name: 'q', in: 'query' },
							null,
						],
					},
					post: { description: 'without an id' },
				},
				'/b': null,
			},
		},
		'http://h',
	);
	assert.deepEqual(operations, [
		{
			id: 'a.get',
			method: 'GET',
			path: '/a/{id}',
			pathFields: ['id'],
			queryFields: ['q'],
			hasBody: false,
			takesIdempotencyKey: true,
		},
	]);
	for (const wrong of [undefined, null, [], 'text', { openapi: '3.1.0' }, { paths: {} }]) {
		assert.throws(() => operationsOf(wrong, 'http://h'), /is no OpenAPI document/);
	}
});
