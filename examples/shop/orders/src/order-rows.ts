import { euros, type Order, OrderLine, OrderStatus, RejectionReason } from '@shop/contracts';
import { json, type Reader, sql, type Writer } from 'flotilla';
import { z } from 'zod';
import type { Place } from './cursor.ts';

const OrderRow = z.object({
	id: z.string(),
	status: OrderStatus,
	reason: RejectionReason.optional(),
	lines: z.array(OrderLine),
	totalMinor: z.int(),
	createdAtMs: z.int(),
});

const StatusRow = z.object({ status: OrderStatus });

const selectOrders = sql`
	select id, status, reason, lines, total_minor, created_at_ms from orders`;

/** An order of this user; those of others do not exist for them. */
export async function findOrder(t: Reader, userId: string, id: string): Promise<Order | undefined> {
	const row = await t.first(OrderRow)`${selectOrders} where id = ${id} and user_id = ${userId}`;
	return row && toOrder(row);
}

/** The orders of this user, newest first, behind a place in that order. */
export async function findOrders(
	t: Reader,
	userId: string,
	after: Place | undefined,
	limit: number,
): Promise<Order[]> {
	const behind =
		after &&
		sql`and (created_at_ms < ${after.createdAtMs}
			or (created_at_ms = ${after.createdAtMs} and id < ${after.id}))`;
	const rows = await t.all(OrderRow)`
		${selectOrders} where user_id = ${userId} ${behind ?? sql``}
		order by created_at_ms desc, id desc limit ${limit}`;
	return rows.map(toOrder);
}

export async function insertOrder(t: Writer, userId: string, order: Order): Promise<void> {
	await t.run`
		insert into orders (id, user_id, status, lines, total_minor, created_at_ms)
		values (${order.id}, ${userId}, ${order.status}, ${json(order.lines)},
			${order.total.amountMinor}, ${Date.parse(order.createdAt)})`;
}

export async function statusOf(t: Reader, id: string): Promise<OrderStatus> {
	return (await t.one(StatusRow)`select status from orders where id = ${id}`).status;
}

export async function setStatus(
	t: Writer,
	id: string,
	status: OrderStatus,
	reason?: RejectionReason,
): Promise<void> {
	await t.run`update orders set status = ${status}, reason = ${reason} where id = ${id}`;
}

function toOrder({ totalMinor, createdAtMs, ...row }: z.infer<typeof OrderRow>): Order {
	return { ...row, total: euros(totalMinor), createdAt: new Date(createdAtMs).toISOString() };
}
