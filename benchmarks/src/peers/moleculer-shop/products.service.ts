import type { ServiceBroker, ServiceSchema } from 'moleculer';
import type { Events } from '../peer-shop/model.ts';
import { Products } from '../peer-shop/products.ts';
import { type Call, emitter, refusing } from './caller.ts';
import { aboutOrder, adjustment, bySku, placed, search, skus } from './parameters.ts';

export function productsService(broker: ServiceBroker): ServiceSchema {
	const products = new Products(emitter((name, data) => broker.emit(name, data)));
	return {
		name: 'products',
		actions: {
			search: {
				params: search,
				handler: ({ params }: Call<Parameters<Products['search']>[0]>) => products.search(params),
			},
			get: {
				params: bySku,
				handler: ({ params }: Call<{ sku: string }>) => refusing(() => products.get(params.sku)),
			},
			stock: {
				params: bySku,
				handler: ({ params }: Call<{ sku: string }>) => refusing(() => products.stock(params.sku)),
			},
			quote: {
				params: skus,
				handler: ({ params }: Call<{ skus: string[] }>) =>
					refusing(() => products.quote(params.skus)),
			},
			adjustStock: {
				params: adjustment,
				handler: ({ params }: Call<Parameters<Products['adjustStock']>[0]>) =>
					refusing(() => products.adjustStock(params)),
			},
		},
		events: {
			'orders.placed': {
				params: placed,
				handler: ({ params }: Call<Events['orders.placed']>) => products.whenPlaced(params),
			},
			'orders.rejected': {
				params: aboutOrder,
				handler: ({ params }: Call<Events['orders.rejected']>) => products.release(params.orderId),
			},
			'orders.cancelled': {
				params: aboutOrder,
				handler: ({ params }: Call<Events['orders.cancelled']>) => products.release(params.orderId),
			},
		},
	};
}
