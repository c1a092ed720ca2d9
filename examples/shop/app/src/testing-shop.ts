import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NewOrder, type Order, Orders, Payments, Products, type Stock } from '@shop/contracts';
import type { Client } from 'flotilla';
import { type Fleet, type RunOptions, run } from 'flotilla/run';
import shop from './app.ts';

/** The shop in this process, without a gateway, in a folder of its own that goes with it. */
export interface TestShop extends AsyncDisposable {
	readonly fleet: Fleet;
	readonly products: Client<typeof Products>;
	/** Somebody who orders. */
	customer(name: string): Customer;
	/** The balance of the cash account, once the ledger has been found to sum to zero. */
	cashMinor(): Promise<number>;
	stock(sku: string): Promise<Stock>;
	/** Sets how many pieces there are, whatever there was. */
	putOnShelf(sku: string, onHand: number): Promise<void>;
}

export interface Customer extends Pick<Client<typeof Orders>, 'get' | 'cancel' | 'list'> {
	place(lines: NewOrder['lines'], idempotencyKey?: string): Promise<Order>;
	/** Places an order and waits until it is decided. */
	order(sku: string, quantity: number): Promise<Order>;
	/** Waits until an order is no longer pending. */
	decided(id: string): Promise<Order>;
}

export async function openTestShop(
	options: Pick<RunOptions, 'databases' | 'rerunTransactions'> = {},
): Promise<TestShop> {
	await using opened = new AsyncDisposableStack();
	const dataDir = await mkdtemp(join(tmpdir(), 'shop-'));
	opened.defer(() => rm(dataDir, { recursive: true, force: true }));
	const fleet = opened.use(await run(shop, { dataDir, logLevel: 'error', ...options }));
	const products = fleet.client(Products);
	const close = opened.move();
	const stock = (sku: string): Promise<Stock> => products.stock({ sku });
	return {
		fleet,
		products,
		customer: (name) => customerOf(fleet, name),
		cashMinor: async () => {
			const { accounts } = await fleet.client(Payments).ledger();
			assert.equal(
				accounts.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0),
				0,
			);
			return accounts.find(({ name }) => name === 'cash')?.balanceMinor ?? Number.NaN;
		},
		stock,
		putOnShelf: async (sku, onHand) => {
			await products.adjustStock({ sku, onHand, version: (await stock(sku)).version });
		},
		[Symbol.asyncDispose]: () => close.disposeAsync(),
	};
}

function customerOf(fleet: Fleet, subject: string): Customer {
	const principal = { subject, issuer: 'test', scopes: ['user'] };
	const orders = fleet.client(Orders, { principal });
	const place: Customer['place'] = (lines, idempotencyKey) =>
		orders.place({ lines }, idempotencyKey === undefined ? {} : { idempotencyKey });
	const decided = async (id: string): Promise<Order> => {
		for await (const order of orders.watch({ id })) {
			if (order.status !== 'pending') return order;
		}
		return assert.fail('the watch ended with a pending order');
	};
	return {
		place,
		order: async (sku, quantity) => decided((await place([{ sku, quantity }])).id),
		decided,
		get: orders.get,
		cancel: orders.cancel,
		list: orders.list,
	};
}

/** Waits for what comes about by events: tries until `check` no longer throws, at most 10 seconds. */
export async function eventually(check: () => Promise<void>): Promise<void> {
	const deadline = performance.now() + 10_000;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (performance.now() > deadline) throw error;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}
}
