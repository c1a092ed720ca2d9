// What the customers order: every order another pair of goods, so that no single row of stock is
// what everybody waits for, and none above the limit of payments.
import { catalogue } from '@shop/products';

const PRICE_MINOR_MAX = 20_000;

export const goods: readonly { readonly sku: string; readonly priceMinor: number }[] = catalogue
	.filter(({ priceMinor }) => priceMinor <= PRICE_MINOR_MAX)
	.slice(0, 50);

export interface Basket {
	readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
	readonly totalMinor: number;
	readonly pieces: number;
}

export function basketOf(n: number): Basket {
	const one = goods[n % goods.length] as (typeof goods)[number];
	const other = goods[(n + 7) % goods.length] as (typeof goods)[number];
	return {
		lines: [
			{ sku: one.sku, quantity: 1 },
			{ sku: other.sku, quantity: 2 },
		],
		totalMinor: one.priceMinor + 2 * other.priceMinor,
		pieces: 3,
	};
}

/** Nobody fills its shelf, and nobody can have this much of it. */
export const scarce: Basket['lines'][number] = {
	sku: catalogue.find(({ sku, onHand }) => onHand < 1_000 && !isGood(sku))?.sku ?? '',
	quantity: 1_000,
};

function isGood(wanted: string): boolean {
	return goods.some(({ sku }) => sku === wanted);
}
