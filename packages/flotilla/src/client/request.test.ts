import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { HttpOperation, Operation } from '../contract/compile-operations.ts';
import { contract } from '../contract/contract.ts';
import { httpRequestOf } from './request.ts';

const Files = contract('files', {
	version: 2,
	queries: {
		find: {
			input: z.object({
				folder: z.string(),
				tags: z.array(z.string()).optional(),
				deep: z.boolean(),
			}),
			http: 'GET /folders/{folder}/files',
			auth: 'public',
		},
	},
	commands: {
		move: {
			input: z.object({ id: z.string(), to: z.string() }),
			http: 'POST /files/{id}/move',
			auth: 'public',
		},
		remove: { input: z.object({ id: z.string() }), http: 'DELETE /files/{id}', auth: 'public' },
	},
});

function request(name: string, input: unknown) {
	const operation = Files.operations.get(name) as Operation;
	return httpRequestOf(operation, operation.http as HttpOperation, input);
}

test('fields go into the path, the query of GET, and the body of the other methods', () => {
	assert.deepEqual(request('find', { folder: 'a/b ä', tags: ['x', 'y&z'], deep: true }), {
		method: 'GET',
		target: '/v2/folders/a%2Fb%20%C3%A4/files?tags=x&tags=y%26z&deep=true',
	});
	assert.deepEqual(request('find', { folder: 'a', tags: undefined, deep: false }), {
		method: 'GET',
		target: '/v2/folders/a/files?deep=false',
	});
	assert.deepEqual(request('move', { id: '7', to: 'b' }), {
		method: 'POST',
		target: '/v2/files/7/move',
		body: '{"to":"b"}',
	});
	assert.deepEqual(request('remove', { id: '7' }), { method: 'DELETE', target: '/v2/files/7' });
});

test('what a URL would resolve or lose is refused before anything is sent', () => {
	for (const id of ['', '.', '..', undefined]) {
		assert.throws(() => request('remove', { id }), {
			code: 'FLOTILLA_INPUT_INVALID',
			effect: 'none',
			message: /files@2\/remove is not valid: \/id: '.*' cannot be a part of a path/,
		});
	}
	assert.equal(request('remove', { id: '...' }).target, '/v2/files/...');
});

test('what would arrive as something else is refused', () => {
	const Odd = contract('odd', {
		version: 1,
		queries: {
			find: {
				input: z.object({
					name: z.string().nullable().optional(),
					mixed: z.union([z.string(), z.number()]).optional(),
					count: z.int().nullable().optional(),
					list: z.array(z.string().nullable()).optional(),
					numbers: z.array(z.int()).optional(),
				}),
				http: 'GET /odd',
				auth: 'public',
			},
		},
	});
	const operation = Odd.operations.get('find') as Operation;
	const target = (input: object) =>
		httpRequestOf(operation, operation.http as HttpOperation, input).target;
	for (const input of [{ name: null }, { mixed: 5 }, { list: [] }, { list: ['a', null] }]) {
		assert.throws(() => target(input), { code: 'FLOTILLA_INPUT_INVALID', effect: 'none' });
	}
	assert.equal(
		target({ name: 'null', mixed: '5', count: null, numbers: [1, 2] }),
		'/v1/odd?name=null&mixed=5&count=null&numbers=1&numbers=2',
	);
});
