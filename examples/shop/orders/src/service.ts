import { Orders, Payments, Products } from '@shop/contracts';
import { FlotillaError, type Principal, service, type Transaction } from 'flotilla';
import { cursorBehind, placeOf } from './cursor.ts';
import { migrations } from './migrations.ts';
import { addedUp, pendingOrder } from './new-order.ts';
import { findOrder, findOrders, insertOrder, setStatus, statusOf } from './order-rows.ts';
import { isFinal, type News, whenReported } from './status.ts';

/**
 * Placing an order is choreography: nobody conducts, each service reacts to what the others tell.
 *
 * ```
 * orders.placed ─> products.stockReserved ─> payments.captured ─> orders.confirmed
 *              │                         └──> payments.declined ─> orders.rejected ─> products
 *              └─> products.stockRefused ────────────────────────> orders.rejected
 * orders.cancelled, at any moment before or after ───────────────> products, payments
 * ```
 *
 * An order that is refused or declined becomes rejected, one that the user takes back cancelled; the
 * others hear of both and undo what they had done. Events of one service about one order arrive in
 * order; those of different services do not, so every subscriber copes with either being first.
 */
export const orders = service(
	Orders,
	{ needs: { products: Products, payments: Payments }, migrations },
	({ call, tx, read, live }) => ({
		queries: {
			get: async ({ id }, { principal, errors }) => {
				const order = await read((t) => findOrder(t, userOf(principal), id));
				if (order === undefined) throw errors.notFound({ id });
				return order;
			},

			list: async ({ limit, cursor }, { principal, errors }) => {
				const after = cursor === undefined ? undefined : placeOf(cursor);
				if (cursor !== undefined && after === undefined) throw errors.invalidCursor({ cursor });
				const found = await read((t) => findOrders(t, userOf(principal), after, limit + 1));
				const items = found.slice(0, limit);
				const last = found.length > limit ? items.at(-1) : undefined;
				return last === undefined ? { items } : { items, nextCursor: cursorBehind(last) };
			},

			watch: async function* ({ id }, { principal, errors }) {
				const userId = userOf(principal);
				for await (const order of live(id, (t) => findOrder(t, userId, id))) {
					if (order === undefined) throw errors.notFound({ id });
					yield order;
					if (isFinal(order.status)) return;
				}
			},
		},

		commands: {
			place: async (newOrder, { principal, errors }) => {
				const userId = userOf(principal);
				const lines = addedUp(newOrder);
				// A call to another service belongs before the transaction, never into it.
				const quote = await call.products.try.quote({ skus: lines.map(({ sku }) => sku) });
				if (!quote.ok) throw errors.unknownProduct(quote.error.data);
				const order = pendingOrder(lines, quote.value.prices);
				return tx(async (t) => {
					await insertOrder(t, userId, order);
					t.emit.placed({ orderId: order.id, userId, lines, total: order.total });
					return order;
				});
			},

			cancel: ({ id }, { principal, errors }) =>
				tx(async (t) => {
					const order = await findOrder(t, userOf(principal), id);
					if (order === undefined) throw errors.notFound({ id });
					if (order.status === 'rejected') {
						throw errors.notCancellable({ id, status: order.status });
					}
					if (order.status === 'cancelled') return order;
					await setStatus(t, id, 'cancelled');
					t.emit.cancelled({ orderId: id });
					return { ...order, status: 'cancelled' };
				}),
		},

		on: {
			products: {
				stockRefused: ({ orderId }, { t }) => report(t, orderId, 'outOfStock'),
			},
			payments: {
				captured: ({ orderId }, { t }) => report(t, orderId, 'captured'),
				declined: ({ orderId }, { t }) => report(t, orderId, 'declined'),
			},
		},
	}),
);

async function report(t: Transaction<typeof Orders>, orderId: string, news: News): Promise<void> {
	const verdict = whenReported(await statusOf(t, orderId), news);
	if (verdict === undefined) return;
	if (verdict.status === 'confirmed') {
		await setStatus(t, orderId, 'confirmed');
		t.emit.confirmed({ orderId });
	} else {
		await setStatus(t, orderId, 'rejected', verdict.reason);
		t.emit.rejected({ orderId, reason: verdict.reason });
	}
}

/** The edge lets nobody in without a principal; another service has to pass one on. */
function userOf(principal: Principal | undefined): string {
	if (principal === undefined) {
		throw new FlotillaError('FLOTILLA_UNAUTHENTICATED', 'Orders belong to somebody.');
	}
	return principal.subject;
}
