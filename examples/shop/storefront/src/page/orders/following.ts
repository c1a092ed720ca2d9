import type { Order } from '@shop/contracts';

/** What is known of an order that is followed. */
export interface Sighting {
	/** As it was last seen. */
	readonly order?: Order;
	/** Whether it is shown as it is now: the stream is open, or nothing can change any more. */
	readonly isLive: boolean;
}

export interface FollowParts {
	/** Its states from now on; the stream ends, or throws, when it breaks. */
	watch(signal: AbortSignal): AsyncIterable<Order>;
	/** Whether an error can pass by itself: then it is tried again. */
	mayPass(error: unknown): boolean;
	/** Waits before the next try, or until `signal` aborts. */
	pause(failures: number, signal: AbortSignal): Promise<void>;
	/** Is told whenever something is known anew. */
	tell(sighting: Sighting): void;
}

/** Whether nothing can happen to an order any more: a confirmed one can still be cancelled. */
export function isFinal({ status }: Order): boolean {
	return status === 'rejected' || status === 'cancelled';
}

/**
 * Follows an order until nothing can change any more, or `signal` aborts. When the stream breaks it
 * tells so, waits, and opens another one: an edge that is restarted, or a network that is gone for a
 * while, costs nothing but time.
 *
 * @throws What the stream throws and cannot pass.
 */
export async function follow(parts: FollowParts, signal: AbortSignal): Promise<void> {
	let order: Order | undefined;
	for (let failures = 1; !signal.aborted; failures++) {
		try {
			for await (const seen of parts.watch(signal)) {
				failures = 0;
				order = seen;
				parts.tell({ order, isLive: true });
			}
			if (order !== undefined && isFinal(order)) return;
		} catch (error) {
			if (signal.aborted) return;
			if (!parts.mayPass(error)) throw error;
		}
		if (signal.aborted) return;
		parts.tell({ ...(order !== undefined && { order }), isLive: false });
		await parts.pause(Math.max(1, failures), signal);
	}
}
