import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type Contract, contract } from './contract.ts';
import { error, stream } from './definition.ts';
import { type OpenApiDocument, openApiDocument } from './openapi.ts';

const Money = z.object({ cents: z.int() }).meta({ id: 'Money' });
const Order = z.object({ id: z.string(), status: z.enum(['pending', 'done']), total: Money });
const Id = z.object({ id: z.string() });

const Orders = contract('orders', {
	version: 1,
	description: 'Orders and what became of them.',
	queries: {
		get: {
			description: 'Finds an order.',
			input: Id,
			output: Order,
			errors: { notFound: Id },
			http: 'GET /orders/{id}',
			auth: 'user',
		},
		list: {
			input: z.object({ limit: z.int().max(100).default(20), tag: z.array(z.string()).optional() }),
			output: z.array(Order),
			http: 'GET /orders',
			auth: 'user',
		},
		watch: { input: Id, output: stream(Order), http: 'GET /orders/{id}/events', auth: 'public' },
		internal: { input: Id, output: Order },
	},
	commands: {
		place: {
			input: z.object({ lines: z.array(z.string()) }),
			output: Order,
			errors: {
				outOfStock: z.object({ sku: z.string() }),
				tooMany: error(z.object({ max: z.int() }), { status: 422 }),
			},
			http: {
				route: 'POST /orders',
				status: 201,
				settle: { watch: 'watch', while: { status: 'pending' } },
			},
			auth: 'user',
		},
		rename: {
			input: z.object({ id: z.string(), name: z.string() }),
			http: 'PUT /orders/{id}/name',
			auth: 'user',
			idempotent: true,
		},
		cancel: { input: Id, http: 'DELETE /orders/{id}', auth: 'user' },
	},
});

const Products = contract('products', {
	version: 2,
	queries: { get: { input: Id, output: Money, http: 'GET /products/{id}', auth: 'public' } },
});

function document(...contracts: readonly Contract[]): OpenApiDocument {
	return openApiDocument({ title: 'Shop', version: '1.0.0', contracts });
}

/** A member deep inside of the document, by its keys. */
function at(json: unknown, ...keys: readonly string[]): unknown {
	return keys.reduce((node, key) => (node as Record<string, unknown> | undefined)?.[key], json);
}

test('the same contracts in another order give the same text', () => {
	const one = JSON.stringify(document(Orders, Products));
	assert.equal(JSON.stringify(document(Products, Orders)), one);
});

test('only operations with a route are described, under the path with the version', () => {
	assert.deepEqual(Object.keys(at(document(Orders, Products), 'paths') as object), [
		'/v1/orders',
		'/v1/orders/{id}',
		'/v1/orders/{id}/events',
		'/v1/orders/{id}/name',
		'/v2/products/{id}',
	]);
	assert.deepEqual(Object.keys(at(document(Orders), 'paths', '/v1/orders') as object), [
		'get',
		'post',
	]);
});

test('path and query parameters come from the input, and a command has headers as well', () => {
	const paths = at(document(Orders), 'paths');
	assert.deepEqual(at(paths, '/v1/orders/{id}', 'get', 'parameters'), [
		{ name: 'id', in: 'path', required: true, schema: { type: 'string' } },
	]);
	const list = at(paths, '/v1/orders', 'get', 'parameters') as { name: string; in: string }[];
	assert.deepEqual(
		list.map(({ name, in: place }) => [name, place]),
		[
			['limit', 'query'],
			['tag', 'query'],
		],
	);
	const place = at(paths, '/v1/orders', 'post', 'parameters') as { name: string }[];
	assert.deepEqual(
		place.map(({ name }) => name),
		['Idempotency-Key', 'Prefer'],
	);
	const rename = at(paths, '/v1/orders/{id}/name', 'put', 'parameters') as { name: string }[];
	assert.deepEqual(
		rename.map(({ name }) => name),
		['id'],
	);
});

test('the body has what the path does not have, and there is none when the path has all', () => {
	const paths = at(document(Orders), 'paths');
	const put = at(paths, '/v1/orders/{id}/name', 'put', 'requestBody');
	const schema = at(put, 'content', 'application/json', 'schema');
	assert.deepEqual(at(schema, 'required'), ['name']);
	assert.deepEqual(Object.keys(at(schema, 'properties') as object), ['name']);
	assert.equal(at(put, 'required'), true);
	assert.equal(at(paths, '/v1/orders/{id}', 'delete', 'requestBody'), undefined);
});

test('every declared error and every refusal of the platform has its response', () => {
	const place = at(document(Orders), 'paths', '/v1/orders', 'post', 'responses');
	const statuses = ['201', '400', '401', '403', '409', '413', '415', '422', '500', '503', '504'];
	assert.deepEqual(Object.keys(place as object), statuses);
	assert.equal(at(place, '409', 'description'), '`outOfStock`');
	const conflict = at(place, '409', 'content', 'application/problem+json', 'schema');
	assert.deepEqual(at(conflict, 'allOf', '1', 'properties', 'code'), { const: 'outOfStock' });
	assert.equal(
		at(place, '422', 'description'),
		'`tooMany`, `FLOTILLA_INPUT_INVALID`, `FLOTILLA_IDEMPOTENCY_KEY_REUSED`, `FLOTILLA_IDEMPOTENCY_KEY_EXPIRED`',
	);
	const both = at(place, '422', 'content', 'application/problem+json', 'schema', 'anyOf');
	assert.equal((both as unknown[]).length, 2);
	const watch = at(document(Orders), 'paths', '/v1/orders/{id}/events', 'get', 'responses');
	assert.equal(at(watch, '401'), undefined, 'a public operation asks nobody who they are');
	assert.ok(at(watch, '200', 'content', 'text/event-stream'));
});

test('an operation that answers nothing answers 204', () => {
	const cancel = at(document(Orders), 'paths', '/v1/orders/{id}', 'delete', 'responses');
	assert.equal(at(cancel, '204', 'content'), undefined);
	assert.ok(at(cancel, '204'));
});

test('who may is said with the scope as the role', () => {
	const paths = at(document(Orders), 'paths');
	assert.deepEqual(at(paths, '/v1/orders', 'post', 'security'), [{ bearer: ['user'] }]);
	assert.deepEqual(at(paths, '/v1/orders/{id}/events', 'get', 'security'), []);
});

test('a named schema becomes a component once, and every reference leads somewhere', () => {
	const described = document(Orders, Products);
	assert.deepEqual(Object.keys(at(described, 'components', 'schemas') as object), [
		'Problem',
		'Money',
	]);
	assertReferencesResolve(described);
});

test('a recursive schema becomes a component of its own', () => {
	const Tree = z.object({
		name: z.string(),
		get children() {
			return z.array(Tree);
		},
	});
	const Wrapped = z.object({ tree: Tree });
	const Trees = contract('trees', {
		version: 1,
		commands: {
			plant: { input: Tree, output: Wrapped, http: 'POST /trees', auth: 'public' },
			graft: { input: Wrapped, http: 'PUT /trees', auth: 'public' },
		},
	});
	const described = document(Trees);
	assertReferencesResolve(described);
	assert.deepEqual(Object.keys(at(described, 'components', 'schemas') as object), [
		'Problem',
		'trees.graft.input.__schema0',
		'trees.plant.input',
		'trees.plant.output.__schema0',
	]);
});

test('two schemas that share a name are kept apart', () => {
	const schema = (field: string): Contract =>
		contract(field, {
			version: 1,
			queries: {
				get: {
					output: z.object({
						it: z.object({ [field]: z.string() }).meta({ id: `Same${field}` }),
					}),
					http: `GET /${field}`,
					auth: 'public',
				},
			},
		});
	// zod refuses one id twice, so the name is made the same afterwards.
	const contracts = ['a', 'b'].map((field) => {
		const made = schema(field);
		const output = made.operations.get('get')?.output;
		const json = JSON.parse(JSON.stringify(output?.json).replaceAll(`Same${field}`, 'Same'));
		const operation = { ...made.operations.get('get'), output: { ...output, json } };
		return { ...made, operations: new Map([['get', operation]]) } as unknown as Contract;
	});
	const described = document(...contracts);
	assertReferencesResolve(described);
	assert.deepEqual(Object.keys(at(described, 'components', 'schemas') as object), [
		'Problem',
		'Same',
		'b.get.output.Same',
	]);
});

function assertReferencesResolve(described: OpenApiDocument): void {
	const text = JSON.stringify(described);
	assert.ok(!text.includes('#/$defs'), 'a reference was left as it was');
	for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
		assert.notEqual(at(described, ...reference.split('/')), undefined, reference);
	}
}
