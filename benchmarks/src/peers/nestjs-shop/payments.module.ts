import { Controller, Module } from '@nestjs/common';
import { ClientProxy, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { Payments } from '../peer-shop/payments.ts';
import { emitter, peers } from './peers.ts';
import { AboutOrder, Reserved } from './schemas.ts';

@Controller()
class PaymentsController {
	constructor(private readonly payments: Payments) {}

	@MessagePattern('payments.ledger')
	ledger() {
		return this.payments.ledger();
	}

	@EventPattern('products.stockReserved')
	whenReserved(@Payload({ schema: Reserved }) event: z.infer<typeof Reserved>): void {
		this.payments.whenReserved(event);
	}

	@EventPattern('orders.cancelled')
	whenCancelled(@Payload({ schema: AboutOrder }) event: z.infer<typeof AboutOrder>): void {
		this.payments.whenCancelled(event);
	}
}

@Module({
	imports: [peers('orders')],
	controllers: [PaymentsController],
	providers: [
		{
			provide: Payments,
			inject: ['orders'],
			useFactory: (orders: ClientProxy) => new Payments(emitter({ orders })),
		},
	],
})
export class PaymentsModule {}
