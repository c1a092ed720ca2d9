import { type ReadonlySignal, signal } from '@preact/signals';
import type { Product } from '@shop/contracts';
import { lasting } from '../connection/kept.ts';
import { announce } from '../design/announcer.tsx';
import {
	type Basket,
	hasRoomFor,
	LINES_MAX,
	parseBasket,
	quantityOf,
	withQuantity,
} from './basket.ts';

const KEY = 'basket';

const kept = signal<Basket>(parseBasket(lasting.getItem(KEY)));

/** What somebody wants to order: kept in this browser, and the same in all of its tabs. */
export const basket: ReadonlySignal<Basket> = kept;

addEventListener('storage', ({ key, newValue }) => {
	if (key === KEY || key === null) kept.value = parseBasket(newValue);
});

export function changeBasket(change: (basket: Basket) => Basket): void {
	kept.value = change(kept.peek());
	lasting.setItem(KEY, JSON.stringify(kept.peek()));
}

/** Adds pieces of a product, and says so. */
export function putIntoBasket(product: Product, quantity: number): void {
	const { sku, name } = product;
	if (!hasRoomFor(kept.peek(), sku)) {
		announce(`The basket has ${LINES_MAX} kinds of things, as many as one order may have.`);
		return;
	}
	changeBasket((before) => withQuantity(before, product, quantityOf(before, sku) + quantity));
	announce(`${name}: ${quantityOf(kept.peek(), sku)} in the basket.`);
}
