import type { Order } from '@shop/contracts';
import { isDeclaredError } from 'flotilla/client';
import { type Failure, failureOf } from '../connection/failure.ts';
import { lasting } from '../connection/kept.ts';
import { orders, sessions, signInAgain } from '../connection/shop.ts';
import { newKey } from '../connection/unique-key.ts';
import { go } from '../routing/navigation.ts';
import { addressOf } from '../routing/routes.ts';
import { type Basket, without } from './basket.ts';
import { Checkout } from './checkout.ts';
import { changeBasket } from './kept-basket.ts';

export const checkout: Checkout = new Checkout({
	// Not settled: the order's own page shows what becomes of it, as it happens.
	place: (order, idempotencyKey) => orders.place(order, { idempotencyKey, settleMs: 0 }),
	storage: lasting,
	nowMs: Date.now,
	newKey,
});

const noLongerSold: Failure = {
	kind: 'refused',
	title: 'Something in your basket is no longer sold',
	text: 'Nothing was ordered. Take out what is marked as sold out, and order the others.',
	fields: new Map(),
};

/**
 * Orders what is in the basket, or sends again what was sent without an answer, and shows the order.
 *
 * @returns What went wrong, if something did and there is something to say about it.
 */
export async function placeOrder(basket: Basket): Promise<Failure | undefined> {
	const session = sessions.session.peek();
	if (session === undefined) {
		go(addressOf.signIn(addressOf.basket));
		return undefined;
	}
	const lines = basket.map(({ sku, quantity }) => ({ sku, quantity }));
	try {
		const order: Order = await checkout.place(lines, session.subject);
		changeBasket((now) => without(now, order.lines));
		go(addressOf.order(order.id), { replace: true });
		return undefined;
	} catch (error) {
		const failure = failureOf(error);
		if (failure.kind === 'signedOut') {
			signInAgain();
			return undefined;
		}
		return isDeclaredError(error, 'unknownProduct') ? noLongerSold : failure;
	}
}
