import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Contention, pauseMs } from './contention.ts';

test('transactions that have not lost yet run side by side', async () => {
	const world = openWorld();
	await world.enter('a', 0);
	await world.enter('b', 0);
	assert.deepEqual(world.log, ['a', 'b']);
});

test('one that keeps losing waits for the others, runs alone, and is not overtaken', async () => {
	const world = openWorld();
	await world.enter('a', 0);
	await world.enter('b', 2);
	await world.enter('loser', 3);
	await world.enter('c', 0);
	await world.enter('d', 0);
	assert.deepEqual(world.log, ['a', 'b']);
	await world.leave();
	assert.deepEqual(world.log, ['a', 'b']);
	await world.leave();
	assert.deepEqual(world.log, ['a', 'b', 'loser']);
	await world.leave();
	assert.deepEqual(world.log, ['a', 'b', 'loser', 'c', 'd']);
});

test('two that keep losing take turns', async () => {
	const world = openWorld();
	await world.enter('first', 5);
	await world.enter('second', 5);
	assert.deepEqual(world.log, ['first']);
	await world.leave();
	assert.deepEqual(world.log, ['first', 'second']);
});

test('pauses grow with the losses, within a bound', () => {
	assert.deepEqual(
		[1, 2, 3, 10, 50].map((losses) => pauseMs(losses, 1)),
		[2, 4, 8, 500, 500],
	);
	assert.equal(pauseMs(10, 0), 0);
});

function openWorld() {
	const contention = new Contention();
	const log: string[] = [];
	const settle = () => new Promise(setImmediate);
	return {
		log,
		async enter(name: string, losses: number): Promise<void> {
			void contention.enter(losses).then(() => log.push(name));
			await settle();
		},
		async leave(): Promise<void> {
			contention.leave();
			await settle();
		},
	};
}
