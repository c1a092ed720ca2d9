import { Controller, Module } from '@nestjs/common';
import { ClientProxy, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { Products } from '../peer-shop/products.ts';
import { emitter, peers } from './peers.ts';
import { AboutOrder, BySku, Placed, Search, Skus, StockAdjustment } from './schemas.ts';

@Controller()
class ProductsController {
	constructor(private readonly products: Products) {}

	@MessagePattern('products.search')
	search(@Payload({ schema: Search }) { query, limit, cursor }: z.infer<typeof Search>) {
		return this.products.search({
			limit,
			...(query !== undefined && { query }),
			...(cursor !== undefined && { cursor }),
		});
	}

	@MessagePattern('products.get')
	get(@Payload({ schema: BySku }) { sku }: z.infer<typeof BySku>) {
		return this.products.get(sku);
	}

	@MessagePattern('products.stock')
	stock(@Payload({ schema: BySku }) { sku }: z.infer<typeof BySku>) {
		return this.products.stock(sku);
	}

	@MessagePattern('products.quote')
	quote(@Payload({ schema: Skus }) { skus }: z.infer<typeof Skus>) {
		return this.products.quote(skus);
	}

	@MessagePattern('products.adjustStock')
	adjustStock(@Payload({ schema: StockAdjustment }) stock: z.infer<typeof StockAdjustment>) {
		return this.products.adjustStock(stock);
	}

	@EventPattern('orders.placed')
	whenPlaced(@Payload({ schema: Placed }) event: z.infer<typeof Placed>): void {
		this.products.whenPlaced(event);
	}

	@EventPattern('orders.rejected')
	whenRejected(@Payload({ schema: AboutOrder }) { orderId }: z.infer<typeof AboutOrder>): void {
		this.products.release(orderId);
	}

	@EventPattern('orders.cancelled')
	whenCancelled(@Payload({ schema: AboutOrder }) { orderId }: z.infer<typeof AboutOrder>): void {
		this.products.release(orderId);
	}
}

@Module({
	imports: [peers('orders', 'payments')],
	controllers: [ProductsController],
	providers: [
		{
			provide: Products,
			inject: ['orders', 'payments'],
			useFactory: (orders: ClientProxy, payments: ClientProxy) =>
				new Products(emitter({ orders, payments })),
		},
	],
})
export class ProductsModule {}
