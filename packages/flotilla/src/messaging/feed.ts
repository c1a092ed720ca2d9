import { isFlotillaError } from '../errors/flotilla-error.ts';
import type { FaultPoints } from '../faults/faults.ts';
import type { Clock, Timer } from '../host/clock.ts';
import type { Database } from '../host/database.ts';
import type { RandomSource } from '../host/random.ts';
import { limits } from '../limits.ts';
import type { Gauge } from '../telemetry/metrics.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import {
	eventsReadAtOnce,
	type OutboxCursor,
	outboxStart,
	readBacklog,
	readEvents,
	readEventsOfKey,
	type StoredEvent,
} from './outbox.ts';
import { isSubscribed } from './subscriptions.ts';

/** A service that listens to events of another. */
export interface Subscriber {
	/** The name of the service. */
	readonly service: string;
	/** Resolves when the event has taken effect, now or earlier; rejects when it should come again. */
	deliver(event: StoredEvent): Promise<void>;
}

export interface FeedParts {
	/** Of the emitting service. */
	readonly database: Database;
	readonly subscriber: Subscriber;
	/**
	 * The addresses of the events that the subscriber listens to; `undefined`: other processes know more,
	 * and say so.
	 */
	readonly events: ReadonlySet<string> | undefined;
	readonly clock: Clock;
	readonly random: RandomSource;
	readonly telemetry: Telemetry;
	/** Of the host, in simulations and drills. */
	readonly faults?: FaultPoints | undefined;
	/** Called when the subscriber has seen the event at this position. */
	readonly seen: (position: number) => void;
}

/** The events of one ordering key on their way to the subscriber, one after another. */
interface Lane {
	readonly key: string;
	/** The next ones, in order. */
	waiting: StoredEvent[];
	/**
	 * New events are passed over, to be read again by their key: the lane is stuck or has much to do,
	 * and what it held would leave no room for others.
	 */
	behind: boolean;
	/** Some have been passed over since the lane last read its own events. */
	missed: boolean;
	/** Of its last event that was delivered. */
	cursor: OutboxCursor;
	attempts: number;
	timer: Timer | undefined;
}

const retryFirstMs = 50;
const heldBackFirstMs = 2;
const heldBackMaxMs = 100;

/**
 * Carries the events of one service to one subscriber: at least once, in order for each key. An event
 * that cannot be delivered is tried again with growing pauses and holds up its own key only: of a
 * stuck key nothing but the first event is kept in memory, and the rest is read again in time.
 */
export class Feed {
	readonly #parts: FeedParts;
	readonly #lanes = new Map<string, Lane>();
	readonly #ready: Lane[] = [];
	/** Events in memory: those that wait in lanes or are being delivered. */
	#held = 0;
	#underWay = 0;
	#cursor: OutboxCursor = outboxStart;
	#heldBackMs = heldBackFirstMs;
	#reading: Promise<void> | undefined;
	#readAgain = false;
	#full = false;
	#pollTimer: Timer | undefined;
	#measuredMs = Number.NEGATIVE_INFINITY;
	#closed = false;
	#idle: (() => void) | undefined;
	readonly #backlog: Gauge;
	readonly #age: Gauge;

	constructor(parts: FeedParts) {
		this.#parts = parts;
		const { database, subscriber, telemetry } = parts;
		const labels = {
			messaging_destination_name: database.name,
			messaging_consumer_group_name: subscriber.service,
		};
		const { metrics } = telemetry;
		this.#backlog = metrics.gauge(
			'flotilla_outbox_events',
			'Events that a subscriber has yet to see.',
			labels,
		);
		this.#age = metrics.gauge(
			'flotilla_outbox_oldest_age_seconds',
			'How long the first of them has been waiting.',
			labels,
		);
	}

	/** There may be something to read. */
	wake(): void {
		if (this.#closed) return;
		if (this.#reading !== undefined) {
			this.#readAgain = true;
			return;
		}
		this.#pollTimer?.cancel();
		this.#pollTimer = undefined;
		this.#reading = this.#read()
			.catch((error: unknown) => this.#readFailed(error))
			.then((pauseMs) => {
				this.#reading = undefined;
				this.#schedule(pauseMs);
			});
	}

	/** Stops reading, and resolves when the deliveries under way have ended. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#pollTimer?.cancel();
		this.#ready.length = 0;
		for (const lane of this.#lanes.values()) lane.timer?.cancel();
		await this.#reading;
		if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
	}

	/** Reads ahead and says how long to wait before reading again. */
	async #read(): Promise<number> {
		const { database, subscriber, faults } = this.#parts;
		for (;;) {
			this.#readAgain = false;
			await this.#measure();
			const most = faults?.strikes('point.small-batch') === true ? 1 : eventsReadAtOnce;
			const count = Math.min(most, this.#room());
			if (count === 0 || this.#closed) return limits.pollEveryMs;
			const wanted = { subscriber: subscriber.service, after: this.#cursor, count };
			const { events, heldBack } = await database.snapshot((session) =>
				readEvents(session, database.dialect, wanted),
			);
			for (const event of events) this.#accept(event);
			if (events.length > 0) this.#heldBackMs = heldBackFirstMs;
			if (heldBack) {
				this.#heldBackMs = Math.min(this.#heldBackMs * 2, heldBackMaxMs);
				return this.#heldBackMs;
			}
			if (events.length < count && !this.#readAgain) return limits.pollEveryMs;
		}
	}

	#readFailed(error: unknown): number {
		this.#log('the outbox could not be read', { error: String(error) });
		return limits.pollEveryMs;
	}

	#schedule(pauseMs: number): void {
		if (this.#closed) return;
		if (this.#readAgain) {
			this.wake();
			return;
		}
		this.#pollTimer = this.#parts.clock.setTimer(pauseMs, () => this.wake());
		this.#pollTimer.keepAlive(false);
	}

	/** How many more events may be held. */
	#room(): number {
		const room = Math.max(0, limits.eventsReadAhead - this.#held);
		if (room === 0 && !this.#full) this.#reportStuck();
		this.#full = room === 0;
		return room;
	}

	/** When most of what is held cannot be delivered, keys that are well have to wait after all. */
	#reportStuck(): void {
		const stuck = [...this.#lanes.values()].filter(({ attempts }) => attempts > 0).length;
		if (stuck < limits.eventsReadAhead / 2) return;
		this.#log('events are held up by too many that cannot be delivered', { ordering_keys: stuck });
	}

	#accept(event: StoredEvent): void {
		this.#cursor = event.cursor;
		if (this.#parts.events?.has(event.event) === false) {
			// The subscriber has ceased to listen to it.
			this.#parts.seen(event.position);
			return;
		}
		const lane = this.#lanes.get(event.orderingKey) ?? this.#openLane(event.orderingKey);
		lane.behind ||= lane.waiting.length >= limits.eventsReadAheadOfKey;
		if (lane.behind) {
			lane.missed = true;
			return;
		}
		lane.waiting.push(event);
		this.#held++;
		this.#run();
	}

	#openLane(key: string): Lane {
		const lane: Lane = {
			key,
			waiting: [],
			behind: false,
			missed: false,
			cursor: outboxStart,
			attempts: 0,
			timer: undefined,
		};
		this.#lanes.set(key, lane);
		this.#ready.push(lane);
		return lane;
	}

	#run(): void {
		while (this.#underWay < limits.deliveriesUnderWay && !this.#closed) {
			const lane = this.#ready.shift();
			if (lane === undefined) return;
			void this.#serve(lane);
		}
	}

	/** Takes the lane one step further. */
	async #serve(lane: Lane): Promise<void> {
		this.#underWay++;
		const [event] = lane.waiting;
		try {
			if (event === undefined) await this.#catchUp(lane);
			else {
				await this.#deliver(event);
				const again = this.#parts.faults?.strikes('point.delivery-repeated') === true;
				if (again) await this.#deliver(event);
			}
			this.#succeeded(lane, event);
		} catch (error) {
			// Why a delivery failed is recorded on the subscriber's side.
			if (event === undefined) this.#readFailed(error);
			this.#retryLater(lane);
		}
		this.#underWay--;
		this.#run();
		if (this.#full && limits.eventsReadAhead - this.#held >= eventsReadAtOnce / 2) this.wake();
		if (this.#underWay === 0) this.#idle?.();
	}

	async #deliver(event: StoredEvent): Promise<void> {
		const { database, subscriber } = this.#parts;
		try {
			await subscriber.deliver(event);
		} catch (error) {
			if (!isFlotillaError(error, 'FLOTILLA_NOT_LISTENING')) throw error;
			// In a rolling update another instance may listen to it; else nobody ever will.
			const isWanted = await database.snapshot((session) =>
				isSubscribed(session, subscriber.service, event.event),
			);
			if (isWanted) throw error;
		}
	}

	#succeeded(lane: Lane, event: StoredEvent | undefined): void {
		lane.attempts = 0;
		if (event !== undefined) {
			lane.waiting.shift();
			lane.cursor = event.cursor;
			this.#held--;
			this.#parts.seen(event.position);
		}
		if (lane.waiting.length > 0 || lane.behind) this.#ready.push(lane);
		else this.#lanes.delete(lane.key);
	}

	/** Reads what was passed over. Nothing is missed: whatever comes meanwhile is passed over again. */
	async #catchUp(lane: Lane): Promise<void> {
		const { database, subscriber } = this.#parts;
		lane.missed = false;
		const room = limits.eventsReadAhead - this.#held;
		const count = Math.max(1, Math.min(limits.eventsReadAheadOfKey, room));
		const events = await database.snapshot((session) =>
			readEventsOfKey(session, database.dialect, {
				subscriber: subscriber.service,
				key: lane.key,
				after: lane.cursor,
				until: this.#cursor,
				count,
			}),
		);
		lane.waiting = [...events];
		this.#held += events.length;
		if (events.length === count) lane.missed = true;
		lane.behind = lane.missed;
	}

	/** Exponential backoff with full jitter, so that what failed together does not return together. */
	#retryLater(lane: Lane): void {
		const { clock, random } = this.#parts;
		this.#letGo(lane);
		if (this.#closed) return;
		const ceilingMs = Math.min(
			retryFirstMs * 2 ** Math.min(lane.attempts, 20),
			limits.deliveryRetryMaxMs,
		);
		lane.attempts++;
		lane.timer = clock.setTimer(ceilingMs * random.next(), () => {
			lane.timer = undefined;
			this.#ready.push(lane);
			this.#run();
		});
		lane.timer.keepAlive(false);
	}

	/** Keeps the first event only. */
	#letGo(lane: Lane): void {
		const others = lane.waiting.length - 1;
		if (others > 0) {
			lane.waiting.length = 1;
			this.#held -= others;
		}
		lane.behind = true;
	}

	/** Sets the gauges, from time to time: counting takes long when there is much to count. */
	async #measure(): Promise<void> {
		const { clock, database, subscriber } = this.#parts;
		const nowMs = clock.monotonicMs();
		if (nowMs - this.#measuredMs < limits.outboxMeasureEveryMs) return;
		this.#measuredMs = nowMs;
		const { events, oldestMs } = await database.snapshot((session) =>
			readBacklog(session, database.dialect, subscriber.service),
		);
		this.#backlog.value = events;
		this.#age.value = oldestMs === undefined ? 0 : Math.max(0, (clock.wallMs() - oldestMs) / 1_000);
	}

	#log(message: string, fields: Readonly<Record<string, unknown>>): void {
		const { database, subscriber, telemetry } = this.#parts;
		const names = { service: database.name, subscriber: subscriber.service };
		telemetry.log('warn', message, { ...names, ...fields });
	}
}
