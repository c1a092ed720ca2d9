import type { Order } from '@shop/contracts';

/** One thing that happens to an order. */
export interface Step {
	readonly title: string;
	/** The service that does it. */
	readonly service: 'orders' | 'products' | 'payments';
	readonly text: string;
	readonly state: StepState;
}

/** `undone` was done and taken back; `skipped` never happens. */
export type StepState = 'done' | 'active' | 'failed' | 'undone' | 'skipped';

/**
 * What each service has done for an order, and what comes next. Nobody conducts: each reacts to what
 * the others tell, so while it is pending both reservation and payment may be under way.
 */
export function timelineOf({ status, reason }: Pick<Order, 'status' | 'reason'>): readonly Step[] {
	const [stock, payment, end] = stepsAfterPlacing(status, reason);
	return [
		step(
			'Placed',
			'orders',
			'done',
			'Your order is written down, and the other services know of it.',
		),
		step('Pieces', 'products', ...stock),
		step('Payment', 'payments', ...payment),
		step(endings[status], 'orders', ...end),
	];
}

type Told = readonly [StepState, string];

const endings = {
	pending: 'Decision',
	confirmed: 'Confirmed',
	rejected: 'Rejected',
	cancelled: 'Cancelled',
} as const;

function stepsAfterPlacing(
	status: Order['status'],
	reason: Order['reason'],
): readonly [Told, Told, Told] {
	switch (status) {
		case 'pending':
			return [
				['active', 'The warehouse is reserving every piece, or none.'],
				['active', 'Payment follows as soon as the pieces are reserved.'],
				['active', 'A moment, please. This page changes by itself.'],
			];
		case 'confirmed':
			return [
				['done', 'Every piece is reserved for you.'],
				['done', 'The amount is paid. (Not really: this is a demonstration.)'],
				['done', 'It is yours. You can still take it back.'],
			];
		case 'cancelled':
			return [
				['undone', 'Whatever was reserved is on the shelf again.'],
				['undone', 'Whatever was paid is paid back.'],
				['done', 'You took the order back.'],
			];
		case 'rejected':
			return reason === 'declined'
				? [
						['undone', 'The pieces were reserved, and are free again.'],
						['failed', 'The payment was declined. Nothing was charged.'],
						['failed', 'Without a payment there is no order.'],
					]
				: [
						['failed', 'There were not enough pieces, so none was reserved.'],
						['skipped', 'Nobody asked for a payment. Nothing was charged.'],
						['failed', 'Without all pieces there is no order.'],
					];
	}
}

function step(title: string, service: Step['service'], state: StepState, text: string): Step {
	return { title, service, text, state };
}
