import type { Clock } from '../host/clock.ts';
import type { Database } from '../host/database.ts';
import type { RandomSource } from '../host/random.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Feed, type Subscriber } from './feed.ts';
import { readSubscribers } from './outbox.ts';
import { Removal } from './removal.ts';

export interface DeliveryParts {
	/** Of the emitting service. */
	readonly database: Database;
	/** Who listens to which event, by the event's address. */
	readonly subscribers: ReadonlyMap<string, readonly Subscriber[]>;
	readonly clock: Clock;
	readonly random: RandomSource;
	readonly telemetry: Telemetry;
}

/**
 * Carries the events of one service from its outbox to the subscribers, to each at its own pace.
 * Everything is found again after a crash, because a row leaves the outbox only when its subscriber
 * has seen the event; that it may see it twice does not matter, because it remembers.
 */
export class Delivery {
	readonly #parts: DeliveryParts;
	/** By the name of the subscriber. */
	readonly #feeds: ReadonlyMap<string, Feed>;
	readonly #removal: Removal;

	constructor(parts: DeliveryParts) {
		this.#parts = parts;
		this.#removal = new Removal(parts);
		const seen = (position: number): void => this.#removal.add(position);
		const eventsOf = new Map<Subscriber, Set<string>>();
		for (const [event, subscribers] of parts.subscribers) {
			for (const subscriber of subscribers) {
				const events = eventsOf.get(subscriber) ?? new Set();
				eventsOf.set(subscriber, events.add(event));
			}
		}
		this.#feeds = new Map(
			[...eventsOf].map(([subscriber, events]) => [
				subscriber.service,
				new Feed({ ...parts, subscriber, events, seen }),
			]),
		);
	}

	/** Starts with what an earlier process left in the outbox. */
	start(): void {
		this.wake(this.#feeds.keys());
		void this.#reportForgotten();
	}

	/** Something may have been emitted for these subscribers; `undefined`: for any. */
	wake(subscribers: Iterable<string> = this.#feeds.keys()): void {
		for (const subscriber of subscribers) this.#feeds.get(subscriber)?.wake();
	}

	/** Stops reading, waits for the deliveries under way, and removes what was seen. */
	async close(): Promise<void> {
		await Promise.all([...this.#feeds.values()].map((feed) => feed.close()));
		await this.#removal.close();
	}

	/** Events for a service that is gone are kept: it may have been left out by mistake. */
	async #reportForgotten(): Promise<void> {
		const { database, telemetry } = this.#parts;
		try {
			for (const subscriber of await database.snapshot(readSubscribers)) {
				if (this.#feeds.has(subscriber)) continue;
				telemetry.log('warn', 'events are kept for a subscriber that does not run here', {
					service: database.name,
					subscriber,
				});
			}
		} catch {
			// The feeds read the same table, and report.
		}
	}
}
