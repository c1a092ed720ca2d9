import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderStatus } from '@shop/contracts';
import { isFinal, type News, whenReported } from '@shop/orders';
import { type PaymentState, whenCancelled, whenReserved } from '@shop/payments';

/**
 * One order in every possible order of deliveries: the decisions are those of the services, the
 * rest is the smallest model of what lies between them. Events of one service to another arrive in
 * the order in which they were emitted; nothing else is certain.
 */
interface World {
	readonly order: OrderStatus;
	readonly stock: 'untouched' | 'reserved' | 'refused' | 'released';
	readonly payment: PaymentState | 'none';
	readonly cashMinor: number;
	readonly queues: Readonly<Record<Route, readonly Message[]>>;
}
type Route =
	| 'orders to products'
	| 'orders to payments'
	| 'products to payments'
	| 'products to orders'
	| 'payments to orders';
type Message = 'placed' | 'rejected' | 'cancelled' | 'stockReserved' | News;

/** What makes one order differ from another. */
interface Circumstances {
	readonly enoughStock: boolean;
	readonly amountMinor: number;
	readonly cancellable: boolean;
}

const limitMinor = 100_000;

const placed: World = {
	order: 'pending',
	stock: 'untouched',
	payment: 'none',
	cashMinor: 0,
	queues: {
		'orders to products': ['placed'],
		'orders to payments': [],
		'products to payments': [],
		'products to orders': [],
		'payments to orders': [],
	},
};

/** Every world that can come next: one delivery, or the user's cancellation at this very moment. */
function nextWorlds(world: World, circumstances: Circumstances): World[] {
	const routes = Object.keys(world.queues) as Route[];
	const worlds = routes.flatMap((route) => {
		const [message, ...rest] = world.queues[route];
		if (message === undefined) return [];
		const delivered = { ...world, queues: { ...world.queues, [route]: rest } };
		return [deliver(delivered, route, message, circumstances)];
	});
	if (circumstances.cancellable && !isFinal(world.order)) worlds.push(cancel(world));
	return worlds;
}

function deliver(
	world: World,
	route: Route,
	message: Message,
	{ enoughStock, amountMinor }: Circumstances,
): World {
	switch (route) {
		case 'orders to products':
			if (message === 'placed') {
				return enoughStock
					? sent({ ...world, stock: 'reserved' }, 'products to payments', 'stockReserved')
					: sent({ ...world, stock: 'refused' }, 'products to orders', 'outOfStock');
			}
			return world.stock === 'reserved' ? { ...world, stock: 'released' } : world;
		case 'products to payments': {
			const next = whenReserved(paymentOf(world), amountMinor, limitMinor);
			if (next === undefined) return world;
			const cashMinor = world.cashMinor + (next === 'captured' ? amountMinor : 0);
			return sent({ ...world, payment: next, cashMinor }, 'payments to orders', next);
		}
		case 'orders to payments': {
			const next = whenCancelled(paymentOf(world));
			if (next === undefined) return world;
			const cashMinor = world.cashMinor - (next === 'refunded' ? amountMinor : 0);
			return { ...world, payment: next, cashMinor };
		}
		default: {
			const verdict = whenReported(world.order, message as News);
			if (verdict === undefined) return world;
			const decided = { ...world, order: verdict.status };
			return verdict.status === 'rejected'
				? sent(decided, 'orders to products', 'rejected')
				: decided;
		}
	}
}

function cancel(world: World): World {
	const cancelled = sent({ ...world, order: 'cancelled' }, 'orders to products', 'cancelled');
	return sent(cancelled, 'orders to payments', 'cancelled');
}

function sent(world: World, route: Route, message: Message): World {
	const queues = { ...world.queues, [route]: [...world.queues[route], message] };
	return { ...world, queues };
}

function paymentOf({ payment }: World): PaymentState | undefined {
	return payment === 'none' ? undefined : payment;
}

/** All worlds that can be reached, each once, and those of them in which nothing is under way. */
function explore(circumstances: Circumstances): { seen: number; quiet: World[] } {
	const seen = new Set<string>();
	const quiet: World[] = [];
	const open = [placed];
	for (let world = open.pop(); world !== undefined; world = open.pop()) {
		const key = JSON.stringify(world);
		if (seen.has(key)) continue;
		seen.add(key);
		if (Object.values(world.queues).every((queue) => queue.length === 0)) quiet.push(world);
		open.push(...nextWorlds(world, circumstances));
	}
	return { seen: seen.size, quiet };
}

const everything = [true, false].flatMap((enoughStock) =>
	[limitMinor, limitMinor + 1].flatMap((amountMinor) =>
		[true, false].map((cancellable) => ({ enoughStock, amountMinor, cancellable })),
	),
);

test('in whatever order events arrive, stock is reserved and money kept for open orders only', () => {
	for (const circumstances of everything) {
		const { quiet } = explore(circumstances);
		assert.ok(quiet.length > 0);
		for (const world of quiet) {
			const what = JSON.stringify({ circumstances, world });
			assert.notEqual(world.order, 'pending', what);
			assert.equal(world.stock === 'reserved', world.order === 'confirmed', what);
			assert.equal(
				world.cashMinor,
				world.order === 'confirmed' ? circumstances.amountMinor : 0,
				what,
			);
		}
	}
});

test('an order ends as its circumstances demand, unless the user takes it back', () => {
	const ends = (
		circumstances: Omit<Circumstances, 'cancellable'>,
		cancellable: boolean,
	): string[] => [
		...new Set(explore({ ...circumstances, cancellable }).quiet.map(({ order }) => order)),
	];
	const fine = { enoughStock: true, amountMinor: limitMinor };
	assert.deepEqual(ends(fine, false), ['confirmed']);
	assert.deepEqual(ends(fine, true).toSorted(), ['cancelled', 'confirmed']);
	assert.deepEqual(ends({ ...fine, enoughStock: false }, false), ['rejected']);
	assert.deepEqual(ends({ ...fine, amountMinor: limitMinor + 1 }, false), ['rejected']);
	assert.deepEqual(ends({ ...fine, enoughStock: false }, true).toSorted(), [
		'cancelled',
		'rejected',
	]);
});

test('the exploration meets a cancellation that overtakes the reservation', () => {
	const { quiet } = explore({ enoughStock: true, amountMinor: limitMinor, cancellable: true });
	assert.ok(quiet.some(({ payment }) => payment === 'void'));
	assert.ok(quiet.some(({ payment }) => payment === 'refunded'));
});
