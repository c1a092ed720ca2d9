import assert from 'node:assert/strict';
import { test } from 'node:test';
import { euros, type Order, type OrderStatus } from '@shop/contracts';
import { follow, type Sighting } from './following.ts';

const order = (status: OrderStatus): Order => ({
	...{ id: '7', status, lines: [], total: euros(0), createdAt: '2026-01-01T00:00:00.000Z' },
});

type Episode = { readonly states: readonly OrderStatus[]; readonly ending?: Error };

/** Streams one after another, and what was told about them. */
function followed(episodes: Episode[], controller = new AbortController()) {
	const told: string[] = [];
	const waits: number[] = [];
	const done = follow(
		{
			async *watch() {
				const { states, ending } = episodes.shift() ?? { states: [] };
				for (const status of states) yield order(status);
				if (ending !== undefined) throw ending;
			},
			mayPass: (error) => (error as Error).message === 'broken',
			pause: async (failures) => {
				waits.push(failures);
				if (episodes.length === 0) controller.abort();
			},
			tell: ({ order, isLive }: Sighting) =>
				told.push(`${order?.status ?? 'nothing'} ${isLive ? 'live' : 'stale'}`),
		},
		controller.signal,
	);
	return { told, waits, done };
}

const broken = new Error('broken');

test('an order is followed until nothing can change any more', async () => {
	const { told, done } = followed([{ states: ['pending', 'rejected'] }]);
	await done;
	assert.deepEqual(told, ['pending live', 'rejected live']);
});

test('a stream that breaks, or ends before its time, is opened again', async () => {
	const { told, waits, done } = followed([
		{ states: ['pending'], ending: broken },
		{ states: ['confirmed'] },
		{ states: ['confirmed', 'cancelled'] },
	]);
	await done;
	assert.deepEqual(told, [
		'pending live',
		'pending stale',
		'confirmed live',
		'confirmed stale',
		'confirmed live',
		'cancelled live',
	]);
	assert.deepEqual(waits, [1, 1]);
});

test('waits grow as long as nothing is heard, and begin anew after something was', async () => {
	const { waits, told, done } = followed([
		{ states: [], ending: broken },
		{ states: [], ending: broken },
		{ states: [], ending: broken },
		{ states: ['pending'], ending: broken },
		{ states: ['cancelled'] },
	]);
	await done;
	assert.deepEqual(waits, [1, 2, 3, 1]);
	assert.equal(told[0], 'nothing stale');
});

test('what cannot pass ends it, and so does whoever looks away', async () => {
	const { done } = followed([{ states: ['pending'], ending: new Error('not yours') }]);
	await assert.rejects(done, /not yours/);
	const { done: left, told } = followed([{ states: ['pending'] }]);
	await left;
	assert.deepEqual(told, ['pending live', 'pending stale']);
});
