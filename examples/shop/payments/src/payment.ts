import { z } from 'zod';

/**
 * What has become of the payment of one order.
 *
 * It hears of an order from two sides that know nothing of each other: products says that the stock
 * is reserved, orders says that the user cancelled. Either may come first, so `void` remembers a
 * cancellation that was: otherwise the reservation behind it would still be paid, and nobody would
 * ever pay it back.
 *
 * ```
 *                 stock reserved               cancelled
 * (nothing yet)   captured | declined          void
 * captured        -                            refunded
 * declined        -                            -
 * void            -                            -
 * refunded        -                            -
 * ```
 */
export const PaymentState = z.enum(['captured', 'declined', 'refunded', 'void']);
export type PaymentState = z.infer<typeof PaymentState>;

/** What becomes of a payment when the stock is reserved; `undefined`: nothing. */
export function whenReserved(
	state: PaymentState | undefined,
	amountMinor: number,
	declineAboveMinor: number,
): 'captured' | 'declined' | undefined {
	if (state !== undefined) return undefined;
	return amountMinor > declineAboveMinor ? 'declined' : 'captured';
}

/** What becomes of a payment when the order is cancelled; `undefined`: nothing. */
export function whenCancelled(state: PaymentState | undefined): 'refunded' | 'void' | undefined {
	if (state === undefined) return 'void';
	return state === 'captured' ? 'refunded' : undefined;
}
