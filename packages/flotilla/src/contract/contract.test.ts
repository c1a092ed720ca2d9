import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { isFlotillaError } from '../errors/flotilla-error.ts';
import { contract } from './contract.ts';
import { type ContractDefinition, error, stream } from './definition.ts';

const Id = z.object({ id: z.string() });
const Order = z.object({ id: z.string(), status: z.string() });

/** Definitions as plain JavaScript writes them, which no compiler has looked at. */
type Loose = Readonly<Record<string, unknown>>;

function refused(definition: Loose, ...message: RegExp[]): void {
	assert.throws(
		() => contract('orders', { version: 1, ...definition } as ContractDefinition),
		(thrown) => {
			assert.ok(isFlotillaError(thrown, 'FLOTILLA_CONTRACT_INVALID'), String(thrown));
			for (const part of message) assert.match(thrown.message, part);
			return true;
		},
	);
}

function query(definition: Loose, message: RegExp): void {
	refused({ queries: { get: definition } }, /orders@1\/get/, message);
}

function command(definition: Loose, message: RegExp): void {
	refused({ commands: { place: definition } }, /orders@1\/place/, message);
}

function event(definition: Loose, message: RegExp): void {
	refused({ events: { placed: definition } }, /The event orders@1\/placed/, message);
}

test('a contract is checked and made ready', () => {
	const Orders = contract('orders', {
		version: 2,
		description: 'Orders.',
		queries: {
			get: {
				input: Id,
				output: Order,
				errors: { notFound: Id },
				http: 'GET /orders/{id}',
				auth: 'user',
			},
			watch: { input: Id, output: stream(Order) },
		},
		commands: {
			place: {
				input: Id,
				output: Order,
				errors: { taken: error(Id, { status: 418 }), late: Id },
				http: {
					route: 'POST /orders',
					status: 201,
					settle: { watch: 'watch', while: { status: 'pending' } },
				},
				auth: 'public',
				timeoutMs: 2_000,
			},
			tick: { idempotent: true },
		},
		events: { placed: { data: Order, key: 'id' } },
	});
	const operation = (name: string) => Orders.operations.get(name);
	assert.deepEqual([...Orders.operations.keys()], ['get', 'watch', 'place', 'tick']);
	assert.equal(operation('get')?.address, 'orders@2/get');
	assert.equal(operation('get')?.http?.path, '/v2/orders/{id}');
	assert.deepEqual(operation('get')?.http?.pathFields, ['id']);
	assert.deepEqual(
		[operation('get')?.timeoutMs, operation('watch')?.timeoutMs],
		[10_000, Infinity],
	);
	assert.deepEqual([operation('place')?.timeoutMs, operation('place')?.http?.status], [2_000, 201]);
	assert.deepEqual(operation('place')?.http?.settle, {
		waitMs: 2_000,
		watch: 'watch',
		while: { status: 'pending' },
	});
	const status = (name: string, code: string) => operation(name)?.errors.get(code)?.status;
	assert.deepEqual(
		[status('get', 'notFound'), status('place', 'taken'), status('place', 'late')],
		[404, 418, 409],
	);
	assert.deepEqual([operation('tick')?.input, operation('tick')?.idempotent], [undefined, true]);
	assert.equal(Orders.events.get('placed')?.address, 'orders@2/placed');
});

test('a contract with a bad name or version is refused', () => {
	for (const name of ['', 'Orders', '1orders', '-a', 'a_b', 'a b', 'a\n', 'ö', 'a'.repeat(41)]) {
		assert.throws(
			() => contract(name, { version: 1 }),
			(thrown) => isFlotillaError(thrown, 'FLOTILLA_CONTRACT_INVALID'),
			name,
		);
	}
	for (const version of [0, -1, 1.5, Number.NaN, Infinity, 1e21, '1', undefined]) {
		refused({ version }, /version of contract 'orders'/);
	}
});

test('operations, events and errors have camelCase names that no object has by itself', () => {
	const bad = ['', 'Get', 'get-it', 'get_it', '1get', 'g'.repeat(41), 'toString', 'constructor'];
	for (const name of bad) {
		refused({ queries: { [name]: {} } }, /orders@1\//, /name/);
		refused({ commands: { [name]: {} } }, /orders@1\//, /name/);
		refused({ events: { [name]: { data: Id, key: 'id' } } }, /orders@1\//, /name/);
		query({ errors: { [name]: Id } }, /error '/);
	}
	for (const name of ['try', 'then']) refused({ queries: { [name]: {} } }, /'try' or 'then'/);
});

test('unknown keys are refused wherever they stand', () => {
	refused({ querys: {} }, /contract 'orders'/, /unknown key 'querys'/);
	query({ timeout: 3 }, /unknown key 'timeout'/);
	query({ idempotent: true }, /unknown key 'idempotent'/);
	query({ constructor: 1 }, /unknown key 'constructor'/);
	event({ data: Id, key: 'id', order: 1 }, /unknown key 'order'/);
	query({ http: { route: 'GET /a', stauts: 201 }, auth: 'public' }, /unknown key 'stauts'/);
	const settle = { watch: 'watch', while: { status: 'x' }, waitMS: 3 };
	refused(
		{
			queries: { watch: { input: Id, output: stream(Order) } },
			commands: { place: { output: Order, http: { route: 'POST /a', settle }, auth: 'public' } },
		},
		/orders@1\/place/,
		/unknown key 'waitMS'/,
	);
});

test('a query and a command do not share a name', () => {
	refused({ queries: { get: {} }, commands: { get: {} } }, /orders@1\/get/, /share the name/);
});

test('schemas without a JSON form are refused, wherever they stand', () => {
	const formless = {
		date: z.date(),
		coerced: z.coerce.date(),
		bigint: z.bigint(),
		custom: z.custom<string>(),
		instance: z.instanceof(Map),
		map: z.map(z.string(), z.string()),
		set: z.set(z.string()),
		symbol: z.symbol(),
		undefined: z.undefined(),
		nan: z.nan(),
		transform: z.transform((value) => value),
	};
	for (const [kind, schema] of Object.entries(formless)) {
		const inner = z.object({ id: z.string(), inner: z.array(schema as z.ZodType) });
		query({ input: inner }, /'input'.*JSON/);
		query({ output: inner }, /'output'.*JSON/);
		query({ output: stream(inner) }, /'output'.*JSON/);
		query({ errors: { gone: inner } }, /'errors\.gone'.*JSON/);
		query({ errors: { gone: error(inner, { status: 410 }) } }, /'errors\.gone'.*JSON/);
		event({ data: inner, key: 'id' }, /data has no JSON form/);
		assert.ok(kind);
	}
	query({ input: { id: 'string' } }, /not a Standard Schema/);
	const { jsonSchema: _, ...bare } = Id['~standard'] as unknown as Record<string, unknown>;
	query(
		{ output: { '~standard': { ...bare, vendor: 'plain' } } },
		/\(plain\) gives no JSON Schema/,
	);
});

test('an input is an object, whatever way it is described', () => {
	for (const input of [z.string(), z.array(Id), z.any(), z.union([Id, z.string()]), z.null()]) {
		query({ input }, /does not describe an object/);
	}
	interface Tree {
		children: Tree[];
	}
	const Tree: z.ZodType<Tree> = z.object({ children: z.lazy(() => z.array(Tree)) });
	const inputs = [
		Id.meta({ id: 'Id' }),
		z.union([Id, Order]),
		z.discriminatedUnion('kind', [
			Id.extend({ kind: z.literal('a') }),
			Order.extend({ kind: z.literal('b') }),
		]),
		z.intersection(Id, Order),
		z.record(z.string(), z.string()),
		z.preprocess((value) => value, Id),
		Tree,
		Tree.meta({ id: '50%/tree' }),
	];
	for (const input of inputs) contract('orders', { version: 1, queries: { get: { input } } });
});

test('only queries stream', () => {
	command({ output: stream(Id) }, /only queries/);
});

test('timeouts are 1 ms to an hour, and only a stream may have none', () => {
	for (const timeoutMs of [0, -1, 0.5, 3_600_001, Infinity, Number.NaN]) {
		query({ timeoutMs }, /timeoutMs is/);
	}
	query({ output: stream(Id), timeoutMs: 3_600_001 }, /timeoutMs is/);
	for (const timeoutMs of [1, 3_600_000]) {
		contract('orders', { version: 1, queries: { get: { timeoutMs } } });
	}
	contract('orders', { version: 1, queries: { get: { output: stream(Id), timeoutMs: Infinity } } });
});

test('a declared error has a status of its own kind', () => {
	for (const status of [399, 500, 404.5, Number.NaN]) {
		query({ errors: { gone: error(Id, { status }) } }, /error 'gone' has the status/);
	}
});

test('an operation with a route says who may call it', () => {
	query({ http: 'GET /a' }, /no `auth`/);
	for (const auth of ['', 'two scopes', 'a"b', 'ö', 'a\n']) {
		query({ http: 'GET /a', auth }, /auth is/);
	}
	contract('orders', { version: 1, queries: { get: { http: 'GET /a', auth: 'orders:read' } } });
});

test('a route is a method, fitting its kind, and a path', () => {
	const routes = ['/a', 'GET a', 'get /a', 'GET  /a', 'GET /a/', 'GET /', 'HEAD /a', 'GET /a?b=c'];
	for (const http of [...routes, 'GET /{a', 'GET /a b', 'GET /a/{b}c', 'GET /{a-b}', 'GET //a']) {
		query({ http, auth: 'public' }, /METHOD \/path/);
	}
	query({ http: 'POST /a', auth: 'public' }, /query cannot be reached with POST/);
	command({ http: 'GET /a', auth: 'public' }, /command cannot be reached with GET/);
	for (const status of [199, 300, 200.5]) {
		query({ http: { route: 'GET /a', status }, auth: 'public' }, /not 200 to 299/);
	}
});

test('what stands in a path is a plain field of the input, once', () => {
	const open = { auth: 'public' };
	query({ ...open, http: 'GET /a/{id}' }, /\{id\}, which the input lacks/);
	query({ ...open, http: 'GET /a/{ID}', input: Id }, /\{ID\}, which the input lacks/);
	query({ ...open, http: 'GET /a/{constructor}', input: Id }, /which the input lacks/);
	query({ ...open, http: 'GET /{id}/{id}', input: Id }, /field twice/);
	for (const field of [z.array(z.string()), Id, z.any(), z.record(z.string(), z.string())]) {
		const input = z.object({ id: field });
		query({ ...open, http: 'GET /a/{id}', input }, /not a plain text, number or boolean/);
	}
	const inputs = [Id.meta({ id: 'IdOfPath' }), z.object({ id: z.int() }), z.union([Id, Order])];
	for (const input of inputs) {
		contract('orders', {
			version: 1,
			queries: { get: { input, http: 'GET /a/{id}', auth: 'public' } },
		});
	}
});

test('two operations do not share a route', () => {
	const get = { input: Id, http: 'GET /orders/{id}', auth: 'public' };
	const sku = { input: z.object({ sku: z.string() }), http: 'GET /orders/{sku}', auth: 'public' };
	refused({ queries: { get, sku } }, /orders@1\/sku/, /orders@1\/get has the same route/);
	const fine = { input: Id, http: 'DELETE /orders/{id}', auth: 'public' };
	contract('orders', { version: 1, queries: { get }, commands: { fine } } as ContractDefinition);
});

test('settling needs a streaming query, fed from the answer, and something to wait for', () => {
	const watch = { input: Id, output: stream(Order) };
	const settling = (
		settle: Loose,
		message: RegExp,
		place: Loose = {},
		queries: Loose = { watch },
	) =>
		refused(
			{
				queries,
				commands: {
					place: {
						output: Order,
						auth: 'public',
						http: {
							route: 'POST /a',
							settle: { while: { status: 'x' }, watch: 'watch', ...settle },
						},
						...place,
					},
				},
			},
			/orders@1\/place/,
			message,
		);
	settling({ watch: 'nothing' }, /'nothing' is not a streaming query/);
	settling({ watch: 'place' }, /'place' is not a streaming query/);
	settling({}, /'watch' is not a streaming query/, {}, { watch: { input: Id, output: Order } });
	settling({ while: { state: 'x' } }, /needs 'state' in the output/);
	settling({ while: { toString: 'x' } }, /needs 'toString' in the output/);
	settling({ while: {} }, /settle.while says nothing/);
	settling({}, /needs 'status' in the output/, { output: Id });
	settling({}, /needs 'status' in the output/, { output: undefined });
	const other = z.object({ other: z.string() });
	settling(
		{},
		/needs 'other' in the output/,
		{},
		{ watch: { input: other, output: stream(Order) } },
	);
	for (const waitMs of [-1, 30_001, Number.NaN]) settling({ waitMs }, /not 0 to 30000/);
	const settle = { watch: 'watch', while: { status: 'x' } };
	const get = { input: Id, output: Order, auth: 'public', http: { route: 'GET /a', settle } };
	refused({ queries: { watch, get } }, /orders@1\/get/, /only commands settle/);
});

test('the ordering key of an event is a required text field of its data', () => {
	for (const key of ['', 'Id', 'other', 'constructor', undefined])
		event({ data: Id, key }, /key '/);
	for (const id of [z.string().optional(), z.string().nullable(), z.int(), z.any()]) {
		event({ data: z.object({ id }), key: 'id' }, /key 'id' is not a required text/);
	}
	event({ data: z.object({ id: z.string().default('x') }), key: 'id' }, /key 'id'/);
	event({ data: z.union([Id, z.object({ other: z.string() })]), key: 'id' }, /key 'id'/);
	for (const data of [
		Id,
		Id.meta({ id: 'EventId' }),
		z.union([Id, Order]),
		Id.extend({ id: z.uuid() }),
	]) {
		contract('orders', { version: 1, events: { placed: { data, key: 'id' } } });
	}
});
