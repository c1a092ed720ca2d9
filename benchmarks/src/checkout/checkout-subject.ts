import assert from 'node:assert/strict';
import { median } from '../harness/statistics.ts';
import type { Footprint, Subject } from '../harness/subject.ts';
import type { HttpClient } from '../load/http-client.ts';
import type { HttpAnswer } from '../load/http-connection.ts';
import { basketOf, goods, scarce } from './basket.ts';
import { linesOfCode } from './lines-of-code.ts';
import { RunningShop } from './running-shop.ts';
import type { ShopKind } from './shop-kind.ts';

const CUSTOMERS = 16;
const PIECES = 1_000_000_000;
/** Long enough that a decision is never given up for a busy machine. */
const PATIENCE = 'wait=20';
/** More than payments take at once. */
const TOO_DEAR = { sku: 'COF-011', quantity: 1 };

interface Order {
	readonly id: string;
	readonly status: string;
	readonly reason?: string;
	readonly lines: readonly unknown[];
	readonly total: { readonly amountMinor: number };
}

/** A shop in processes of its own, and this process, which is its customers. */
export async function checkoutSubject(
	kind: ShopKind,
	starts: number,
): Promise<Subject<HttpAnswer>> {
	const server = await kind.server?.();
	const coldStartsMs: number[] = [];
	let shop = await RunningShop.start(kind, server);
	while (coldStartsMs.push(shop.coldStartMs) < starts) {
		await shop.stop();
		shop = await RunningShop.start(kind, server);
	}
	const close = async (): Promise<void> => {
		await shop.stop();
		await server?.close();
	};
	try {
		const customers = await Customers.of(shop);
		const footprint: Footprint = {
			processes: shop.processCount,
			linesOfCode: linesOfCode(kind.sources),
			coldStartMs: median(coldStartsMs),
		};
		return {
			footprint,
			operate: (n) => customers.order(n),
			isRight: (n, answer) => {
				if (answer.status !== 201) return false;
				const { status, lines, total } = JSON.parse(answer.body) as Order;
				const { totalMinor } = basketOf(n);
				return status === 'confirmed' && lines.length === 2 && total.amountMinor === totalMinor;
			},
			handlerRuns: () => customers.paidOrders(),
			processes: () => shop.processes(),
			prove: () => customers.prove(),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/** Who orders, and the operator who looks into the books. */
class Customers {
	readonly #client: HttpClient;
	readonly #tokens: readonly string[];
	readonly #operator: { readonly authorization: string };
	/** How many orders the books hold, and what these sum up to. */
	#paid = 0;
	#paidMinor = 0;

	private constructor(shop: RunningShop, tokens: readonly string[]) {
		this.#client = shop.client;
		this.#tokens = tokens;
		this.#operator = { authorization: `Bearer ${shop.operatorToken}` };
	}

	/** They have registered and signed in, and the shelves are full. */
	static async of(shop: RunningShop): Promise<Customers> {
		const tokens = Array.from({ length: CUSTOMERS }, async (_, index) => {
			const credentials = { email: `customer-${index}@example.com`, password: 'analytical engine' };
			const user = { ...credentials, name: `Customer ${index}` };
			await shop.client.json({ method: 'POST', path: '/v1/users', body: user }, 201);
			const path = '/v1/sessions';
			const session = await shop.client.json({ method: 'POST', path, body: credentials }, 201);
			return (session as { token: string }).token;
		});
		const customers = new Customers(shop, await Promise.all(tokens));
		await customers.#fillShelves();
		return customers;
	}

	/** Places an order and waits until it is decided. */
	order(n: number): Promise<HttpAnswer> {
		return this.#place(n, basketOf(n).lines, `order-${n}`);
	}

	/**
	 * How many orders have been paid. The total of every order is known, so the cash of the ledger can
	 * only be that of the first so many; if it is not, something was paid twice or not at all.
	 */
	async paidOrders(): Promise<number> {
		const cashMinor = await this.#cashMinor();
		while (this.#paidMinor < cashMinor) this.#paidMinor += basketOf(this.#paid++).totalMinor;
		if (this.#paidMinor === cashMinor) return this.#paid;
		throw new Error(`the ledger has ${cashMinor}, which no number of orders sums up to`);
	}

	/** That the rules of the shop were in force, and that stock, orders and ledger agree. */
	async prove(): Promise<void> {
		const orders = await this.paidOrders();
		let pieces = 0;
		for (let n = 0; n < orders; n++) pieces += basketOf(n).pieces;
		assert.equal(await this.#reservedPieces(), pieces, 'every piece of every order is reserved');

		const again = this.#orderOf(await this.order(0), 201);
		assert.equal(again.status, 'confirmed');
		assert.equal(await this.paidOrders(), orders, 'a repeated key is not paid twice');
		const other = await this.#place(0, [TOO_DEAR], 'order-0');
		assert.equal(other.status, 422, 'another order under a used key is refused');

		const dear = this.#orderOf(await this.#place(0, [TOO_DEAR], 'dear'), 201);
		assert.deepEqual([dear.status, dear.reason], ['rejected', 'declined']);
		const lacking = this.#orderOf(await this.#place(0, [scarce], 'lacking'), 201);
		assert.deepEqual([lacking.status, lacking.reason], ['rejected', 'outOfStock']);

		const stranger = { method: 'POST', path: '/v1/orders', body: { lines: basketOf(0).lines } };
		assert.equal((await this.#client.ask(stranger)).status, 401, 'nobody orders without a token');
		const none = await this.#place(0, [{ sku: 'COF-001', quantity: 0 }], 'none');
		assert.ok(none.status >= 400 && none.status < 500, 'an order of nothing is refused');

		const cashMinor = await this.#cashMinor();
		const extra = this.#orderOf(await this.#place(0, basketOf(0).lines, 'to be cancelled'), 201);
		const headers = { authorization: `Bearer ${this.#tokens[0]}` };
		const path = `/v1/orders/${extra.id}/cancel`;
		const cancelled = this.#orderOf(await this.#client.ask({ method: 'POST', path, headers }), 200);
		assert.equal(cancelled.status, 'cancelled');
		await eventually(async () => {
			assert.equal(await this.#cashMinor(), cashMinor, 'what is cancelled is paid back');
			assert.equal(await this.#reservedPieces(), pieces, 'what is undone is released');
		});
	}

	#place(n: number, lines: object, idempotencyKey: string): Promise<HttpAnswer> {
		return this.#client.ask({
			method: 'POST',
			path: '/v1/orders',
			headers: {
				authorization: `Bearer ${this.#tokens[n % CUSTOMERS]}`,
				'idempotency-key': idempotencyKey,
				prefer: PATIENCE,
			},
			body: { lines },
		});
	}

	#orderOf({ status, body }: HttpAnswer, wanted: number): Order {
		assert.equal(status, wanted, body);
		return JSON.parse(body) as Order;
	}

	async #cashMinor(): Promise<number> {
		const ledger = await this.#client.json(
			{ method: 'GET', path: '/v1/ledger', headers: this.#operator },
			200,
		);
		const { accounts } = ledger as { accounts: { name: string; balanceMinor: number }[] };
		const sum = accounts.reduce((total, { balanceMinor }) => total + balanceMinor, 0);
		assert.equal(sum, 0, 'the ledger sums to zero');
		return accounts.find(({ name }) => name === 'cash')?.balanceMinor ?? Number.NaN;
	}

	async #reservedPieces(): Promise<number> {
		let pieces = 0;
		for (const { sku } of goods) pieces += (await this.#stock(sku)).reserved;
		return pieces;
	}

	async #stock(sku: string): Promise<{ reserved: number; version: number }> {
		const path = `/v1/products/${sku}/stock`;
		const stock = await this.#client.json({ method: 'GET', path, headers: this.#operator }, 200);
		return stock as { reserved: number; version: number };
	}

	async #fillShelves(): Promise<void> {
		for (const { sku } of goods) {
			const { version } = await this.#stock(sku);
			const body = { onHand: PIECES, version };
			const path = `/v1/products/${sku}/stock`;
			await this.#client.json({ method: 'PUT', path, headers: this.#operator, body }, 200);
		}
	}
}

/** What comes about by events takes a moment: tries until `check` no longer throws, at most 10 s. */
async function eventually(check: () => Promise<void>): Promise<void> {
	const endMs = performance.now() + 10_000;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (performance.now() > endMs) throw error;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}
}
