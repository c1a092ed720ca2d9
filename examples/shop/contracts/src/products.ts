import { contract, error } from 'flotilla';
import { z } from 'zod';
import { Money } from './money.ts';
import { InvalidCursor, pageOf, paging } from './paging.ts';
import { line } from './text.ts';

export const Sku = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/);
const BySku = z.object({ sku: Sku });

export const Product = z.object({
	sku: z.string(),
	name: z.string(),
	price: Money,
	available: z.int().min(0).describe('Pieces that can be ordered now.'),
	category: z.string().optional().describe('Where it stands in the catalogue.'),
	description: z.string().optional(),
});
export type Product = z.infer<typeof Product>;

export const Price = z.object({ sku: z.string(), price: Money });

export const Stock = z.object({
	sku: z.string(),
	onHand: z.int().min(0).describe('Pieces in the warehouse.'),
	reserved: z.int().min(0).describe('Pieces of them that open orders wait for.'),
	version: z.int().min(1).describe('Grows with every change.'),
});
export type Stock = z.infer<typeof Stock>;

export const Products = contract('products', {
	version: 1,
	description: 'What can be ordered, and how much of it there is.',
	queries: {
		search: {
			description: 'The products whose name or category has every word of the query, by sku.',
			input: z.object({
				query: line(100).optional(),
				category: line(100).optional().describe('Only products of this category.'),
				...paging,
			}),
			output: pageOf(Product),
			errors: { invalidCursor: error(InvalidCursor, { status: 422 }) },
			http: 'GET /products',
			auth: 'public',
		},
		categories: {
			description: 'The categories that have products, by name.',
			output: z.object({
				categories: z.array(z.object({ name: z.string(), products: z.int().min(1) })),
			}),
			http: 'GET /categories',
			auth: 'public',
		},
		get: {
			description: 'One product.',
			input: BySku,
			output: Product,
			errors: { notFound: BySku },
			http: 'GET /products/{sku}',
			auth: 'public',
		},
		stock: {
			description: 'How much of a product there is, for whoever runs the warehouse.',
			input: BySku,
			output: Stock,
			errors: { notFound: BySku },
			http: 'GET /products/{sku}/stock',
			auth: 'operator',
		},
		quote: {
			description: 'The present prices of some products, for the other services.',
			input: z.object({ skus: z.array(Sku).min(1).max(50) }),
			output: z.object({ prices: z.array(Price) }),
			errors: { unknownProduct: error(z.object({ skus: z.array(z.string()) }), { status: 422 }) },
		},
	},
	commands: {
		adjustStock: {
			description: 'Corrects the number of pieces in the warehouse.',
			input: z.object({
				sku: Sku,
				onHand: z.int().min(0).max(1_000_000_000),
				version: z
					.int()
					.min(1)
					.describe('The version of the stock that the correction is based on.'),
			}),
			output: Stock,
			errors: {
				notFound: BySku,
				// Somebody else was faster: look again, then decide again.
				stale: Stock,
				belowReserved: Stock,
			},
			http: 'PUT /products/{sku}/stock',
			auth: 'operator',
		},
	},
	events: {
		stockReserved: {
			description: 'Every line of an order has its pieces.',
			data: z.object({ orderId: z.string(), userId: z.string(), total: Money }),
			key: 'orderId',
		},
		stockRefused: {
			description: 'Some line of an order lacks pieces, so nothing was reserved for any.',
			data: z.object({ orderId: z.string() }),
			key: 'orderId',
		},
	},
});
