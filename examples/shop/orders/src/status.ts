import type { OrderStatus, RejectionReason } from '@shop/contracts';

/** What the other services report about an order. */
export type News = 'captured' | 'declined' | 'outOfStock';

/** How an order ends when nobody cancels it. */
export type Verdict =
	| { readonly status: 'confirmed' }
	| { readonly status: 'rejected'; readonly reason: RejectionReason };

/**
 * What becomes of an order through `news`; `undefined`: nothing.
 *
 * Only a pending order waits for news. One that was cancelled meanwhile stays so: its event is on
 * the way to those who reserved and captured, and they undo it, whatever they had done by then.
 */
export function whenReported(status: OrderStatus, news: News): Verdict | undefined {
	if (status !== 'pending') return undefined;
	return news === 'captured' ? { status: 'confirmed' } : { status: 'rejected', reason: news };
}

/** Whether nothing can happen to an order any more: a confirmed one can still be cancelled. */
export function isFinal(status: OrderStatus): boolean {
	return status === 'rejected' || status === 'cancelled';
}
