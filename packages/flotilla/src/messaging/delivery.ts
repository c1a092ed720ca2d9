import type { FaultPoints } from '../faults/faults.ts';
import type { Clock, Timer } from '../host/clock.ts';
import type { Database } from '../host/database.ts';
import type { RandomSource } from '../host/random.ts';
import { limits } from '../limits.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Feed, type Subscriber } from './feed.ts';
import { Lease } from './lease.ts';
import { readSubscribers } from './outbox.ts';
import { Removal } from './removal.ts';
import { readAllSubscribers } from './subscriptions.ts';

export interface DeliveryParts {
	/** Of the emitting service. */
	readonly database: Database;
	readonly audience: Audience;
	/** The name of this instance: who of several delivers is a matter of a lease. */
	readonly instance: string;
	readonly clock: Clock;
	readonly random: RandomSource;
	readonly telemetry: Telemetry;
	/** Of the host, in simulations and drills. */
	readonly faults?: FaultPoints | undefined;
}

/** Who listens to a service. */
export type Audience =
	/** Services in this process alone: who listens to which event, by the event's address. */
	| {
			readonly kind: 'here';
			readonly subscribers: ReadonlyMap<string, readonly Subscriber[]>;
	  }
	/** Services anywhere: the database has their names, and this is how they are reached. */
	| { readonly kind: 'anywhere'; readonly subscriberOf: (service: string) => Subscriber };

/**
 * Carries the events of one service from its outbox to the subscribers, to each at its own pace.
 * Everything is found again after a crash, because a row leaves the outbox only when its subscriber
 * has seen the event; that it may see it twice does not matter, because it remembers.
 *
 * Of several instances that share the database one delivers, as long as it has the lease.
 */
export class Delivery {
	readonly #parts: DeliveryParts;
	/** By the name of the subscriber. */
	readonly #feeds = new Map<string, Feed>();
	readonly #removal: Removal;
	readonly #lease: Lease | undefined;
	#looking: Promise<void> | undefined;
	#lookTimer: Timer | undefined;
	#ending: Promise<unknown> = Promise.resolve();
	#closed = false;

	constructor(parts: DeliveryParts) {
		const { database, clock, instance } = parts;
		this.#parts = parts;
		this.#removal = new Removal(parts);
		if (!database.shared) return;
		this.#lease = new Lease({
			...{ database, clock, name: 'delivery', holder: instance },
			gained: () => this.#open(),
			lost: () => this.#stop(),
		});
	}

	/** Starts with what an earlier process left in the outbox. */
	start(): void {
		if (this.#lease === undefined) this.#open();
		else this.#lease.start();
	}

	/** Something may have been emitted for these subscribers; `undefined`: for any. */
	wake(subscribers: Iterable<string> = this.#feeds.keys()): void {
		for (const subscriber of subscribers) this.#feeds.get(subscriber)?.wake();
	}

	/** Somebody may have begun to listen. */
	audienceChanged(): void {
		if (this.#parts.audience.kind === 'anywhere' && this.#delivers) this.#look();
	}

	/** Stops reading, waits for the deliveries under way, and removes what was seen. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#stop();
		await this.#looking;
		await this.#ending;
		await this.#removal.close();
		await this.#lease?.close();
	}

	get #delivers(): boolean {
		return !this.#closed && (this.#lease === undefined || this.#lease.held);
	}

	#open(): void {
		const { audience } = this.#parts;
		if (audience.kind === 'anywhere') {
			this.#look();
			return;
		}
		const eventsOf = new Map<Subscriber, Set<string>>();
		for (const [event, subscribers] of audience.subscribers) {
			for (const subscriber of subscribers) {
				const events = eventsOf.get(subscriber) ?? new Set();
				eventsOf.set(subscriber, events.add(event));
			}
		}
		for (const [subscriber, events] of eventsOf) this.#openFeed(subscriber, events);
		void this.#reportForgotten();
	}

	#openFeed(subscriber: Subscriber, events: ReadonlySet<string> | undefined): void {
		const { database, clock, random, telemetry, faults } = this.#parts;
		const seen = (position: number): void => this.#removal.add(position);
		const parts = { database, clock, random, telemetry, faults, subscriber, events, seen };
		const feed = new Feed(parts);
		this.#feeds.set(subscriber.service, feed);
		feed.wake();
	}

	/** Another instance delivers, or none: what is under way ends by itself. */
	#stop(): void {
		this.#lookTimer?.cancel();
		const feeds = [...this.#feeds.values()];
		this.#feeds.clear();
		this.#ending = Promise.all([this.#ending, ...feeds.map((feed) => feed.close())]);
	}

	/** Looks who listens, and again from time to time: another instance may have been told. */
	#look(): void {
		this.#looking ??= this.#findAudience().finally(() => {
			this.#looking = undefined;
			if (!this.#delivers) return;
			this.#lookTimer?.cancel();
			const { clock } = this.#parts;
			this.#lookTimer = clock.setTimer(limits.subscriptionsReadEveryMs, () => this.#look());
			this.#lookTimer.keepAlive(false);
		});
	}

	async #findAudience(): Promise<void> {
		const { database, audience, telemetry } = this.#parts;
		if (audience.kind === 'here') return;
		try {
			const names = await database.snapshot(async (session) => [
				...(await readAllSubscribers(session)),
				...(await readSubscribers(session)),
			]);
			if (!this.#delivers) return;
			for (const name of names) {
				if (!this.#feeds.has(name)) this.#openFeed(audience.subscriberOf(name), undefined);
			}
		} catch (error) {
			telemetry.log('warn', 'the subscriptions could not be read', {
				service: database.name,
				error: String(error),
			});
		}
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
