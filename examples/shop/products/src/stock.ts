import type { Stock } from '@shop/contracts';
import { list, type Reader, type Writer } from 'flotilla';
import { z } from 'zod';

const StockRow = z.object({
	sku: z.string(),
	onHand: z.int(),
	reserved: z.int(),
	version: z.int(),
});

const Reservation = z.object({ sku: z.string(), quantity: z.int() });

export interface Line {
	readonly sku: string;
	readonly quantity: number;
}

export function findStock(t: Reader, sku: string): Promise<Stock | undefined> {
	return t.first(StockRow)`select sku, on_hand, reserved, version from stock where sku = ${sku}`;
}

/**
 * Writes a row of stock, provided that nobody has changed it since it was read: optimistic locking.
 *
 * @param stock As it shall be, with the version that was read.
 * @returns As it is now; `undefined` when it had changed, and nothing was written.
 */
export async function updateStock(t: Writer, stock: Stock): Promise<Stock | undefined> {
	const { sku, onHand, reserved, version } = stock;
	const { changes } = await t.run`
		update stock set on_hand = ${onHand}, reserved = ${reserved}, version = ${version + 1}
		where sku = ${sku} and version = ${version}`;
	return changes === 0 ? undefined : { ...stock, version: version + 1 };
}

/** Reserves every line of an order, or none: then it answers false. */
export async function reserve(
	t: Writer,
	orderId: string,
	lines: readonly Line[],
): Promise<boolean> {
	const stocks = await findStocks(t, lines);
	const missing = lines.some(({ sku, quantity }) => {
		const stock = stocks.get(sku);
		return stock === undefined || stock.onHand - stock.reserved < quantity;
	});
	if (missing) return false;
	// Everybody takes rows in the same order, so that no two orders wait for each other.
	for (const { sku, quantity } of lines.toSorted((a, b) => (a.sku < b.sku ? -1 : 1))) {
		await changeReserved(t, stocks.get(sku), quantity);
		await t.run`
			insert into reservations (order_id, sku, quantity) values (${orderId}, ${sku}, ${quantity})`;
	}
	return true;
}

/** Releases whatever an order has reserved. */
export async function release(t: Writer, orderId: string): Promise<void> {
	const lines = await t.all(Reservation)`
		select sku, quantity from reservations where order_id = ${orderId} order by sku`;
	if (lines.length === 0) return;
	const stocks = await findStocks(t, lines);
	for (const { sku, quantity } of lines) await changeReserved(t, stocks.get(sku), -quantity);
	await t.run`delete from reservations where order_id = ${orderId}`;
}

async function findStocks(t: Reader, lines: readonly Line[]): Promise<ReadonlyMap<string, Stock>> {
	const skus = lines.map(({ sku }) => sku);
	const stocks = await t.all(StockRow)`
		select sku, on_hand, reserved, version from stock where sku in (${list(skus)})`;
	return new Map(stocks.map((stock) => [stock.sku, stock]));
}

async function changeReserved(t: Writer, stock: Stock | undefined, by: number): Promise<void> {
	const changed = stock && (await updateStock(t, { ...stock, reserved: stock.reserved + by }));
	// Nothing of this transaction is written then, and the event is delivered again.
	if (changed === undefined) throw new Error('the stock was changed meanwhile');
}
