import { z } from 'zod';

const Sku = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/);
const OrderId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const line = (lengthMax: number) =>
	z
		.string()
		.max(lengthMax)
		.regex(/^[^\p{Cc}]*$/u);
const Money = z.object({ amountMinor: z.int(), currency: z.literal('EUR') });
const Cursor = z.string().regex(/^[A-Za-z0-9_-]{1,200}$/);
const Lines = z.array(z.object({ sku: Sku, quantity: z.int().min(1) }));
const Limit = z.int().min(1).max(100).default(20);
const TextLimit = z.coerce.number().pipe(z.int().min(1).max(100)).default(20);

// Between services, and between the gateway and clients.
export const NewUser = z.object({
	email: z.email().max(254),
	name: line(100).regex(/\S/u),
	password: z.string().min(8).max(128),
});
export const Credentials = z.object({
	email: z.email().max(254),
	password: z.string().max(128),
});
export const BySku = z.object({ sku: Sku });
export const Skus = z.object({ skus: z.array(Sku).min(1).max(50) });
export const Search = z.object({
	query: line(100).optional(),
	limit: Limit,
	cursor: Cursor.optional(),
});
export const SearchQuery = Search.extend({ limit: TextLimit });
export const Adjustment = z.object({
	onHand: z.int().min(0).max(1_000_000_000),
	version: z.int().min(1),
});
export const StockAdjustment = Adjustment.extend({ sku: Sku });
export const ById = z.object({ id: OrderId });
export const NewOrder = z.object({
	lines: z
		.array(z.object({ sku: Sku, quantity: z.int().min(1).max(1_000) }))
		.min(1)
		.max(50),
});
export const Placing = NewOrder.extend({
	userId: z.string(),
	idempotencyKey: z.string().min(1).max(255).optional(),
	waitMs: z.int().min(0).max(30_000),
});
export const OrderOfUser = ById.extend({ userId: z.string() });
export const Paging = z.object({ limit: TextLimit, cursor: Cursor.optional() });
export const OrdersOfUser = Paging.extend({ userId: z.string(), limit: Limit });

// What is answered.
export const User = z.object({ id: z.string(), email: z.string(), name: z.string() });
export const Session = z.object({ token: z.string() });
export const Keys = z.object({
	keys: z.array(
		z.object({
			kty: z.literal('OKP'),
			crv: z.literal('Ed25519'),
			x: z.string(),
			kid: z.string(),
			alg: z.literal('EdDSA'),
			use: z.literal('sig'),
		}),
	),
});
export const Product = z.object({
	sku: z.string(),
	name: z.string(),
	price: Money,
	available: z.int().min(0),
});
export const ProductPage = z.object({
	items: z.array(Product),
	nextCursor: z.string().optional(),
});
export const Stock = z.object({
	sku: z.string(),
	onHand: z.int().min(0),
	reserved: z.int().min(0),
	version: z.int().min(1),
});
export const Order = z.object({
	id: z.string(),
	status: z.enum(['pending', 'confirmed', 'rejected', 'cancelled']),
	reason: z.enum(['outOfStock', 'declined']).optional(),
	lines: z.array(z.object({ sku: z.string(), quantity: z.int().min(1), price: Money })),
	total: Money,
	createdAt: z.iso.datetime(),
});
export const OrderPage = z.object({ items: z.array(Order), nextCursor: z.string().optional() });
export const Ledger = z.object({
	accounts: z.array(
		z.object({ name: z.string(), balanceMinor: z.int(), currency: z.literal('EUR') }),
	),
});

// The data of events.
export const AboutOrder = z.object({ orderId: z.string() });
export const Placed = AboutOrder.extend({ userId: z.string(), lines: Lines, total: Money });
export const Reserved = AboutOrder.extend({ userId: z.string(), total: Money });
