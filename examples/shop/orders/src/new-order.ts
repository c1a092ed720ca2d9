import { randomUUID } from 'node:crypto';
import { euros, type Money, type NewOrder, type Order } from '@shop/contracts';

/** What is wanted, each sku once. */
export function addedUp({ lines }: NewOrder): NewOrder['lines'] {
	const quantities = new Map<string, number>();
	for (const { sku, quantity } of lines) {
		quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
	}
	return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

/** A pending order at these prices. */
export function pendingOrder(
	wanted: NewOrder['lines'],
	prices: readonly { readonly sku: string; readonly price: Money }[],
): Order {
	const priceOf = new Map(prices.map(({ sku, price }) => [sku, price]));
	const lines = wanted.map(({ sku, quantity }) => {
		const price = priceOf.get(sku);
		if (price === undefined) throw new Error(`no price was quoted for ${sku}`);
		return { sku, quantity, price };
	});
	const totalMinor = lines.reduce((sum, line) => sum + line.quantity * line.price.amountMinor, 0);
	return {
		id: randomUUID(),
		status: 'pending',
		lines,
		total: euros(totalMinor),
		createdAt: new Date().toISOString(),
	};
}
