import { contract, error, stream } from 'flotilla';
import { z } from 'zod';
import { Money } from './money.ts';
import { InvalidCursor, pageOf, paging } from './paging.ts';
import { Sku } from './products.ts';

const OrderId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const ById = z.object({ id: OrderId });

export const NewOrder = z.object({
	lines: z
		.array(z.object({ sku: Sku, quantity: z.int().min(1).max(1_000) }))
		.min(1)
		.max(50)
		.describe('Lines with the same sku are added up.'),
});

export type NewOrder = z.infer<typeof NewOrder>;

export const OrderLine = z.object({
	sku: z.string(),
	quantity: z.int().min(1),
	price: Money.describe('Of one piece, when the order was placed.'),
});
export type OrderLine = z.infer<typeof OrderLine>;

export const OrderStatus = z.enum(['pending', 'confirmed', 'rejected', 'cancelled']);
export type OrderStatus = z.infer<typeof OrderStatus>;

export const RejectionReason = z.enum(['outOfStock', 'declined']);
export type RejectionReason = z.infer<typeof RejectionReason>;

export const Order = z.object({
	id: z.string(),
	status: OrderStatus,
	reason: RejectionReason.optional().describe('Why it was rejected.'),
	lines: z.array(OrderLine),
	total: Money,
	createdAt: z.iso.datetime(),
});
export type Order = z.infer<typeof Order>;

const AboutOrder = z.object({ orderId: z.string() });

export const Orders = contract('orders', {
	version: 1,
	description: 'What was ordered, and what became of it.',
	queries: {
		get: {
			description: 'One of your orders.',
			input: ById,
			output: Order,
			errors: { notFound: ById },
			http: 'GET /orders/{id}',
			auth: 'user',
		},
		list: {
			description: 'Your orders, newest first.',
			input: z.object(paging),
			output: pageOf(Order),
			errors: { invalidCursor: error(InvalidCursor, { status: 422 }) },
			http: 'GET /orders',
			auth: 'user',
		},
		watch: {
			description: 'One of your orders, now and whenever it changes, until nothing can change.',
			input: ById,
			output: stream(Order),
			errors: { notFound: ById },
			http: 'GET /orders/{id}/events',
			auth: 'user',
		},
	},
	commands: {
		place: {
			description: 'Orders something. Whether it can be had and paid for shows a moment later.',
			input: NewOrder,
			output: Order,
			errors: { unknownProduct: error(z.object({ skus: z.array(z.string()) }), { status: 422 }) },
			http: {
				route: 'POST /orders',
				status: 201,
				settle: { watch: 'watch', while: { status: 'pending' } },
			},
			auth: 'user',
		},
		cancel: {
			description: 'Takes an order back: it is paid back and its pieces are released.',
			input: ById,
			output: Order,
			errors: {
				notFound: ById,
				notCancellable: error(z.object({ id: z.string(), status: OrderStatus }), { status: 409 }),
			},
			http: 'POST /orders/{id}/cancel',
			auth: 'user',
		},
	},
	events: {
		placed: {
			description: 'Somebody wants something; nothing has been reserved or paid.',
			data: z.object({
				orderId: z.string(),
				userId: z.string(),
				lines: z.array(z.object({ sku: z.string(), quantity: z.int().min(1) })),
				total: Money,
			}),
			key: 'orderId',
		},
		confirmed: { description: 'An order is reserved and paid.', data: AboutOrder, key: 'orderId' },
		rejected: {
			description: 'An order cannot be had or was not paid: whatever was done for it is undone.',
			data: z.object({ orderId: z.string(), reason: RejectionReason }),
			key: 'orderId',
		},
		cancelled: {
			description: 'The user took an order back: whatever was done for it is undone.',
			data: AboutOrder,
			key: 'orderId',
		},
	},
});
