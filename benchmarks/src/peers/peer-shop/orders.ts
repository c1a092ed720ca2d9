import { createHash, randomUUID } from 'node:crypto';
import { Database } from './database.ts';
import {
	decodeCursor,
	type Emit,
	encodeCursor,
	euros,
	type Line,
	type Order,
	type OrderStatus,
	type Page,
	type Price,
	type Reason,
} from './model.ts';
import { Refusal } from './refusal.ts';

const MIGRATIONS = [
	`create table orders (
		id text primary key,
		user_id text not null,
		status text not null,
		reason text,
		lines text not null,
		total_minor integer not null,
		created_at_ms integer not null
	);
	create index orders_of_user on orders (user_id, created_at_ms, id);
	create table idempotency_keys (
		user_id text not null,
		key text not null,
		input_hash text not null,
		order_id text not null references orders (id),
		primary key (user_id, key)
	)`,
];

interface OrderRow {
	readonly id: string;
	readonly status: OrderStatus;
	readonly reason: Reason | null;
	readonly lines: string;
	readonly total_minor: number;
	readonly created_at_ms: number;
}

export interface Placing {
	readonly userId: string;
	readonly lines: readonly Line[];
	/** Makes a repetition answer the same order; absent: none. */
	readonly idempotencyKey?: string | undefined;
	/** How long to wait for another status than pending. */
	readonly waitMs: number;
}

const SELECT_ORDERS = `
	select id, status, reason, lines, total_minor, created_at_ms from orders`;

export class Orders {
	readonly #db = new Database('orders', MIGRATIONS);
	readonly #emit: Emit;
	readonly #quote: (skus: readonly string[]) => Promise<{ prices: readonly Price[] }>;
	/** Who waits for the decision about an order, in this process. */
	readonly #waiting = new Map<string, Set<() => void>>();

	constructor(
		emit: Emit,
		quote: (skus: readonly string[]) => Promise<{ prices: readonly Price[] }>,
	) {
		this.#emit = emit;
		this.#quote = quote;
	}

	async place({ userId, lines, idempotencyKey, waitMs }: Placing): Promise<Order> {
		const wanted = addedUp(lines);
		const hash = createHash('sha256').update(JSON.stringify(lines)).digest('hex');
		const known = idempotencyKey && this.#known(userId, idempotencyKey, hash);
		if (known) return this.#decided(userId, known, waitMs);
		const { prices } = await this.#quote(wanted.map(({ sku }) => sku));
		const order = pendingOrder(wanted, prices);
		const id = this.#db.transaction(() => {
			// Somebody with the same key may have been faster while the prices were asked for.
			const first = idempotencyKey && this.#known(userId, idempotencyKey, hash);
			if (first) return first;
			this.#db.run(
				`insert into orders (id, user_id, status, lines, total_minor, created_at_ms)
				values (?, ?, ?, ?, ?, ?)`,
				...[order.id, userId, order.status, JSON.stringify(order.lines)],
				...[order.total.amountMinor, Date.parse(order.createdAt)],
			);
			if (idempotencyKey !== undefined) {
				const insert = 'insert into idempotency_keys values (?, ?, ?, ?)';
				this.#db.run(insert, userId, idempotencyKey, hash, order.id);
			}
			return order.id;
		});
		if (id === order.id) {
			this.#emit('orders.placed', { orderId: id, userId, lines: wanted, total: order.total });
		}
		return this.#decided(userId, id, waitMs);
	}

	get(userId: string, id: string): Order {
		const sql = `${SELECT_ORDERS} where id = ? and user_id = ?`;
		const row = this.#db.get<OrderRow>(sql, id, userId);
		if (row === undefined) throw new Refusal(404, 'notFound', { id });
		return toOrder(row);
	}

	list(userId: string, { limit, cursor }: { limit: number; cursor?: string }): Page<Order> {
		const [ms = '', behind = ''] = cursor === undefined ? [] : decodeCursor(cursor).split(' ');
		if (cursor !== undefined && !/^\d+$/.test(ms))
			throw new Refusal(422, 'invalidCursor', { cursor });
		const createdAtMs = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(ms);
		const rows = this.#db.all<OrderRow>(
			`${SELECT_ORDERS} where user_id = ? and (created_at_ms, id) < (?, ?)
			order by created_at_ms desc, id desc limit ?`,
			...[userId, createdAtMs, behind, limit + 1],
		);
		const items = rows.slice(0, limit).map(toOrder);
		const last = rows.length > limit ? rows[limit - 1] : undefined;
		if (last === undefined) return { items };
		return { items, nextCursor: encodeCursor(`${last.created_at_ms} ${last.id}`) };
	}

	cancel(userId: string, id: string): Order {
		const order = this.#db.transaction(() => {
			const found = this.get(userId, id);
			if (found.status === 'rejected') {
				throw new Refusal(409, 'notCancellable', { id, status: found.status });
			}
			if (found.status !== 'cancelled') this.#setStatus(id, 'cancelled');
			return found;
		});
		if (order.status !== 'cancelled') this.#emit('orders.cancelled', { orderId: id });
		return { ...order, status: 'cancelled' };
	}

	/** What products and payments found out. Only a pending order waits for it. */
	report(orderId: string, news: 'captured' | Reason): void {
		const isDecided = this.#db.transaction(() => {
			const row = this.#db.get<OrderRow>('select status from orders where id = ?', orderId);
			if (row?.status !== 'pending') return false;
			if (news === 'captured') this.#setStatus(orderId, 'confirmed');
			else this.#setStatus(orderId, 'rejected', news);
			return true;
		});
		if (!isDecided) return;
		for (const wake of this.#waiting.get(orderId) ?? []) wake();
		if (news === 'captured') this.#emit('orders.confirmed', { orderId });
		else this.#emit('orders.rejected', { orderId, reason: news });
	}

	/** The order once it is decided, or as it is when the time is over. */
	async #decided(userId: string, id: string, waitMs: number): Promise<Order> {
		const order = this.get(userId, id);
		if (order.status !== 'pending' || waitMs === 0) return order;
		const { promise, resolve } = Promise.withResolvers<void>();
		const waiting = this.#waiting.get(id) ?? new Set();
		this.#waiting.set(id, waiting.add(resolve));
		const timer = setTimeout(resolve, waitMs);
		await promise;
		clearTimeout(timer);
		waiting.delete(resolve);
		if (waiting.size === 0) this.#waiting.delete(id);
		return this.get(userId, id);
	}

	#known(userId: string, key: string, hash: string): string | undefined {
		const row = this.#db.get<{ order_id: string; input_hash: string }>(
			'select order_id, input_hash from idempotency_keys where user_id = ? and key = ?',
			...[userId, key],
		);
		if (row !== undefined && row.input_hash !== hash) {
			throw new Refusal(422, 'idempotencyKeyReused');
		}
		return row?.order_id;
	}

	#setStatus(id: string, status: OrderStatus, reason?: Reason): void {
		this.#db.run(
			'update orders set status = ?, reason = ? where id = ?',
			status,
			reason ?? null,
			id,
		);
	}
}

/** What is wanted, each sku once. */
function addedUp(lines: readonly Line[]): Line[] {
	const quantities = new Map<string, number>();
	for (const { sku, quantity } of lines) {
		quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
	}
	return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

function pendingOrder(wanted: readonly Line[], prices: readonly Price[]): Order {
	const priceOf = new Map(prices.map(({ sku, price }) => [sku, price]));
	const lines = wanted.map((line) => ({ ...line, price: priceOf.get(line.sku) ?? euros(0) }));
	const totalMinor = lines.reduce((sum, line) => sum + line.quantity * line.price.amountMinor, 0);
	const createdAt = new Date().toISOString();
	return { id: randomUUID(), status: 'pending', lines, total: euros(totalMinor), createdAt };
}

function toOrder({ id, status, reason, lines, total_minor, created_at_ms }: OrderRow): Order {
	return {
		id,
		status,
		...(reason !== null && { reason }),
		lines: JSON.parse(lines),
		total: euros(total_minor),
		createdAt: new Date(created_at_ms).toISOString(),
	};
}
