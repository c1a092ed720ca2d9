import { z } from 'zod';

/** An amount in the smallest unit, so that no sum is ever rounded. The shop knows one currency. */
export const Money = z.object({
	amountMinor: z.int().describe('In cents.'),
	currency: z.literal('EUR'),
});
export type Money = z.infer<typeof Money>;

export function euros(amountMinor: number): Money {
	return { amountMinor, currency: 'EUR' };
}
