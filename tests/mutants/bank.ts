import type { Mutant } from './mutant.ts';

const fleet = 'customers order, pay and cancel';
const oneProcess = 'the same in one process';
const warehouse = 'clerks correct the stock';

/** The bugs that a simulation worth its name finds. */
export const bank: readonly Mutant[] = [
	{
		name: 'handler outside of the transaction',
		story: 'The event is recorded as seen first, and handled in a transaction of its own.',
		file: 'packages/flotilla/src/service/subscription.ts',
		changes: [
			[
				`			(t) =>
				handler(checked.value as never, { id, emittedAtMs, principal, t, log: logger } as never),
		);`,
				`			() => {},
		);
		await unit.transaction(context, undefined, (t) =>
			handler(checked.value as never, { id, emittedAtMs, principal, t, log: logger } as never),
		);`,
			],
		],
		simulations: [fleet],
	},
	{
		name: 'once check dropped for events',
		story: 'An event that comes twice is handled twice.',
		file: 'packages/flotilla/src/service/unit-of-work.ts',
		changes: [
			[
				'	return isFirst ? undefined : record;',
				'	return isFirst || record ? undefined : record;',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'once check dropped for commands',
		story: 'A command that is sent again under its idempotency key runs again.',
		file: 'packages/flotilla/src/service/unit-of-work.ts',
		changes: [
			[
				"	if (typeof record === 'function') return findOnce(session, key, nowMs);",
				"	if (typeof record === 'function') return undefined;",
			],
			[
				'	if (await recordOnce(session, key, record, { nowMs, expiresAtMs })) return;',
				'	await recordOnce(session, key, record, { nowMs, expiresAtMs });\n	if (nowMs > 0) return;',
			],
			[
				'	find(key: OnceKey, context?: Context): Promise<OnceRecord | undefined> {\n',
				'	find(key: OnceKey, context?: Context): Promise<OnceRecord | undefined> {\n		if (key.key !== "") return Promise.resolve(undefined);\n',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'events leave after the commit',
		story: 'The outbox rows are written in a second transaction: the dual-write bug.',
		file: 'packages/flotilla/src/service/unit-of-work.ts',
		changes: [
			['		await appendEvents(session, events, subscribersOf);\n', ''],
			[
				'				if (events.length > 0) this.#parts.committed(events);\n				return outcome;',
				`				if (events.length > 0) {
					const { database, subscribersOf } = this.#parts;
					await database.transaction((session) => appendEvents(session, events, subscribersOf));
					this.#parts.committed(events);
				}
				return outcome;`,
			],
		],
		simulations: [fleet, oneProcess],
	},
	{
		name: 'failed delivery dropped',
		story: 'An event that cannot be delivered is logged, and the next one has its turn.',
		file: 'packages/flotilla/src/messaging/feed.ts',
		changes: [['			this.#retryLater(lane);', '			this.#succeeded(lane, event);']],
		simulations: [fleet],
	},
	{
		name: 'lease outlives its holder',
		story: 'Who holds the lease gives it up when it stops, so nobody needs to take it away.',
		file: 'packages/flotilla/src/messaging/lease.ts',
		changes: [
			[
				'		return nowMs - this.#seen.sinceMs >= limits.deliveryLeaseMs ? this.#take(this.#seen) : false;',
				'		return false;',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'retry without idempotency key',
		story: 'Each try of a call is a call of its own, so each makes a key of its own.',
		file: 'packages/flotilla/src/call/remote-call.ts',
		changes: [
			[
				'			idempotencyKey,\n			credit,',
				'			idempotencyKey: isRecorded ? uuidV7(clock, random) : idempotencyKey,\n			credit,',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'deadline ignored',
		story: 'A call waits for its answer as long as it takes.',
		file: 'packages/flotilla/src/call/caller.ts',
		changes: [['		this.#caller.deadlines.add(this);\n', '']],
		simulations: [fleet],
	},
	{
		name: 'timer lost on restart',
		story: 'Who does not get the lease when it starts sets no timer to look again.',
		file: 'packages/flotilla/src/messaging/lease.ts',
		changes: [
			[
				'	start(): void {\n		this.#turning = this.#turn().then(() => this.#schedule());',
				'	start(): void {\n		this.#turning = this.#turn().then(() => this.#held && this.#schedule());',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'order per key broken',
		story: 'Each event gets a lane of its own, so that a slow one does not hold up the next.',
		file: 'packages/flotilla/src/messaging/feed.ts',
		changes: [
			[
				'this.#lanes.get(event.orderingKey) ?? this.#openLane(event.orderingKey)',
				'this.#lanes.get(event.id) ?? this.#openLane(event.id)',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'sync skipped',
		story: 'The database no longer waits for the disk: twice as fast, says the benchmark.',
		file: 'packages/flotilla/src/database/sqlite/durability.ts',
		changes: [['synchronous = full', 'synchronous = off']],
		simulations: [oneProcess],
	},
	{
		name: 'optimistic version check dropped',
		story: 'The update no longer asks whether somebody else has changed the row.',
		file: 'examples/shop/products/src/stock.ts',
		changes: [[' and version = $', ' and version >= $']],
		simulations: [warehouse],
	},
	{
		name: 'cached read across instances',
		story: 'Each instance keeps the stock that it has read, and forgets it when it writes itself.',
		file: 'examples/shop/products/src/stock.ts',
		changes: [
			[
				'export function findStock(t: Reader, sku: string): Promise<Stock | undefined> {\n	return',
				`const cached = new Map<string, Promise<Stock | undefined>>();

export function findStock(t: Reader, sku: string): Promise<Stock | undefined> {
	const known = cached.get(sku) ?? readStock(t, sku);
	cached.set(sku, known);
	return known;
}

function readStock(t: Reader, sku: string): Promise<Stock | undefined> {
	return`,
			],
			[
				'	const { sku, onHand, reserved, version } = stock;\n',
				'	const { sku, onHand, reserved, version } = stock;\n	cached.delete(sku);\n',
			],
		],
		simulations: [warehouse],
	},
	{
		name: 'event emitted before validation',
		story: 'The stock is promised first, and looked at afterwards.',
		file: 'examples/shop/products/src/service.ts',
		changes: [
			[
				'					if (await reserve(t, orderId, lines)) t.emit.stockReserved({ orderId, userId, total });\n					else t.emit.stockRefused({ orderId });',
				'					t.emit.stockReserved({ orderId, userId, total });\n					if (!(await reserve(t, orderId, lines))) t.emit.stockRefused({ orderId });',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'cancellation that comes first is forgotten',
		story: 'A payment that nobody has heard of yet needs no mark when its order is cancelled.',
		file: 'examples/shop/payments/src/payment.ts',
		changes: [
			[
				"	if (state === undefined) return 'void';\n	return state",
				'	if (state === undefined) return undefined;\n	return state',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'late news overwrites a cancellation',
		story: 'An order that was paid is confirmed, whatever had become of it meanwhile.',
		file: 'examples/shop/orders/src/status.ts',
		changes: [
			[
				"	if (status !== 'pending') return undefined;",
				"	if (status === 'rejected') return undefined;",
			],
		],
		simulations: [fleet],
	},
	{
		name: 'undo forgets the pieces',
		story: 'A rejected order deletes its reservations and forgets the count of reserved pieces.',
		file: 'examples/shop/products/src/stock.ts',
		changes: [
			[
				'	for (const { sku, quantity } of lines) await changeReserved(t, stocks.get(sku), -quantity);\n',
				'	for (const { sku } of lines) await changeReserved(t, stocks.get(sku), 0);\n',
			],
		],
		simulations: [fleet],
	},
	{
		name: 'non-deterministic decision',
		story:
			'An identifier begins with the number of the thread, so that no two threads make the same.',
		file: 'examples/shop/orders/src/new-order.ts',
		changes: [
			[
				"import { randomUUID } from 'node:crypto';\n",
				"import { randomUUID } from 'node:crypto';\nimport { threadId } from 'node:worker_threads';\n",
			],
			['		id: randomUUID(),', "		id: threadId + '-' + randomUUID(),"],
		],
		simulations: [fleet],
		isUnrepeatable: true,
	},
];
