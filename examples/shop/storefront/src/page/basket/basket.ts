import type { Product } from '@shop/contracts';

/** What somebody wants of one product, with what is needed to show it before the shop answers. */
export interface BasketLine {
	readonly sku: string;
	readonly name: string;
	readonly priceMinor: number;
	readonly quantity: number;
}

/** Each sku once. */
export type Basket = readonly BasketLine[];

/** As many as an order may have. */
export const LINES_MAX = 50;
export const QUANTITY_MAX = 1_000;

export function quantityOf(basket: Basket, sku: string): number {
	return basket.find((line) => line.sku === sku)?.quantity ?? 0;
}

export function totalMinor(basket: Basket): number {
	return basket.reduce((sum, { priceMinor, quantity }) => sum + priceMinor * quantity, 0);
}

export function pieces(basket: Basket): number {
	return basket.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Whether one more kind of product has room. */
export function hasRoomFor(basket: Basket, sku: string): boolean {
	return basket.length < LINES_MAX || quantityOf(basket, sku) > 0;
}

/**
 * With so many pieces of a product, at its present name and price; 0 takes it out.
 *
 * @param quantity Is brought into the range that an order may have.
 */
export function withQuantity(
	basket: Basket,
	{ sku, name, price }: Pick<Product, 'sku' | 'name' | 'price'>,
	quantity: number,
): Basket {
	const wanted = Math.max(0, Math.min(QUANTITY_MAX, Math.trunc(quantity) || 0));
	const line = { sku, name, priceMinor: price.amountMinor, quantity: wanted };
	if (wanted === 0) return basket.filter((other) => other.sku !== sku);
	if (quantityOf(basket, sku) > 0) {
		return basket.map((other) => (other.sku === sku ? line : other));
	}
	return hasRoomFor(basket, sku) ? [...basket, line] : basket;
}

/** Without what has been ordered: more may have been put in meanwhile, in another tab. */
export function without(
	basket: Basket,
	ordered: readonly { readonly sku: string; readonly quantity: number }[],
): Basket {
	const taken = new Map(ordered.map(({ sku, quantity }) => [sku, quantity]));
	return basket
		.map((line) => ({ ...line, quantity: line.quantity - (taken.get(line.sku) ?? 0) }))
		.filter(({ quantity }) => quantity > 0);
}

/** Reads what was kept; whatever is no line of a basket is left out. */
export function parseBasket(text: string | null): Basket {
	try {
		const lines: unknown = JSON.parse(text ?? '[]');
		if (!Array.isArray(lines)) return [];
		const bySku = new Map(lines.filter(isLine).map((line) => [line.sku, line]));
		return [...bySku.values()].slice(0, LINES_MAX);
	} catch {
		return [];
	}
}

function isLine(value: unknown): value is BasketLine {
	const { sku, name, priceMinor, quantity } = (value ?? {}) as Partial<BasketLine>;
	return (
		typeof sku === 'string' &&
		typeof name === 'string' &&
		Number.isSafeInteger(priceMinor) &&
		Number.isInteger(quantity) &&
		Number(quantity) >= 1 &&
		Number(quantity) <= QUANTITY_MAX
	);
}
