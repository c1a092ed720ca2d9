import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type AsyncApiDocument, asyncApiDocument } from './asyncapi.ts';
import { type Contract, contract } from './contract.ts';
import { resolveReference } from './schema.ts';

const Money = z.object({ cents: z.int() }).meta({ id: 'Money' });
const Tree = z.object({
	name: z.string(),
	get branches() {
		return z.array(Tree);
	},
});

const Orders = contract('orders', {
	version: 1,
	description: 'Orders and what became of them.',
	queries: { get: { output: Money } },
	events: {
		placed: {
			description: 'Somebody wants something.',
			data: z.object({
				orderId: z.string(),
				total: Money.describe('With taxes.'),
				place: z.tuple([z.number(), z.number()]),
			}),
			key: 'orderId',
		},
		cancelled: { data: z.object({ orderId: z.string() }), key: 'orderId' },
	},
});
const Gardens = contract('gardens', {
	version: 2,
	events: { grown: { data: z.object({ id: z.string(), tree: Tree }), key: 'id' } },
});
const Silent = contract('silent', { version: 1, queries: { get: { output: Money } } });

function document(...contracts: readonly Contract[]): AsyncApiDocument {
	return asyncApiDocument({ title: 'Shop', version: '1.0.0', contracts });
}

type Members = Readonly<Record<string, unknown>>;

/** A member deep inside of the document, by its keys. */
function at(json: unknown, ...keys: readonly string[]): unknown {
	return keys.reduce((node, key) => (node as Members | undefined)?.[key], json);
}

/** Checks that an object has members of these names only, or such as begin with `x-`. */
function only(place: string, json: unknown, names: readonly string[]): Members {
	assert.ok(typeof json === 'object' && json !== null && !Array.isArray(json), place);
	for (const name of Object.keys(json)) {
		assert.ok(names.includes(name) || /^x-[\w.-]+$/.test(name), `${place} has ${name}`);
	}
	return json as Members;
}

function texts(place: string, json: Members, names: readonly string[]): void {
	for (const name of names) {
		assert.ok(json[name] === undefined || typeof json[name] === 'string', `${place} ${name}`);
	}
}

/** A Reference Object: nothing but `$ref`, which leads somewhere. */
function target(place: string, json: unknown, root: AsyncApiDocument): unknown {
	const { $ref } = only(place, json, ['$ref']);
	assert.ok(typeof $ref === 'string' && $ref.startsWith('#/'), place);
	const found = resolveReference($ref, root);
	assert.notDeepEqual(found, {}, `${place} leads nowhere: ${$ref}`);
	return found;
}

function tags(place: string, json: unknown): void {
	assert.ok(Array.isArray(json), place);
	const names = json.map((tag) => only(place, tag, ['name', 'description', 'externalDocs']).name);
	assert.equal(new Set(names).size, names.length, place);
	for (const name of names) assert.equal(typeof name, 'string');
}

/** What AsyncAPI 3.0.0 demands of the parts that we use, section by section. */
function assertAsyncApi(root: AsyncApiDocument): void {
	const rootNames = [
		'asyncapi',
		'info',
		'defaultContentType',
		'channels',
		'operations',
		'components',
	];
	only('the document', root, rootNames);
	assert.equal(root.asyncapi, '3.0.0');
	const info = only('info', root.info, ['title', 'version', 'description', 'tags']);
	assert.equal(typeof info.title, 'string');
	assert.equal(typeof info.version, 'string');
	if (info.tags !== undefined) tags('info', info.tags);
	const components = only('components', root.components, ['messages', 'schemas']);
	for (const [name, message] of Object.entries(components.messages as Members)) {
		assert.match(name, /^[\w.-]+$/);
		const names = ['name', 'title', 'summary', 'contentType', 'payload', 'tags'];
		const described = only(`message ${name}`, message, names);
		texts(name, described, ['name', 'title', 'summary', 'contentType', 'x-ordering-key']);
		tags(name, described.tags);
		assertSchema(`message ${name}`, described.payload, root);
	}
	for (const [name, schema] of Object.entries(components.schemas as Members)) {
		assert.match(name, /^[\w.-]+$/);
		assertSchema(`schema ${name}`, schema, root);
	}
	const addresses = new Set<unknown>();
	for (const [name, one] of Object.entries(root.channels as Members)) {
		const channel = only(name, one, ['address', 'title', 'description', 'messages', 'tags']);
		texts(name, channel, ['address', 'title', 'description']);
		assert.ok(!addresses.has(channel.address), 'addresses are unique');
		addresses.add(channel.address);
		assert.doesNotMatch(String(channel.address), /[{}]/, 'expressions would want parameters');
		tags(name, channel.tags);
		for (const message of Object.values(channel.messages as Members)) target(name, message, root);
	}
	for (const [name, one] of Object.entries(root.operations as Members)) {
		const operation = only(name, one, ['action', 'channel', 'summary', 'messages', 'tags']);
		assert.ok(['send', 'receive'].includes(String(operation.action)));
		const channel = target(name, operation.channel, root) as Members;
		assert.match(String(at(operation, 'channel', '$ref')), /^#\/channels\//);
		for (const message of operation.messages as readonly unknown[]) {
			const found = target(name, message, root);
			const ofChannel = Object.values(channel.messages as Members);
			assert.ok(ofChannel.includes(found), `${name}: a message of its channel`);
			const { $ref } = message as { readonly $ref: string };
			assert.ok($ref.startsWith(`${at(operation, 'channel', '$ref')}/messages/`));
		}
	}
}

/** Schemas are of draft 07, and their references lead to schemas of the document. */
function assertSchema(place: string, json: unknown, root: AsyncApiDocument): void {
	if (Array.isArray(json)) {
		for (const part of json) assertSchema(place, part, root);
	}
	if (typeof json !== 'object' || json === null || Array.isArray(json)) return;
	const schema = json as Members;
	for (const newer of ['prefixItems', '$defs', 'dependentSchemas', 'dependentRequired']) {
		assert.ok(!(newer in schema), `${place} has ${newer}`);
	}
	if ('$ref' in schema) {
		assert.match(String(schema.$ref), /^#\/components\/schemas\//);
		target(place, schema, root);
	}
	for (const part of Object.values(schema)) assertSchema(place, part, root);
}

test('the document has the structure that AsyncAPI 3.0 demands', () => {
	assertAsyncApi(document(Orders, Gardens, Silent));
	assertAsyncApi(document(Silent));
	assertAsyncApi(document());
});

test('the same contracts in another order give the same text', () => {
	const text = JSON.stringify(document(Orders, Gardens, Silent));
	assert.equal(JSON.stringify(document(Silent, Gardens, Orders)), text);
});

test('each event has a channel under its address, and is sent to it', () => {
	const whole = document(Orders, Gardens);
	assert.deepEqual(Object.keys(whole.channels as object), [
		'gardens.v2.grown',
		'orders.v1.cancelled',
		'orders.v1.placed',
	]);
	assert.equal(at(whole, 'channels', 'orders.v1.placed', 'address'), 'orders@1/placed');
	assert.equal(at(whole, 'operations', 'orders.v1.placed', 'action'), 'send');
	assert.deepEqual(at(whole, 'info', 'tags'), [
		{ name: 'gardens' },
		{ name: 'orders', description: 'Orders and what became of them.' },
	]);
});

test('the ordering key is named, for people and for programs', () => {
	const whole = document(Orders);
	assert.equal(
		at(whole, 'channels', 'orders.v1.placed', 'description'),
		'Somebody wants something. Events with the same `orderId` arrive in order.',
	);
	assert.equal(
		at(whole, 'components', 'messages', 'orders.v1.placed', 'x-ordering-key'),
		'orderId',
	);
});

test('the data is a schema, whose shared parts stand once among the components', () => {
	const whole = document(Orders, Gardens);
	const payload = at(whole, 'components', 'messages', 'orders.v1.placed', 'payload');
	assert.deepEqual(at(payload, 'properties', 'total'), {
		description: 'With taxes.',
		allOf: [{ $ref: '#/components/schemas/Money' }],
	});
	assert.ok(Array.isArray(at(payload, 'properties', 'place', 'items')));
	assert.equal(at(whole, 'components', 'schemas', 'Money', 'type'), 'object');
	assert.deepEqual(at(payload, 'required'), ['orderId', 'total', 'place']);
});
