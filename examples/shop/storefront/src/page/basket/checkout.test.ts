import assert from 'node:assert/strict';
import { test } from 'node:test';
import { euros, type NewOrder, type Order } from '@shop/contracts';
import { FlotillaError } from 'flotilla';
import { DeclaredError } from 'flotilla/client';
import { Checkout } from './checkout.ts';

const lines = [{ sku: 'TEA-001', quantity: 1 }];
const lost = new FlotillaError('FLOTILLA_CONNECTION_LOST', 'Gone.', { effect: 'unknown' });
const busy = new FlotillaError('FLOTILLA_OVERLOADED', 'Busy.', { effect: 'none' });
const signedOut = new FlotillaError('FLOTILLA_UNAUTHENTICATED', 'Who?', { effect: 'none' });

/** The memory of a browser, and a shop that keeps to idempotency keys. */
function world() {
	const items = new Map<string, string>();
	const orders = new Map<string, Order>();
	let [keys, nowMs] = [0, 1_000];
	const place = async ({ lines }: NewOrder, key: string): Promise<Order> => {
		const order = orders.get(key) ?? {
			id: `order-${orders.size + 1}`,
			status: 'pending',
			lines: lines.map((line) => ({ ...line, price: euros(990) })),
			total: euros(990),
			createdAt: '2026-01-01T00:00:00.000Z',
		};
		orders.set(key, order);
		return order;
	};
	const opened = (then: (order: Order) => Order | Promise<Order>): Checkout =>
		new Checkout({
			place: async (order, key) => then(await place(order, key)),
			storage: {
				getItem: (key) => items.get(key) ?? null,
				setItem: (key, value) => void items.set(key, value),
				removeItem: (key) => void items.delete(key),
			},
			nowMs: () => nowMs,
			newKey: () => `key-${++keys}`,
		});
	return {
		items,
		orders,
		opened,
		pass: (ms: number) => {
			nowMs += ms;
		},
	};
}

test('an order that was placed leaves nothing open', async () => {
	const { opened, orders, items } = world();
	const checkout = opened((order) => order);
	const first = await checkout.place(lines, 'ada');
	const second = await checkout.place(lines, 'ada');
	assert.notEqual(first.id, second.id);
	assert.equal(orders.size, 2);
	assert.equal(items.size, 0);
});

test('clicking twice places one order', async () => {
	const { opened, orders } = world();
	const checkout = opened((order) => order);
	const [first, second] = await Promise.all([
		checkout.place(lines, 'ada'),
		checkout.place(lines, 'ada'),
	]);
	assert.equal(first, second);
	assert.equal(orders.size, 1);
});

test('an answer that is lost, and a reload, lead to the same order', async () => {
	const { opened, orders } = world();
	const before = opened(() => Promise.reject(lost));
	await assert.rejects(before.place(lines, 'ada'), lost);
	assert.equal(before.openFor('ada')?.isUnsure, true);

	const after = opened((order) => order);
	assert.deepEqual(after.openFor('ada')?.lines, lines);
	assert.equal((await after.place([{ sku: 'OTHER', quantity: 9 }], 'ada')).id, 'order-1');
	assert.equal(orders.size, 1);
	assert.equal(after.openFor('ada'), undefined);
});

test('a page that went away while it waited counts as one that heard nothing', async () => {
	const { opened, orders } = world();
	void opened(() => new Promise(() => {})).place(lines, 'ada');
	const after = opened((order) => order);
	assert.equal(after.openFor('ada')?.isUnsure, true);
	await after.place(lines, 'ada');
	assert.equal(orders.size, 1);
});

test('when it is sure that nothing was placed, nothing stays open', async () => {
	const { opened } = world();
	const refused = new DeclaredError('orders@1/place', 'unknownProduct', { skus: ['TEA-001'] });
	for (const error of [busy, signedOut, refused]) {
		const checkout = opened(() => Promise.reject(error));
		await assert.rejects(checkout.place(lines, 'ada'), error);
		assert.equal(checkout.openFor('ada'), undefined);
		assert.equal(checkout.isPlacing.value, false);
	}
});

test('a later refusal says nothing about an earlier try whose answer was lost', async () => {
	const { opened } = world();
	const answers = [lost, signedOut, busy];
	const checkout = opened((order) => {
		const error = answers.shift();
		return error === undefined ? order : Promise.reject(error);
	});
	for (const error of [...answers]) {
		await assert.rejects(checkout.place(lines, 'ada'), error);
		assert.equal(checkout.openFor('ada')?.isUnsure, true);
	}
	assert.equal((await checkout.place(lines, 'ada')).id, 'order-1');
});

test('what one customer has sent is nothing to another one, and nothing after six days', async () => {
	const { opened, pass } = world();
	const checkout = opened(() => Promise.reject(lost));
	await assert.rejects(checkout.place(lines, 'ada'), lost);
	assert.equal(checkout.openFor('bob'), undefined);
	pass(6 * 24 * 60 * 60 * 1_000);
	assert.equal(checkout.openFor('ada'), undefined);
});
