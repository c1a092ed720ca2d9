import { readFileSync } from 'node:fs';
import { Database, places } from './database.ts';
import {
	decodeCursor,
	type Emit,
	type Events,
	encodeCursor,
	euros,
	type Line,
	type Page,
	type Price,
	type Product,
	type Stock,
} from './model.ts';
import { Refusal } from './refusal.ts';

const MIGRATIONS = [
	`create table products (
		sku text primary key,
		name text not null,
		search_text text not null,
		price_minor integer not null check (price_minor > 0)
	);
	create table stock (
		sku text primary key references products (sku),
		on_hand integer not null,
		reserved integer not null,
		version integer not null,
		check (reserved >= 0 and reserved <= on_hand)
	);
	create table reservations (
		order_id text not null,
		sku text not null references stock (sku),
		quantity integer not null check (quantity > 0),
		primary key (order_id, sku)
	)`,
];

/** A line of the file that the shop opens with. */
interface CatalogueItem {
	readonly sku: string;
	readonly name: string;
	readonly category: string;
	readonly priceMinor: number;
	readonly onHand: number;
}

interface ProductRow {
	readonly sku: string;
	readonly name: string;
	readonly price_minor: number;
	readonly available: number;
}

const SELECT_PRODUCTS = `
	select products.sku, name, price_minor, on_hand - reserved as available
	from products join stock on stock.sku = products.sku`;
const SELECT_STOCK = 'select sku, on_hand as onHand, reserved, version from stock';

export class Products {
	readonly #db = new Database('products', MIGRATIONS);
	readonly #emit: Emit;

	constructor(emit: Emit) {
		this.#emit = emit;
		this.#fill();
	}

	search(asked: { query?: string; limit: number; cursor?: string }): Page<Product> {
		const after = asked.cursor === undefined ? '' : decodeCursor(asked.cursor);
		const words = (asked.query ?? '').toLowerCase().split(/\s+/).filter(Boolean);
		const rows = this.#db.all<ProductRow>(
			`${SELECT_PRODUCTS} where products.sku > ?
			${words.map(() => "and search_text like ? escape '!'").join(' ')}
			order by products.sku limit ?`,
			...[after, ...words.map((word) => `%${word.replaceAll(/[!%_]/g, '!$&')}%`), asked.limit + 1],
		);
		const items = rows.slice(0, asked.limit).map(toProduct);
		const last = rows.length > asked.limit ? items.at(-1) : undefined;
		return last === undefined ? { items } : { items, nextCursor: encodeCursor(last.sku) };
	}

	get(sku: string): Product {
		const row = this.#db.get<ProductRow>(`${SELECT_PRODUCTS} where products.sku = ?`, sku);
		if (row === undefined) throw new Refusal(404, 'notFound', { sku });
		return toProduct(row);
	}

	stock(sku: string): Stock {
		const stock = this.#db.get<Stock>(`${SELECT_STOCK} where sku = ?`, sku);
		if (stock === undefined) throw new Refusal(404, 'notFound', { sku });
		return stock;
	}

	quote(skus: readonly string[]): { prices: Price[] } {
		const rows = this.#db.all<{ sku: string; price_minor: number }>(
			`select sku, price_minor from products where sku in (${places(skus)})`,
			...skus,
		);
		const known = new Set(rows.map(({ sku }) => sku));
		const unknown = skus.filter((sku) => !known.has(sku));
		if (unknown.length > 0) throw new Refusal(422, 'unknownProduct', { skus: unknown });
		return { prices: rows.map((row) => ({ sku: row.sku, price: euros(row.price_minor) })) };
	}

	adjustStock({ sku, onHand, version }: Omit<Stock, 'reserved'>): Stock {
		return this.#db.transaction(() => {
			const stock = this.stock(sku);
			if (onHand < stock.reserved) throw new Refusal(409, 'belowReserved', stock);
			const adjusted = { ...stock, onHand, version };
			if (!this.#update(adjusted)) throw new Refusal(409, 'stale', stock);
			return { ...adjusted, version: version + 1 };
		});
	}

	/** Reserves every line of an order, or none. An order that comes again is left as it is. */
	whenPlaced({ orderId, userId, lines, total }: Events['orders.placed']): void {
		const isReserved = this.#db.transaction(() => {
			const known = this.#db.get('select 1 from reservations where order_id = ? limit 1', orderId);
			return known !== undefined || this.#reserve(orderId, lines);
		});
		if (isReserved) this.#emit('products.stockReserved', { orderId, userId, total });
		else this.#emit('products.stockRefused', { orderId });
	}

	/** Releases whatever an order has reserved. */
	release(orderId: string): void {
		this.#db.transaction(() => {
			const lines = this.#db.all<Line>(
				'select sku, quantity from reservations where order_id = ? order by sku',
				orderId,
			);
			for (const { sku, quantity } of lines) {
				const stock = this.stock(sku);
				this.#update({ ...stock, reserved: stock.reserved - quantity });
			}
			this.#db.run('delete from reservations where order_id = ?', orderId);
		});
	}

	#reserve(orderId: string, lines: readonly Line[]): boolean {
		const skus = lines.map(({ sku }) => sku);
		const rows = this.#db.all<Stock>(`${SELECT_STOCK} where sku in (${places(skus)})`, ...skus);
		const stocks = new Map(rows.map((stock) => [stock.sku, stock]));
		for (const { sku, quantity } of lines) {
			const stock = stocks.get(sku);
			if (stock === undefined || stock.onHand - stock.reserved < quantity) return false;
		}
		for (const { sku, quantity } of lines) {
			const stock = stocks.get(sku);
			if (stock !== undefined) this.#update({ ...stock, reserved: stock.reserved + quantity });
			this.#db.run('insert into reservations values (?, ?, ?)', orderId, sku, quantity);
		}
		return true;
	}

	/** Provided that nobody has changed it since it was read. */
	#update({ sku, onHand, reserved, version }: Stock): boolean {
		const changes = this.#db.run(
			'update stock set on_hand = ?, reserved = ?, version = ? where sku = ? and version = ?',
			...[onHand, reserved, version + 1, sku, version],
		);
		return changes > 0;
	}

	#fill(): void {
		if (this.#db.get('select 1 from products limit 1') !== undefined) return;
		const file = process.env.STORE_CATALOGUE ?? 'catalogue.json';
		const catalogue = JSON.parse(readFileSync(file, 'utf8')) as CatalogueItem[];
		this.#db.transaction(() => {
			for (const { sku, name, category, priceMinor, onHand } of catalogue) {
				const searchText = `${name} ${category} ${sku}`.toLowerCase();
				this.#db.run('insert into products values (?, ?, ?, ?)', sku, name, searchText, priceMinor);
				this.#db.run('insert into stock values (?, ?, 0, 1)', sku, onHand);
			}
		});
	}
}

function toProduct({ sku, name, price_minor, available }: ProductRow): Product {
	return { sku, name, price: euros(price_minor), available };
}
