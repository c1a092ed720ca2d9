import type { ServiceBroker, ServiceSchema } from 'moleculer';
import type { Events, Line, Price } from '../peer-shop/model.ts';
import { Orders } from '../peer-shop/orders.ts';
import { type Call, creating, emitter, refusing, userOf } from './caller.ts';
import { aboutOrder, byId, newOrder, paging } from './parameters.ts';

const DEFAULT_WAIT_MS = 2_000;

export function ordersService(broker: ServiceBroker): ServiceSchema {
	const orders = new Orders(
		emitter((name, data) => broker.emit(name, data)),
		(skus) => broker.call<{ prices: Price[] }, object>('products.quote', { skus }),
	);
	return {
		name: 'orders',
		dependencies: ['products'],
		actions: {
			place: {
				params: newOrder,
				handler: (call: Call<{ lines: Line[] }>) =>
					creating(
						call,
						({ id }) => `/v1/orders/${id}`,
						async () => {
							const { idempotencyKey, waitMs = DEFAULT_WAIT_MS } = call.meta;
							const { lines } = call.params;
							return orders.place({ userId: userOf(call), lines, idempotencyKey, waitMs });
						},
					),
			},
			get: {
				params: byId,
				handler: (call: Call<{ id: string }>) =>
					refusing(() => orders.get(userOf(call), call.params.id)),
			},
			list: {
				params: paging,
				handler: (call: Call<Parameters<Orders['list']>[1]>) =>
					refusing(() => orders.list(userOf(call), call.params)),
			},
			cancel: {
				params: byId,
				handler: (call: Call<{ id: string }>) =>
					refusing(() => orders.cancel(userOf(call), call.params.id)),
			},
		},
		events: {
			'products.stockRefused': {
				params: aboutOrder,
				handler: ({ params }: Call<Events['products.stockRefused']>) =>
					orders.report(params.orderId, 'outOfStock'),
			},
			'payments.captured': {
				params: aboutOrder,
				handler: ({ params }: Call<Events['payments.captured']>) =>
					orders.report(params.orderId, 'captured'),
			},
			'payments.declined': {
				params: aboutOrder,
				handler: ({ params }: Call<Events['payments.declined']>) =>
					orders.report(params.orderId, 'declined'),
			},
		},
	};
}
