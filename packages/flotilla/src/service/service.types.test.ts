// Wrong code that must not compile. The compiler is the test: an error that does not come makes its
// `@ts-expect-error` an error. What runs is only the proof that the right code beside it is right.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { Client } from '../contract/client.ts';
import { contract } from '../contract/contract.ts';
import { stream } from '../contract/definition.ts';
import { service } from './service.ts';

const Id = z.object({ id: z.string() });
const Order = z.object({ id: z.string(), total: z.int(), placedAt: isoDate() });
const Shortage = z.object({ sku: z.string(), left: z.int() });

const Orders = contract('orders', {
	version: 1,
	queries: {
		get: { input: Id, output: Order, errors: { notFound: Id } },
		watch: { input: Id, output: stream(Order) },
		ping: {},
	},
	commands: { place: { input: Id, output: Order, errors: { outOfStock: Shortage } } },
	events: { placed: { data: Order, key: 'id' } },
});

const Payments = contract('payments', {
	version: 1,
	commands: { charge: { input: Id } },
	events: { captured: { data: Id, key: 'id' } },
});

function isoDate() {
	return z.codec(z.iso.datetime(), z.date(), {
		decode: (text) => new Date(text),
		encode: (date) => date.toISOString(),
	});
}

const wire = { id: 'o1', total: 3, placedAt: '2026-01-01T00:00:00Z' };

test('two services that need each other compile', () => {
	const orders = service(
		Orders,
		{ needs: { payments: Payments }, migrations: [] },
		({ call, tx }) => ({
			queries: {
				get: async ({ id }, { errors }) => {
					if (id === '') throw errors.notFound({ id });
					return wire;
				},
				watch: async function* ({ id }) {
					yield { ...wire, id };
				},
				ping: () => {},
			},
			commands: {
				place: async ({ id }) => {
					await call.payments.charge({ id });
					return tx((t) => {
						t.emit.placed(wire);
						return wire;
					});
				},
			},
			on: {
				payments: { captured: async ({ id }, { t }) => t.run`delete from orders where id = ${id}` },
			},
		}),
	);
	const payments = service(Payments, { needs: { orders: Orders }, migrations: [] }, ({ call }) => ({
		commands: {
			charge: async ({ id }) => {
				const order = await call.orders.get({ id });
				const placedAt: Date = order.placedAt;
				assert.ok(placedAt);
			},
		},
		on: { orders: { placed: ({ placedAt }) => assert.ok(placedAt.getTime()) } },
	}));
	assert.deepEqual([orders.contract.name, payments.contract.name], ['orders', 'payments']);
});

test('wrong calls do not compile', () => {
	const wrong = async (orders: Client<typeof Orders>) => {
		// @ts-expect-error a wrong argument
		await orders.get({ id: 1 });
		// @ts-expect-error a missing argument
		await orders.get();
		// @ts-expect-error an unknown field
		await orders.get({ id: 'a', colour: 'red' });
		// @ts-expect-error an unknown operation
		await orders.fetch({ id: 'a' });
		// @ts-expect-error an unknown option
		await orders.get({ id: 'a' }, { timeout: 3 });
		// @ts-expect-error the consumer's form is a Date, not a text
		const text: string = (await orders.get({ id: 'a' })).placedAt;
		// @ts-expect-error a streaming result is iterated, not awaited
		(await orders.watch({ id: 'a' })).id;
		// @ts-expect-error a streaming result has no `try`
		await orders.try.watch({ id: 'a' });
		const result = await orders.try.place({ id: 'a' });
		// @ts-expect-error the value is not there before `ok` was looked at
		result.value;
		if (!result.ok) {
			const code: 'outOfStock' = result.error.code;
			const left: number = result.error.data.left;
			// @ts-expect-error an unknown declared error
			const never: boolean = result.error.code === 'soldOut';
			return [code, left, never, text];
		}
		return result.value.id;
	};
	assert.equal(typeof wrong, 'function');
});

test('wrong implementations do not compile', () => {
	const charge = () => {};
	const right = {
		get: async () => wire,
		watch: async function* () {
			yield wire;
		},
		ping: () => {},
	};
	const wrong = () => [
		// @ts-expect-error a missing query
		service(Orders, () => ({ queries: { get: right.get }, commands: { place: () => wire } })),
		// @ts-expect-error no commands at all
		service(Orders, () => ({ queries: right })),
		// @ts-expect-error a wrong result
		service(Orders, () => ({ queries: right, commands: { place: async () => ({ id: 'a' }) } })),
		service(Orders, () => ({
			queries: right,
			// @ts-expect-error the producer's form is a text, not a Date
			commands: { place: async () => ({ ...wire, placedAt: new Date() }) },
		})),
		service(Payments, ({ call }) => ({
			// @ts-expect-error a service that is not needed
			commands: { charge: () => call.orders.get({ id: 'a' }) },
		})),
		service(Orders, { needs: { payments: Payments } }, ({ call, tx }) => ({
			queries: {
				...right,
				get: async ({ id }, { errors }) => {
					// @ts-expect-error an undeclared error
					if (id === '') throw errors.gone({ id });
					// @ts-expect-error wrong data of an error
					throw errors.notFound({ name: id });
				},
			},
			commands: {
				place: async () => {
					// @ts-expect-error an unknown remote operation
					await call.payments.refund({ id: 'a' });
					return tx((t) => {
						// @ts-expect-error an unknown event
						t.emit.cancelled(wire);
						// @ts-expect-error wrong data of an event
						t.emit.placed({ id: 'a' });
						return wire;
					});
				},
			},
		})),
		service(Orders, ({ read }) => ({
			queries: {
				...right,
				get: () =>
					read(async (t) => {
						// @ts-expect-error a snapshot cannot write
						await t.run`delete from orders`;
						// @ts-expect-error a snapshot cannot emit
						t.emit.placed(wire);
						return wire;
					}),
			},
			commands: { place: () => wire },
		})),
		service(Payments, { needs: { orders: Orders }, migrations: [] }, () => ({
			commands: { charge },
			// @ts-expect-error an unknown event of a needed service
			on: { orders: { deleted: () => {} } },
		})),
		service(Payments, { needs: { orders: Orders }, migrations: [] }, () => ({
			commands: { charge },
			// @ts-expect-error a subscriber that takes what the event does not carry
			on: { orders: { placed: (event: { colour: string }) => event.colour } },
		})),
	];
	assert.equal(typeof wrong, 'function');
});

test('wrong contracts do not compile', () => {
	const wrong = () => [
		// @ts-expect-error a version is a number
		contract('a', { version: '1' }),
		// @ts-expect-error a route has a method
		contract('a', { version: 1, queries: { get: { http: '/orders', auth: 'public' } } }),
		// @ts-expect-error a schema is a Standard Schema
		contract('a', { version: 1, queries: { get: { input: { id: 'string' } } } }),
		// @ts-expect-error an event has a key
		contract('a', { version: 1, events: { placed: { data: Id } } }),
	];
	assert.equal(typeof wrong, 'function');
});
