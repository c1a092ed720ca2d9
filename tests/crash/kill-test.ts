import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Order, type OrderPlan, planOrder, scarceStock, skus } from './order-plan.ts';
import { type Answer, PersistentClient } from './persistent-client.ts';
import { SeededRandom } from './seeded-random.ts';
import { freePort, ShopProcess } from './shop-process.ts';

export interface KillTestOptions {
	readonly seed: number;
	readonly orders: number;
	readonly connections: number;
	/**
	 * How often the shop is killed, by the moment at which it happens. Each kill while it starts comes
	 * after one more `anywhere`.
	 */
	readonly kills: Readonly<Record<Moment, number>>;
}

/** Somewhere, in the middle of a COMMIT for certain, or before it is ready after the last kill. */
type Moment = 'anywhere' | 'inside COMMIT' | 'while starting';

/** What the customers were told. */
interface Promised {
	readonly plan: OrderPlan;
	readonly customer: Customer;
	id?: string;
	/** The last final status that was acknowledged. */
	final?: string;
	cancelled?: boolean;
}

interface Customer {
	readonly token: string;
}

/**
 * Kills the shop again and again while customers order, then checks that it has kept every promise.
 * Nothing is used but its public interface: a command line, HTTP, and the operator's token.
 *
 * @returns One line that sums it up.
 */
export async function killTest(options: KillTestOptions): Promise<string> {
	const startMs = performance.now();
	const folder = await mkdtemp(join(tmpdir(), 'shop-kill-'));
	try {
		const test = new KillTest(options, folder, await freePort());
		await test.run();
		const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
		return `kill test: ${test.summary()}, ${seconds} s`;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

class KillTest {
	readonly #options: KillTestOptions;
	readonly #folder: string;
	readonly #port: number;
	readonly #client: PersistentClient;
	readonly #random: SeededRandom;
	readonly #promised: Promised[] = [];
	readonly #kills: Record<Moment, number> = {
		anywhere: 0,
		'inside COMMIT': 0,
		'while starting': 0,
	};
	#shop: ShopProcess;
	#acknowledged = 0;
	#placed = 0;
	#looks = 0;
	#done = false;
	#operator = '';

	constructor(options: KillTestOptions, folder: string, port: number) {
		this.#options = options;
		this.#folder = folder;
		this.#port = port;
		this.#random = new SeededRandom(options.seed);
		this.#client = new PersistentClient(`http://127.0.0.1:${port}`);
		this.#shop = this.#start();
	}

	async run(): Promise<void> {
		try {
			await this.#shop.ready();
			this.#operator = (await readFile(join(this.#folder, 'operator-token'), 'utf8')).trim();
			await this.#makeScarce();
			const customers = await Promise.all(Array.from({ length: 4 }, (_, i) => this.#register(i)));
			await Promise.all([this.#keepKilling(), this.#keepLooking(), this.#order(customers)]);
			await this.#settle(customers);
			await this.#check(customers);
			assert.equal(await this.#shop.stop(), 0, 'the shop stops when it is asked to');
		} catch (error) {
			throw new Error(`with seed ${this.#options.seed}; the shop said: ${this.#shop.output}`, {
				cause: error,
			});
		} finally {
			this.#done = true;
			this.#client.stopped = true;
			await this.#shop.kill().catch(() => {});
		}
	}

	summary(): string {
		const count = (status: string): number =>
			this.#promised.filter(({ final }) => final === status).length;
		const statuses = ['confirmed', 'rejected', 'cancelled'].map((s) => `${count(s)} ${s}`);
		const kills = Object.entries(this.#kills).map(([moment, times]) => `${times} ${moment}`);
		const { requests, retries } = this.#client;
		return [
			`seed ${this.#options.seed}`,
			`${this.#promised.length} orders (${statuses.join(', ')})`,
			`${Object.values(this.#kills).reduce((a, b) => a + b)} kills (${kills.join(', ')})`,
			`${requests} requests, ${retries} of them again`,
			`${this.#looks} looks at the stock`,
		].join(', ');
	}

	#start(): ShopProcess {
		return new ShopProcess(this.#port, this.#folder);
	}

	/** Kills at random moments of the whole run, each time after some more orders. */
	async #keepKilling(): Promise<void> {
		const { orders, connections, kills } = this.#options;
		const moments = shuffled(
			Object.entries(kills).flatMap(([moment, times]) => Array(times).fill(moment) as Moment[]),
			this.#random,
		);
		// Not at the very end: there have to be COMMITs left to be killed in.
		const after = moments
			.map(() => this.#random.between(1, orders - 2 * connections))
			.toSorted((a, b) => a - b);
		for (const [index, moment] of moments.entries()) {
			while (this.#acknowledged < (after[index] as number)) {
				if (this.#done) return;
				await wait(1);
			}
			await wait(this.#random.between(0, 20));
			if (moment === 'inside COMMIT') await this.#shop.killInsideCommit();
			else await this.#shop.kill();
			this.#shop = this.#start();
			this.#kills[moment === 'while starting' ? 'anywhere' : moment]++;
			if (moment === 'while starting') {
				await wait(this.#random.between(0, 500));
				await this.#shop.kill();
				this.#shop = this.#start();
				this.#kills[moment]++;
			}
			await this.#shop.ready();
			const pid = Number(await readFile(join(this.#folder, 'pid'), 'utf8'));
			assert.equal(pid, this.#shop.pid, 'the pid file names the process that holds the port');
		}
	}

	async #makeScarce(): Promise<void> {
		for (const [sku, onHand] of Object.entries(scarceStock)) {
			const { version } = await this.#stock(sku);
			await this.#client.want(200, `/v1/products/${sku}/stock`, {
				method: 'PUT',
				token: this.#operator,
				body: { onHand, version },
			});
		}
	}

	async #register(index: number): Promise<Customer> {
		const credentials = { email: `customer-${index}@example.com`, password: 'tests are patient' };
		await this.#client.want(201, '/v1/users', { body: { ...credentials, name: 'Customer' } });
		return this.#client.want(201, '/v1/sessions', { body: credentials });
	}

	/** Many connections place orders one after another, until all are placed. */
	async #order(customers: readonly Customer[]): Promise<void> {
		const { connections, orders } = this.#options;
		await Promise.all(
			Array.from({ length: connections }, async (_, connection) => {
				const customer = customers[connection % customers.length] as Customer;
				while (this.#placed < orders) {
					const plan = planOrder(this.#placed++, this.#random);
					const promised: Promised = { plan, customer };
					this.#promised.push(promised);
					await this.#place(promised);
					if (plan.cancel) await this.#cancel(promised);
					this.#acknowledged++;
				}
			}),
		);
		this.#done = true;
	}

	async #place(promised: Promised): Promise<void> {
		const { plan, customer } = promised;
		const request = {
			token: customer.token,
			body: { lines: plan.lines },
			headers: { 'idempotency-key': plan.key, prefer: `wait=${plan.waitSeconds}` },
		};
		const order: Order = await this.#client.want(201, '/v1/orders', request);
		promised.id = order.id;
		learn(promised, order);
		if (!plan.again) return;
		const repeated: Order = await this.#client.want(201, '/v1/orders', request);
		assert.equal(repeated.id, order.id, 'a repeated idempotency key answers the same order');
		learn(promised, repeated);
	}

	async #cancel(promised: Promised): Promise<void> {
		const { plan, customer, id } = promised;
		const answer: Answer = await this.#client.ask(`/v1/orders/${id}/cancel`, {
			method: 'POST',
			token: customer.token,
			headers: { 'idempotency-key': `cancel-${plan.key}` },
		});
		if (answer.status === 409) {
			// It was rejected, which is as final as what is known of it.
			assert.equal(answer.body.code, 'notCancellable', JSON.stringify(answer.body));
			return;
		}
		assert.equal(answer.status, 200, JSON.stringify(answer.body));
		promised.cancelled = true;
		learn(promised, answer.body);
	}

	/** Looks at the stock all the time: at no moment may there be less than nothing. */
	async #keepLooking(): Promise<void> {
		while (!this.#done) {
			for (const sku of skus) {
				const { onHand, reserved } = await this.#stock(sku);
				assert.ok(0 <= reserved && reserved <= onHand, `${sku}: ${reserved} of ${onHand} reserved`);
				this.#looks++;
			}
			await wait(20);
		}
	}

	/** Waits until everything is decided and undone that has to be. */
	async #settle(customers: readonly Customer[]): Promise<void> {
		const deadline = performance.now() + 30_000;
		for (;;) {
			try {
				return await this.#check(customers);
			} catch (error) {
				if (performance.now() > deadline) throw error;
				await wait(200);
			}
		}
	}

	async #check(customers: readonly Customer[]): Promise<void> {
		const orders = new Map<string, Order>();
		for (const { token } of customers) {
			for (const order of await this.#ordersOf(token)) orders.set(order.id, order);
		}
		const known = this.#promised.map(({ id }) => id as string);
		assert.equal(new Set(known).size, known.length, 'every idempotency key has its own order');
		assert.deepEqual(
			new Set(orders.keys()),
			new Set(known),
			'there are the orders that were acknowledged, and no others',
		);
		for (const promised of this.#promised) {
			const order = orders.get(promised.id as string) as Order;
			assert.notEqual(order.status, 'pending', `order ${order.id} is decided`);
			learn(promised, order);
		}

		const confirmed = [...orders.values()].filter(({ status }) => status === 'confirmed');
		const { accounts } = await this.#client.want(200, '/v1/ledger', { token: this.#operator });
		const balances = accounts as { name: string; balanceMinor: number }[];
		assert.equal(
			balances.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0),
			0,
			'the ledger sums to zero',
		);
		assert.equal(
			balances.find(({ name }) => name === 'cash')?.balanceMinor,
			confirmed.reduce((sum, { total }) => sum + total.amountMinor, 0),
			'the ledger holds what the confirmed orders cost',
		);

		const reserved = new Map(skus.map((sku) => [sku, 0]));
		for (const { sku, quantity } of confirmed.flatMap(({ lines }) => lines)) {
			reserved.set(sku, (reserved.get(sku) ?? 0) + quantity);
		}
		for (const [sku, quantity] of reserved) {
			assert.equal((await this.#stock(sku)).reserved, quantity, `what is reserved of ${sku}`);
		}
	}

	async #ordersOf(token: string): Promise<Order[]> {
		const orders: Order[] = [];
		let cursor: string | undefined;
		do {
			const query = cursor === undefined ? '' : `&cursor=${cursor}`;
			const page = await this.#client.want(200, `/v1/orders?limit=100${query}`, { token });
			orders.push(...page.items);
			cursor = page.nextCursor;
		} while (cursor !== undefined);
		return orders;
	}

	#stock(sku: string): Promise<{ onHand: number; reserved: number; version: number }> {
		return this.#client.want(200, `/v1/products/${sku}/stock`, { token: this.#operator });
	}
}

/** Takes down what the shop says about an order, and holds it against what it has said before. */
function learn(promised: Promised, { id, status }: Order): void {
	const { final } = promised;
	if (status === 'pending') {
		assert.equal(final, undefined, `order ${id} was ${final} and is pending again`);
		return;
	}
	const mayBeCancelled = promised.plan.cancel && final === 'confirmed' && status === 'cancelled';
	if (final !== undefined && !mayBeCancelled) {
		assert.equal(status, final, `order ${id} was ${final} and is ${status}`);
	}
	if (promised.cancelled) assert.equal(status, 'cancelled', `order ${id} had been cancelled`);
	promised.final = status;
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
	return items
		.map((item) => ({ item, place: random.next() }))
		.toSorted((a, b) => a.place - b.place)
		.map(({ item }) => item);
}
