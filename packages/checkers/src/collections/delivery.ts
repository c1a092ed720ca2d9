import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** A message that somebody sent. */
export interface Sent {
	readonly id: string | number;
	/** Messages of one ordering key are to arrive in the order in which they were sent. */
	readonly key: string | number;
	/** Whether the sender knows that it was taken. */
	readonly isAcknowledged: boolean;
}

/** A message that arrived, in the order of arrival. */
export interface Received {
	readonly id: string | number;
	/** Who got it, where several share the messages: the order is judged for each. */
	readonly receiver?: string | number;
}

/** What a queue or stream promises beyond losing no message. */
export interface DeliveryGuarantees {
	/** Whether a message may arrive more than once; no when absent. */
	readonly mayRepeat?: boolean;
	/** Whether messages of a key may overtake each other; no when absent. */
	readonly mayReorder?: boolean;
	/** Whether the receiver has been given the time to receive everything; yes when absent. */
	readonly isComplete?: boolean;
}

/**
 * Whether a queue, or an event stream, delivers what was sent: nothing lost that was acknowledged,
 * nothing invented, nothing twice, and in order for each key. A repetition does not count against the
 * order: it is what came first that counts. Messages are told apart by their ids, which are unique.
 *
 * @param sent In the order of sending, for each key.
 */
export function checkDelivery(
	sent: readonly Sent[],
	received: readonly Received[],
	{ mayRepeat = false, mayReorder = false, isComplete = true }: DeliveryGuarantees = {},
): Verdict {
	const places = new Map(sent.map((message, place) => [message.id, { ...message, place }]));
	const arrived = new Set<string | number>();
	const lastOfKey = new Map<string, { readonly id: string | number; readonly place: number }>();
	for (const { id, receiver = '' } of received) {
		const message = places.get(id);
		if (message === undefined) {
			return violation('invented', `the message ${id} was received, but never sent`, []);
		}
		if (arrived.has(id)) {
			if (mayRepeat) continue;
			return violation('repeated', `the message ${id} was received twice`, []);
		}
		arrived.add(id);
		const order = JSON.stringify([receiver, message.key]);
		const last = lastOfKey.get(order);
		if (last !== undefined && last.place > message.place && !mayReorder) {
			const lines = [`${id} was sent before ${last.id}, and received after it`];
			return violation('reordered', `messages of the key ${message.key} changed places`, lines);
		}
		lastOfKey.set(order, message);
	}
	const lost = sent.filter(({ id, isAcknowledged }) => isAcknowledged && !arrived.has(id));
	if (!isComplete || lost.length === 0) return { verdict: 'ok' };
	const lines = lost.map(({ id, key }) => `${id}, of the key ${key}`);
	return violation('lost', 'messages were acknowledged and never received', lines);
}
