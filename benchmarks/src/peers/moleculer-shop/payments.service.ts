import type { ServiceBroker, ServiceSchema } from 'moleculer';
import type { Events } from '../peer-shop/model.ts';
import { Payments } from '../peer-shop/payments.ts';
import { type Call, emitter } from './caller.ts';
import { aboutOrder, reserved } from './parameters.ts';

export function paymentsService(broker: ServiceBroker): ServiceSchema {
	const payments = new Payments(emitter((name, data) => broker.emit(name, data)));
	return {
		name: 'payments',
		actions: { ledger: () => payments.ledger() },
		events: {
			'products.stockReserved': {
				params: reserved,
				handler: ({ params }: Call<Events['products.stockReserved']>) =>
					payments.whenReserved(params),
			},
			'orders.cancelled': {
				params: aboutOrder,
				handler: ({ params }: Call<Events['orders.cancelled']>) => payments.whenCancelled(params),
			},
		},
	};
}
