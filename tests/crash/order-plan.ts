import type { SeededRandom } from './seeded-random.ts';

/** An order as the shop answers it, as far as the test looks at it. */
export interface Order {
	readonly id: string;
	readonly status: 'pending' | 'confirmed' | 'rejected' | 'cancelled';
	readonly lines: readonly Line[];
	readonly total: { readonly amountMinor: number };
}

interface Line {
	readonly sku: string;
	readonly quantity: number;
}

/** What a customer is going to do. */
export interface OrderPlan {
	/** The idempotency key. */
	readonly key: string;
	readonly lines: readonly Line[];
	/** How long the gateway shall wait for a decision. */
	readonly waitSeconds: number;
	/** Whether the customer asks once more under the same key although it was answered. */
	readonly again: boolean;
	readonly cancel: boolean;
}

/** There is enough of these. */
const ample = ['COF-001', 'TEA-001', 'KIT-009', 'STA-007', 'POW-001', 'BAT-004'];
/** These cost more than is accepted. */
const dear = ['COF-011', 'GAR-011', 'BED-011'];
/** There is too little of these for everybody who wants them. */
export const scarceStock: Readonly<Record<string, number>> = { 'TEA-010': 12, 'LIG-010': 12 };

export const skus: readonly string[] = [...ample, ...dear, ...Object.keys(scarceStock)];

/** Most orders can be had; some are declined, some run out, some are taken back. */
export function planOrder(index: number, random: SeededRandom): OrderPlan {
	const chance = random.next();
	const last =
		chance < 0.1
			? random.pick(dear)
			: chance < 0.25
				? random.pick(Object.keys(scarceStock))
				: random.pick(ample);
	const first = random.pick(ample.filter((sku) => sku !== last));
	return {
		key: `order-${index}`,
		lines: [
			{ sku: first, quantity: random.between(1, 2) },
			{ sku: last, quantity: 1 },
		],
		waitSeconds: random.pick([0, 0, 2]),
		again: random.next() < 0.1,
		cancel: random.next() < 0.15,
	};
}
