import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { migrate } from '../database/migrate.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { FaultPoint, FaultPoints } from '../faults/faults.ts';
import type { Clock, Timer } from '../host/clock.ts';
import type { Database, SqlSession } from '../host/database.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { Delivery } from './delivery.ts';
import type { Subscriber } from './feed.ts';
import { appendEvents, outboxMigration, type StoredEvent } from './outbox.ts';

const address = 'sender@1/sent';

test('pauses between attempts grow, and never beyond the limit', async () => {
	const pauses: number[] = [];
	await using world = await openWorld({ pauses });
	const arrived = Promise.withResolvers<void>();
	let attempts = 0;
	world.start(async () => {
		attempts += 1;
		if (attempts <= 15) throw new Error('not yet');
		arrived.resolve();
	});
	await world.emit(['a']);
	await arrived.promise;
	const expected = Array.from({ length: 15 }, (_, index) =>
		Math.min(50 * 2 ** index, limits.deliveryRetryMaxMs),
	);
	const retries = pauses.filter((pauseMs) => pauseMs >= 50 && pauseMs !== limits.pollEveryMs);
	assert.deepEqual(retries, expected);
});

test('no more than the limit is read ahead for a subscriber that does not come back', async () => {
	await using world = await openWorld();
	const reading = Promise.withResolvers<void>();
	let underWay = 0;
	const done = Promise.withResolvers<void>();
	world.rowsRead = (rows) => rows >= limits.eventsReadAhead && reading.resolve();
	world.start(() => {
		underWay += 1;
		return done.promise;
	});
	await world.emit(Array.from({ length: limits.eventsReadAhead + 500 }, (_, index) => `k${index}`));
	await reading.promise;
	await world.turns(20);
	assert.equal(world.rows, limits.eventsReadAhead);
	assert.equal(underWay, limits.deliveriesUnderWay);
	done.resolve();
});

test('a key with much to do leaves room for others', async () => {
	await using world = await openWorld();
	const order: string[] = [];
	const others = Promise.withResolvers<void>();
	const slow = Promise.withResolvers<void>();
	world.start(async ({ orderingKey }) => {
		if (orderingKey === 'busy') return slow.promise;
		order.push(orderingKey);
		if (order.length === 3) others.resolve();
	});
	await world.emit([...Array<string>(limits.eventsReadAhead + 10).fill('busy'), 'a', 'b', 'c']);
	await others.promise;
	assert.deepEqual(order, ['a', 'b', 'c']);
	slow.resolve();
	await world.emptied();
});

test('an event that comes while a key catches up is neither lost nor too early', async () => {
	await using world = await openWorld({ pauses: [] });
	const caughtUp = Promise.withResolvers<void>();
	const catchingUp = world.holdCatchUp(caughtUp.promise);
	const order: string[] = [];
	const all = Promise.withResolvers<void>();
	let attempts = 0;
	world.start(async ({ id }) => {
		attempts += 1;
		if (attempts === 1) throw new Error('not yet');
		order.push(id);
		if (order.length === 4) all.resolve();
	});
	await world.emit(['a', 'a']);
	await catchingUp;
	// It is read, and passed over, before the catching up has got its answer.
	await world.emit(['a']);
	await world.emit(['b']);
	while (!order.includes('b 0')) await world.turns(1);
	caughtUp.resolve();
	await all.promise;
	assert.deepEqual(
		order.filter((id) => id !== 'b 0'),
		['a 0', 'a 1', 'a 0'],
	);
	await world.emptied();
});

test('an event that is not listened to any more is dropped', async () => {
	await using world = await openWorld();
	await world.emit(['a'], 'sender@1/forgotten');
	const arrived: string[] = [];
	world.start(async ({ event }) => void arrived.push(event));
	await world.emit(['a']);
	await world.emptied();
	assert.deepEqual(arrived, [address]);
});

test('what was seen but could not be removed is removed later', async () => {
	await using world = await openWorld({ pauses: [] });
	world.refuseRemovals = 2;
	let deliveries = 0;
	world.start(async () => {
		deliveries += 1;
	});
	await world.emit(['a', 'b']);
	await world.emptied();
	assert.equal(deliveries, 2);
	assert.equal(world.refuseRemovals, 0);
});

test('a read that fails is repeated', async () => {
	await using world = await openWorld({ pauses: [] });
	world.refuseReads = 3;
	const arrived = Promise.withResolvers<void>();
	world.start(async () => arrived.resolve());
	await world.emit(['a']);
	await arrived.promise;
	assert.equal(world.refuseReads, 0);
});

test('closing waits for the delivery under way and begins no other', async () => {
	await using world = await openWorld();
	const begun = Promise.withResolvers<void>();
	const finish = Promise.withResolvers<void>();
	let ended = 0;
	world.start(async () => {
		begun.resolve();
		await finish.promise;
		ended += 1;
	});
	await world.emit(['a', 'a', 'a']);
	await begun.promise;
	const closed = world.close().then(() => ended);
	await world.turns(5);
	assert.equal(ended, 0);
	finish.resolve();
	assert.equal(await closed, 1);
	assert.equal(await world.left(), 2);
});

test('metrics tell how many events wait, and since when', async () => {
	await using world = await openWorld();
	const failed = Promise.withResolvers<void>();
	await world.emit(['a', 'b', 'c'], address, Date.now() - 60_000);
	world.start(async () => {
		failed.resolve();
		throw new Error('not yet');
	});
	await failed.promise;
	const labels = 'messaging_destination_name="sender",messaging_consumer_group_name="receiver"';
	const text = world.telemetry.metrics.prometheusText();
	assert.ok(text.includes(`flotilla_outbox_events{${labels}} 3\n`), text);
	const age = new RegExp(`flotilla_outbox_oldest_age_seconds\\{${labels}\\} (\\S+)\n`).exec(text);
	assert.ok(Number(age?.[1]) >= 60, text);
});

test('events for a subscriber that does not run are kept, and reported', async () => {
	await using world = await openWorld();
	await world.emit(['a'], address, 0, 'gone');
	const reported = Promise.withResolvers<unknown>();
	world.logged = (fields) => fields.subscriber === 'gone' && reported.resolve(fields.service);
	world.start(async () => {});
	assert.equal(await reported.promise, 'sender');
	await world.close();
	assert.equal(await world.left(), 1);
});

test('a fault point repeats a delivery, in order for its key; without faults none is asked for', async () => {
	const keys = ['a', 'b', 'a', 'b', 'a'];
	for (const faults of [undefined, { strikes: (point: FaultPoint) => point === repeated }]) {
		await using world = await openWorld();
		const delivered: string[] = [];
		world.start(async ({ id }) => void delivered.push(id), faults);
		await world.emit(keys);
		await world.emptied();
		const once = ['a 0', 'a 2', 'a 4', 'b 1', 'b 3'];
		const twice = once.flatMap((id) => [id, id]);
		const ofA = delivered.filter((id) => id.startsWith('a'));
		assert.deepEqual(
			[...ofA, ...delivered.filter((id) => id.startsWith('b'))],
			faults ? twice : once,
		);
	}
});

test('a fault point makes batches small, another one keeps what was seen for a while', async () => {
	const asked: string[] = [];
	const pauses: number[] = [];
	await using world = await openWorld({ pauses });
	const delivered: string[] = [];
	world.start(async ({ id }) => void delivered.push(id), {
		strikes: (point) => {
			asked.push(point);
			return point !== repeated;
		},
	});
	await world.emit(['a', 'b', 'c']);
	await world.emptied();
	assert.deepEqual(delivered.sort(), ['a 0', 'b 1', 'c 2']);
	assert.ok(asked.filter((point) => point === 'point.small-batch').length >= 3);
	assert.ok(pauses.includes(5_000));
});

const repeated = 'point.delivery-repeated';

interface Options {
	/** Gets the length of every timer; they then fire at once. */
	readonly pauses?: number[];
}

async function openWorld(options: Options = {}) {
	const folder = await mkdtemp(join(tmpdir(), 'flotilla-feed-'));
	const host = nodeHost();
	const clock = options.pauses === undefined ? host.clock : hastyClock(host.clock, options.pauses);
	const database = await host.databases.open('sender', { folder });
	await migrate(database, { platform: [outboxMigration], service: [] }, host);
	return new World(folder, clock, database);
}

class World {
	rows = 0;
	rowsRead: (rows: number) => unknown = () => {};
	logged: (fields: Readonly<Record<string, unknown>>) => unknown = () => {};
	refuseReads = 0;
	refuseRemovals = 0;
	#heldCatchUp: { readonly until: Promise<void>; readonly begun: () => void } | undefined;
	readonly telemetry: Telemetry;
	readonly #folder: string;
	readonly #clock: Clock;
	readonly #database: Database;
	#delivery: Delivery | undefined;

	constructor(folder: string, clock: Clock, database: Database) {
		this.#folder = folder;
		this.#clock = clock;
		this.#database = database;
		const logs = {
			write: ({ fields }: { readonly fields: Readonly<Record<string, unknown>> }) =>
				void this.logged(fields),
			flush: () => Promise.resolve(),
		};
		this.telemetry = new Telemetry({ clock, logs });
	}

	start(deliver: (event: StoredEvent) => Promise<void>, faults?: FaultPoints): void {
		const subscriber: Subscriber = { service: 'receiver', deliver };
		this.#delivery = new Delivery({
			database: this.#watched(),
			audience: { kind: 'here', subscribers: new Map([[address, [subscriber]]]) },
			instance: 'test',
			clock: this.#clock,
			random: { next: () => 1, uint32: () => 1 },
			telemetry: this.telemetry,
			faults,
		});
		this.#delivery.start();
	}

	async emit(
		keys: readonly string[],
		event = address,
		emittedAtMs = 0,
		subscriber = 'receiver',
	): Promise<void> {
		const events = keys.map((orderingKey, index) => {
			const id = `${orderingKey} ${index}`;
			return { id, event, orderingKey, data: '{}', context: '{}', emittedAtMs };
		});
		await this.#database.transaction((session) =>
			appendEvents(session, events, () => [subscriber]),
		);
		this.#delivery?.wake();
	}

	/** Keeps back the answers to reads of one key; resolves when there is one to keep back. */
	holdCatchUp(until: Promise<void>): Promise<void> {
		return new Promise((begun) => {
			this.#heldCatchUp = { until, begun };
		});
	}

	/** How many rows are left in the outbox. */
	async left(): Promise<number> {
		const { rows } = await this.#database.snapshot((session) =>
			session.query({ strings: ['select count(*) as count from flotilla_outbox'], values: [] }),
		);
		return Number(rows[0]?.count);
	}

	async emptied(): Promise<void> {
		while ((await this.left()) > 0) await this.turns(1);
	}

	/** Lets everything that can go on go on. */
	async turns(count: number): Promise<void> {
		for (let turn = 0; turn < count; turn++) {
			await new Promise<void>((resolve) => setImmediate(resolve));
		}
	}

	async close(): Promise<void> {
		await this.#delivery?.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
		await this.#database.close();
		await rm(this.#folder, { recursive: true });
	}

	#watched(): Database {
		const database = this.#database;
		const lost = new FlotillaError('FLOTILLA_DATABASE_UNAVAILABLE', 'It was lost on purpose.');
		return {
			name: database.name,
			dialect: database.dialect,
			shared: database.shared,
			snapshot: async (work) => {
				if (this.refuseReads > 0) {
					this.refuseReads -= 1;
					throw lost;
				}
				let isOfKey = false;
				const result = await database.snapshot((session) =>
					work({
						query: (statement) => {
							isOfKey ||= statement.strings.join('').includes('ordering_key = ');
							return this.#counting(session).query(statement);
						},
					}),
				);
				if (isOfKey) this.#heldCatchUp?.begun();
				if (isOfKey) await this.#heldCatchUp?.until;
				return result;
			},
			transaction: async (work) => {
				if (this.refuseRemovals > 0) {
					this.refuseRemovals -= 1;
					throw lost;
				}
				return database.transaction(work);
			},
			exclusive: (work) => database.exclusive(work),
			notify: () => {},
			onNotify: () => {},
			close: () => database.close(),
		};
	}

	/** Counts the rows of events that are read. */
	#counting(session: SqlSession): SqlSession {
		return {
			query: async (statement) => {
				const result = await session.query(statement);
				if (result.rows[0]?.ordering_key !== undefined) {
					this.rows += result.rows.length;
					this.rowsRead(this.rows);
				}
				return result;
			},
		};
	}
}

/** Timers fire at once; how long they should have taken is noted. */
function hastyClock(clock: Clock, pauses: number[]): Clock {
	return {
		wallMs: () => clock.wallMs(),
		monotonicMs: () => clock.monotonicMs(),
		defer: (callback) => clock.defer(callback),
		setTimer: (delayMs, callback): Timer => {
			pauses.push(delayMs);
			return clock.setTimer(0, callback);
		},
	};
}
