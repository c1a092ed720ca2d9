import type { Clock, Timer } from '../host/clock.ts';
import type { Database } from '../host/database.ts';
import type { RandomSource } from '../host/random.ts';
import { limits } from '../limits.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import {
	type OutboxCursor,
	outboxStart,
	readEvents,
	removeEvents,
	type StoredEvent,
} from './outbox.ts';

/** A service that listens to events of another. */
export interface Subscriber {
	/** The name of the service. */
	readonly service: string;
	/** Resolves when the event has taken effect, now or earlier; rejects when it should come again. */
	deliver(event: StoredEvent): Promise<void>;
}

export interface DeliveryParts {
	/** Of the emitting service. */
	readonly database: Database;
	/** Who listens to which event, by the event's address. */
	readonly subscribers: ReadonlyMap<string, readonly Subscriber[]>;
	readonly clock: Clock;
	readonly random: RandomSource;
	readonly telemetry: Telemetry;
}

/** The events of one ordering key on their way to one subscriber, one after another. */
interface Lane {
	readonly key: string;
	readonly waiting: StoredEvent[];
	attempts: number;
	timer: Timer | undefined;
}

interface Destination {
	readonly subscriber: Subscriber;
	readonly lanes: Map<string, Lane>;
	readonly ready: Lane[];
	underWay: number;
}

const retryFirstMs = 50;
const removeAfterMs = 20;
const removeAtOnce = 500;
const heldBackFirstMs = 2;
const heldBackMaxMs = 100;

/**
 * Carries the events of one service from its outbox to the subscribers: at least once, in order for
 * each key and subscriber. An event that cannot be delivered holds up its own key only, and is tried
 * again with growing pauses. Everything is found again after a crash, because a row leaves the
 * outbox only when all its subscribers have seen it; that they see it twice does not matter.
 */
export class Delivery {
	readonly #parts: DeliveryParts;
	readonly #destinations = new Map<Subscriber, Destination>();
	/** How many subscribers have not seen an event yet, by its position. */
	readonly #unseen = new Map<number, number>();
	#seen: number[] = [];
	#cursor: OutboxCursor = outboxStart;
	#heldBackMs = heldBackFirstMs;
	#reading: Promise<void> | undefined;
	#readAgain = false;
	#removing: Promise<void> | undefined;
	#pollTimer: Timer | undefined;
	#removeTimer: Timer | undefined;
	#closed = false;
	#underWay = 0;
	#idle: (() => void) | undefined;

	constructor(parts: DeliveryParts) {
		this.#parts = parts;
		for (const subscribers of parts.subscribers.values()) {
			for (const subscriber of subscribers) {
				this.#destinations.set(subscriber, {
					subscriber,
					lanes: new Map(),
					ready: [],
					underWay: 0,
				});
			}
		}
	}

	/** Starts with what an earlier process left in the outbox. */
	start(): void {
		this.wake();
	}

	/** Something may have been emitted. */
	wake(): void {
		if (this.#closed) return;
		if (this.#reading !== undefined) {
			this.#readAgain = true;
			return;
		}
		this.#pollTimer?.cancel();
		this.#pollTimer = undefined;
		this.#reading = this.#read()
			.catch((error: unknown) => {
				this.#parts.telemetry.log('warn', 'the outbox could not be read', {
					service: this.#parts.database.name,
					error: String(error),
				});
				return limits.pollEveryMs;
			})
			.then((pauseMs) => {
				this.#reading = undefined;
				this.#scheduleRead(pauseMs);
			});
	}

	/** Stops reading, waits for the deliveries under way, and removes what was seen. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#pollTimer?.cancel();
		this.#removeTimer?.cancel();
		for (const { lanes, ready } of this.#destinations.values()) {
			ready.length = 0;
			for (const lane of lanes.values()) lane.timer?.cancel();
		}
		await this.#reading;
		if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
		await this.#removing;
		await this.#remove();
	}

	/** Reads ahead and says how long to wait before reading again. */
	async #read(): Promise<number> {
		const { database } = this.#parts;
		for (;;) {
			this.#readAgain = false;
			const room = Math.min(512, limits.eventsReadAhead - this.#unseen.size);
			if (room <= 0 || this.#closed) return limits.pollEveryMs;
			const { events, heldBack } = await database.snapshot((session) =>
				readEvents(session, database.dialect, this.#cursor, room),
			);
			for (const event of events) this.#accept(event);
			if (events.length > 0) this.#heldBackMs = heldBackFirstMs;
			if (heldBack) {
				this.#heldBackMs = Math.min(this.#heldBackMs * 2, heldBackMaxMs);
				return this.#heldBackMs;
			}
			if (events.length < room && !this.#readAgain) return limits.pollEveryMs;
		}
	}

	#scheduleRead(pauseMs: number): void {
		if (this.#closed) return;
		if (this.#readAgain) {
			this.wake();
			return;
		}
		this.#pollTimer = this.#parts.clock.setTimer(pauseMs, () => this.wake());
		this.#pollTimer.keepAlive(false);
	}

	#accept(event: StoredEvent): void {
		this.#cursor = event.cursor;
		const subscribers = this.#parts.subscribers.get(event.event) ?? [];
		if (subscribers.length === 0) {
			this.#allSeen(event.position);
			return;
		}
		this.#unseen.set(event.position, subscribers.length);
		for (const subscriber of subscribers) {
			const destination = this.#destinations.get(subscriber) as Destination;
			let lane = destination.lanes.get(event.orderingKey);
			if (lane === undefined) {
				lane = { key: event.orderingKey, waiting: [], attempts: 0, timer: undefined };
				destination.lanes.set(event.orderingKey, lane);
				destination.ready.push(lane);
			}
			lane.waiting.push(event);
			this.#run(destination);
		}
	}

	#run(destination: Destination): void {
		while (destination.underWay < limits.deliveriesUnderWay && !this.#closed) {
			const lane = destination.ready.shift();
			if (lane === undefined) return;
			void this.#deliver(destination, lane);
		}
	}

	async #deliver(destination: Destination, lane: Lane): Promise<void> {
		const event = lane.waiting[0] as StoredEvent;
		destination.underWay++;
		this.#underWay++;
		let delivered = true;
		try {
			await destination.subscriber.deliver(event);
		} catch {
			// The subscriber's side has recorded why.
			delivered = false;
		}
		destination.underWay--;
		this.#underWay--;
		if (delivered) this.#delivered(destination, lane, event);
		else this.#retryLater(destination, lane);
		this.#run(destination);
		if (this.#underWay === 0) this.#idle?.();
	}

	#delivered(destination: Destination, lane: Lane, event: StoredEvent): void {
		lane.attempts = 0;
		lane.waiting.shift();
		if (lane.waiting.length === 0) destination.lanes.delete(lane.key);
		else destination.ready.push(lane);
		const left = (this.#unseen.get(event.position) ?? 1) - 1;
		if (left > 0) {
			this.#unseen.set(event.position, left);
			return;
		}
		const full = this.#unseen.size >= limits.eventsReadAhead;
		this.#unseen.delete(event.position);
		this.#allSeen(event.position);
		if (full) this.wake();
	}

	/** Exponential backoff with full jitter, so that what failed together does not return together. */
	#retryLater(destination: Destination, lane: Lane): void {
		if (this.#closed) return;
		const ceilingMs = Math.min(
			retryFirstMs * 2 ** Math.min(lane.attempts, 20),
			limits.deliveryRetryMaxMs,
		);
		lane.attempts++;
		lane.timer = this.#parts.clock.setTimer(ceilingMs * this.#parts.random.next(), () => {
			lane.timer = undefined;
			destination.ready.push(lane);
			this.#run(destination);
		});
		lane.timer.keepAlive(false);
	}

	#allSeen(position: number): void {
		this.#seen.push(position);
		if (this.#seen.length >= removeAtOnce) this.#removeSoon(0);
		else this.#removeSoon(removeAfterMs);
	}

	#removeSoon(delayMs: number): void {
		if (this.#removing !== undefined || this.#closed) return;
		if (delayMs > 0 && this.#removeTimer !== undefined) return;
		this.#removeTimer?.cancel();
		this.#removeTimer = this.#parts.clock.setTimer(delayMs, () => {
			this.#removeTimer = undefined;
			this.#removing = this.#remove().finally(() => {
				this.#removing = undefined;
				if (this.#seen.length > 0) this.#removeSoon(removeAfterMs);
			});
		});
		this.#removeTimer.keepAlive(false);
	}

	async #remove(): Promise<void> {
		while (this.#seen.length > 0) {
			const positions = this.#seen.slice(0, removeAtOnce);
			try {
				await this.#parts.database.transaction((session) => removeEvents(session, positions));
			} catch (error) {
				// They stay, are delivered again after the next start, and are recognised as seen.
				this.#parts.telemetry.log('warn', 'delivered events could not be removed', {
					service: this.#parts.database.name,
					error: String(error),
				});
				return;
			}
			this.#seen = this.#seen.slice(positions.length);
		}
	}
}
