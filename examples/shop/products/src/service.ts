import { euros, Orders, type Product, Products, Sku } from '@shop/contracts';
import { list, type Sql, service, sql } from 'flotilla';
import { z } from 'zod';
import { migrations } from './migrations.ts';
import { findStock, release, reserve, updateStock } from './stock.ts';

const ProductRow = z.object({
	sku: z.string(),
	name: z.string(),
	priceMinor: z.int(),
	available: z.int(),
	category: z.string().optional(),
	description: z.string().optional(),
});

const CategoryRow = z.object({ name: z.string(), products: z.int() });

const PriceRow = z.object({ sku: z.string(), priceMinor: z.int() });

const selectProducts = sql`
	select products.sku, name, price_minor, on_hand - reserved as available, category, description
	from products join stock on stock.sku = products.sku`;

export const products = service(
	Products,
	{ needs: { orders: Orders }, migrations },
	({ tx, read }) => ({
		queries: {
			search: async ({ query, category, limit, cursor }, { errors }) => {
				const after = cursor && Sku.safeParse(Buffer.from(cursor, 'base64url').toString()).data;
				if (cursor !== undefined && after === undefined) throw errors.invalidCursor({ cursor });
				const rows = await read(
					(t) => t.all(ProductRow)`
						${selectProducts} where products.sku > ${after ?? ''} ${matching(query)} ${within(category)}
						order by products.sku limit ${limit + 1}`,
				);
				const items = rows.slice(0, limit).map(toProduct);
				const last = rows.length > limit ? items.at(-1) : undefined;
				if (last === undefined) return { items };
				return { items, nextCursor: Buffer.from(last.sku).toString('base64url') };
			},

			categories: async () => ({
				categories: await read(
					(t) => t.all(CategoryRow)`
						select category as name, count(*) as products from products
						where category is not null group by category order by category`,
				),
			}),

			get: async ({ sku }, { errors }) => {
				const row = await read(
					(t) => t.first(ProductRow)`${selectProducts} where products.sku = ${sku}`,
				);
				if (row === undefined) throw errors.notFound({ sku });
				return toProduct(row);
			},

			stock: async ({ sku }, { errors }) => {
				const stock = await read((t) => findStock(t, sku));
				if (stock === undefined) throw errors.notFound({ sku });
				return stock;
			},

			quote: async ({ skus }, { errors }) => {
				const rows = await read(
					(t) => t.all(PriceRow)`
						select sku, price_minor from products where sku in (${list(skus)})`,
				);
				const known = new Set(rows.map(({ sku }) => sku));
				const unknown = skus.filter((sku) => !known.has(sku));
				if (unknown.length > 0) throw errors.unknownProduct({ skus: unknown });
				return { prices: rows.map(({ sku, priceMinor }) => ({ sku, price: euros(priceMinor) })) };
			},
		},

		commands: {
			adjustStock: ({ sku, onHand, version }, { errors }) =>
				tx(async (t) => {
					const stock = await findStock(t, sku);
					if (stock === undefined) throw errors.notFound({ sku });
					if (onHand < stock.reserved) throw errors.belowReserved(stock);
					// The version is that of the caller: what it has seen must still be so.
					const adjusted = await updateStock(t, { ...stock, onHand, version });
					if (adjusted === undefined) throw errors.stale(stock);
					return adjusted;
				}),
		},

		// All three come from orders under one key, the order: in the order in which they happened.
		on: {
			orders: {
				placed: async ({ orderId, userId, lines, total }, { t }) => {
					if (await reserve(t, orderId, lines)) t.emit.stockReserved({ orderId, userId, total });
					else t.emit.stockRefused({ orderId });
				},
				rejected: ({ orderId }, { t }) => release(t, orderId),
				cancelled: ({ orderId }, { t }) => release(t, orderId),
			},
		},
	}),
);

function toProduct({ priceMinor, ...row }: z.infer<typeof ProductRow>): Product {
	return { ...row, price: euros(priceMinor) };
}

/** Narrows a search to one category. */
function within(category: string | undefined): Sql {
	return category === undefined ? sql`` : sql`and category = ${category}`;
}

/** Narrows a search to what has every word of the query. */
function matching(query = ''): Sql {
	const words = query
		.toLowerCase()
		.split(/\s+/)
		.filter((word) => word !== '');
	return words.reduce((condition, word) => {
		const pattern = `%${word.replaceAll(/[!%_]/g, '!$&')}%`;
		return sql`${condition} and search_text like ${pattern} escape '!'`;
	}, sql``);
}
