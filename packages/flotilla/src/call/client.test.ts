import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { DeclaredError } from '../contract/declared-error.ts';
import { stream } from '../contract/definition.ts';
import { createClient } from './client.ts';

const Id = z.object({ id: z.string() });
const Orders = contract('orders', {
	version: 1,
	queries: {
		get: { input: Id, output: Id, errors: { notFound: Id } },
		watch: { output: stream(Id) },
	},
	commands: { place: { input: Id } },
});

function recorded(answer: () => Promise<unknown>) {
	const calls: unknown[] = [];
	const values = (async function* () {})();
	const client = createClient(Orders, {
		invoke: (operation, input, options) => {
			calls.push([operation.address, input, options]);
			return answer();
		},
		stream: (operation, input, options) => {
			calls.push([operation.address, input, options]);
			return values;
		},
	});
	return { calls, client, values };
}

test('a client has the operations of its contract, and no more', () => {
	const { client } = recorded(async () => {});
	assert.deepEqual(Object.keys(client), ['get', 'watch', 'place', 'try']);
	assert.deepEqual(Object.keys(client.try), ['get', 'place']);
	assert.ok(Object.isFrozen(client) && Object.isFrozen(client.try));
});

test('an operation may have any allowed name, also one that everything has', async () => {
	const Odd = contract('odd', {
		version: 1,
		queries: { name: {}, length: {}, call: {}, apply: {} },
	});
	const invoke = async (operation: { name: string }) => operation.name;
	const client = createClient(Odd, { invoke, stream: () => assert.fail() });
	assert.deepEqual(await Promise.all([client.name(), client.apply()]), ['name', 'apply']);
});

test('of what a caller says, only what is a caller’s to say goes on', async () => {
	const { calls, client } = recorded(async () => ({ id: 'a' }));
	const { signal } = new AbortController();
	const known = { timeoutMs: 5, signal, idempotencyKey: 'k' };
	const forged = { ...known, principal: { subject: 'root' }, trace: 'forged' };
	await client.get({ id: 'a' }, forged);
	await client.try.get({ id: 'a' }, forged);
	client.watch(undefined, forged);
	await client.place({ id: 'a' });
	assert.deepEqual(calls, [
		['orders@1/get', { id: 'a' }, known],
		['orders@1/get', { id: 'a' }, known],
		['orders@1/watch', undefined, known],
		['orders@1/place', { id: 'a' }, undefined],
	]);
});

test('with `try`, a declared error is a value and everything else is thrown', async () => {
	const declared = new DeclaredError('orders@1/get', 'notFound', { id: 'a' });
	const refused = await recorded(() => Promise.reject(declared)).client.try.get({ id: 'a' });
	assert.deepEqual(refused, { ok: false, error: declared });
	const fine = await recorded(async () => ({ id: 'a' })).client.try.get({ id: 'a' });
	assert.deepEqual(fine, { ok: true, value: { id: 'a' } });
	const broken = recorded(() => Promise.reject(new Error('broken'))).client.try.get({ id: 'a' });
	await assert.rejects(broken, /broken/);
});
