import assert from 'node:assert/strict';
import { type Simulation, simulation, type World } from '@flotilla/simulator';
import { type Order, Orders, Products } from '@shop/contracts';
import type { Principal } from 'flotilla';

const CUSTOMERS = 6;
const ORDERS_EACH = 8;

const DEADLINE_MS = 10_700;

/** Few pieces and dear ones, so that orders are refused and declined too. */
const SKUS = ['COF-001', 'COF-004', 'TEA-011', 'GAM-011', 'AUD-011'];

/**
 * Customers order, and sometimes think better of it, while machines crash and the network fails.
 * Whatever happens, the money adds up, no piece is sold twice, and no acknowledged order is lost.
 */
async function orderPayAndCancel(world: World): Promise<void> {
	const acknowledged = new Map<string, Order>();
	neverWrong(world);
	rightInTheEnd(world, acknowledged);

	await world.times(CUSTOMERS, async (number) => {
		const subject = `customer-${number}`;
		const orders = world.client(Orders, { principal: principalOf(subject, 'user') });
		for (let count = 0; count < ORDERS_EACH; count++) {
			await world.sleep(world.random.next() * 6_000);
			const lines = [{ sku: pick(world, SKUS), quantity: 1 + Math.floor(world.random.next() * 9) }];
			// Whoever gets no answer asks again under the same key: it stays one order.
			const idempotencyKey = `${subject}-${count}`;
			const order = await world.insist(() =>
				inTime(world, () => orders.place({ lines }, { idempotencyKey })),
			);
			acknowledged.set(order.id, order);
			if (world.random.next() > 0.3) continue;
			await world.sleep(world.random.next() * 500);
			const cancelled = await world.insist(() =>
				inTime(world, () => orders.try.cancel({ id: order.id })),
			);
			world.sometimes('an order is cancelled', cancelled.ok);
			world.sometimes('it is too late to cancel', !cancelled.ok);
		}
	});
}

export const fleet: Simulation = simulation(
	'customers order, pay and cancel',
	import.meta.resolve('./app.ts'),
	{ instances: 3 },
	orderPayAndCancel,
);

/** The same services and the same customers, but everything in one process with SQLite. */
export const oneProcess: Simulation = simulation(
	'the same in one process',
	import.meta.resolve('./app.ts'),
	{ instances: 'one process' },
	orderPayAndCancel,
);

/** Two clerks correct the same stock at the same time: no correction overwrites another one. */
export const warehouse: Simulation = simulation(
	'clerks correct the stock',
	import.meta.resolve('./app.ts'),
	{ instances: { products: 3, users: 1, orders: 1, payments: 1 } },
	async (world) => {
		const sku = 'COF-001';
		const principal = principalOf('clerk', 'operator');
		const before = await world.insist(() => world.client(Products, { principal }).stock({ sku }));
		let corrections = 0;
		world.eventually('every correction counts', () => {
			const [stock] = world.rows('products')`select on_hand from stock where sku = ${sku}`;
			assert.equal(stock?.on_hand, before.onHand + corrections);
		});

		await world.times(3, async () => {
			const products = world.client(Products, { principal });
			for (let count = 0; count < 10; count++) {
				await world.sleep(world.random.next() * 3_000);
				for (let corrected = false; !corrected; ) {
					const { onHand, version } = await world.insist(() => products.stock({ sku }));
					const idempotencyKey = `${world.random.uint32()}-${world.random.uint32()}`;
					const adjusted = await world.insist(() =>
						products.try.adjustStock({ sku, onHand: onHand + 1, version }, { idempotencyKey }),
					);
					corrected = adjusted.ok;
					world.sometimes('another clerk was faster', !adjusted.ok);
				}
				corrections++;
			}
		});
	},
);

/** Nobody waits longer than 10 seconds, the operations' deadline; clocks may be a little slow. */
async function inTime<T>(world: World, work: () => Promise<T>): Promise<T> {
	const startedMs = world.nowMs();
	const answer = await work().catch((error: unknown) => {
		assert.ok(world.nowMs() - startedMs < DEADLINE_MS, 'a caller waited beyond the deadline');
		throw error;
	});
	assert.ok(world.nowMs() - startedMs < DEADLINE_MS, 'a caller waited beyond the deadline');
	return answer;
}

function principalOf(subject: string, scope: string): Principal {
	return { subject, issuer: 'simulation', scopes: [scope] };
}

/** Holds at every moment, in what each service has committed. */
function neverWrong(world: World): void {
	world.always('stock is never negative', 'products', (rows) => {
		assert.deepEqual(rows`select * from stock where reserved < 0 or reserved > on_hand`, []);
	});
	world.always('reserved pieces are those of the reservations', 'products', (rows) => {
		const wrong = rows`
			select sku, reserved, (
				select coalesce(sum(quantity), 0) from reservations where reservations.sku = stock.sku
			) as counted
			from stock where reserved <> counted`;
		assert.deepEqual(wrong, []);
	});
	world.always('the ledger sums to zero', 'payments', (rows) => {
		assert.deepEqual(rows`select sum(amount_minor) as total from entries having total <> 0`, []);
	});
	world.always('nothing is charged twice', 'payments', (rows) => {
		const twice = rows`
			select order_id from entries where account = 'cash' and booking = 'capture'
			group by order_id having count(*) > 1`;
		assert.deepEqual(twice, []);
	});
}

/** Comes about once the world has healed and every event has arrived. */
function rightInTheEnd(world: World, acknowledged: ReadonlyMap<string, Order>): void {
	world.eventually('every event has taken effect', () => {
		for (const service of ['orders', 'products', 'payments']) {
			assert.deepEqual(world.rows(service)`select event, subscriber from flotilla_outbox`, []);
		}
	});
	world.eventually('no acknowledged order is lost, and none was placed twice', () => {
		const placed = world.rows('orders')`select id from orders`;
		const ids = new Set(placed.map(({ id }) => id));
		for (const id of acknowledged.keys()) assert.ok(ids.has(id), `order ${id} is lost`);
		assert.equal(ids.size, acknowledged.size);
	});
	const statuses = ['confirmed', 'cancelled', 'rejected'];
	for (const status of statuses) world.sometimes(`an order ends ${status}`, false);
	world.eventually('all services agree about every order', () => {
		for (const { id, status } of world.rows('orders')`select id, status from orders`) {
			const orderId = String(id);
			const reserved = world.rows('products')`
				select sku from reservations where order_id = ${orderId}`;
			const paid = world.rows('payments')`
				select state from payments where order_id = ${orderId} and state = 'captured'`;
			const agreed = status === 'confirmed' ? 1 : 0;
			assert.equal(reserved.length, agreed, `${orderId} is ${status}`);
			assert.equal(paid.length, agreed, `${orderId} is ${status}`);
			world.sometimes(`an order ends ${status}`);
		}
	});
	world.eventually('the cash is that of the confirmed orders', () => {
		const [confirmed] = world.rows('orders')`
			select coalesce(sum(total_minor), 0) as total from orders where status = 'confirmed'`;
		const [cash] = world.rows('payments')`
			select coalesce(sum(amount_minor), 0) as total from entries where account = 'cash'`;
		assert.equal(cash?.total, confirmed?.total);
	});
}

function pick<T>(world: World, items: readonly T[]): T {
	return items[Math.floor(world.random.next() * items.length)] as T;
}
