import { Controller, Module } from '@nestjs/common';
import { ClientProxy, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import type { Price } from '../peer-shop/model.ts';
import { Orders } from '../peer-shop/orders.ts';
import { ask, emitter, peers } from './peers.ts';
import { AboutOrder, OrderOfUser, OrdersOfUser, Placing } from './schemas.ts';

@Controller()
class OrdersController {
	constructor(private readonly orders: Orders) {}

	@MessagePattern('orders.place')
	place(@Payload({ schema: Placing }) placing: z.infer<typeof Placing>) {
		return this.orders.place(placing);
	}

	@MessagePattern('orders.get')
	get(@Payload({ schema: OrderOfUser }) { userId, id }: z.infer<typeof OrderOfUser>) {
		return this.orders.get(userId, id);
	}

	@MessagePattern('orders.list')
	list(@Payload({ schema: OrdersOfUser }) { userId, limit, cursor }: z.infer<typeof OrdersOfUser>) {
		return this.orders.list(userId, { limit, ...(cursor !== undefined && { cursor }) });
	}

	@MessagePattern('orders.cancel')
	cancel(@Payload({ schema: OrderOfUser }) { userId, id }: z.infer<typeof OrderOfUser>) {
		return this.orders.cancel(userId, id);
	}

	@EventPattern('products.stockRefused')
	whenRefused(@Payload({ schema: AboutOrder }) { orderId }: z.infer<typeof AboutOrder>): void {
		this.orders.report(orderId, 'outOfStock');
	}

	@EventPattern('payments.captured')
	whenCaptured(@Payload({ schema: AboutOrder }) { orderId }: z.infer<typeof AboutOrder>): void {
		this.orders.report(orderId, 'captured');
	}

	@EventPattern('payments.declined')
	whenDeclined(@Payload({ schema: AboutOrder }) { orderId }: z.infer<typeof AboutOrder>): void {
		this.orders.report(orderId, 'declined');
	}
}

@Module({
	imports: [peers('products', 'payments')],
	controllers: [OrdersController],
	providers: [
		{
			provide: Orders,
			inject: ['products', 'payments'],
			useFactory: (products: ClientProxy, payments: ClientProxy) =>
				new Orders(emitter({ products, payments }), (skus) =>
					ask<{ prices: Price[] }>(products, 'products.quote', { skus }),
				),
		},
	],
})
export class OrdersModule {}
