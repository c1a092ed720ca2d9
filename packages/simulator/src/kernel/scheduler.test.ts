import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Chance } from './chance.ts';
import { type Owner, Scheduler } from './scheduler.ts';

function all(scheduler: Scheduler): void {
	for (let run = scheduler.next(); run !== undefined; run = scheduler.next()) run();
}

const seeded = (seed: number): Scheduler => {
	const stream = new Chance(seed).stream('order');
	return new Scheduler(() => stream.uint32());
};

test('things happen in the order of their times, whatever the order in which they were scheduled', () => {
	fc.assert(
		fc.property(fc.array(fc.nat({ max: 50 })), fc.nat(), (delays, seed) => {
			const scheduler = seeded(seed);
			const happened: number[] = [];
			for (const delay of delays) {
				scheduler.schedule(delay, undefined, () => {
					assert.equal(scheduler.nowMs, delay);
					happened.push(delay);
				});
			}
			all(scheduler);
			assert.deepEqual(
				happened,
				[...delays].sort((left, right) => left - right),
			);
		}),
	);
});

test('what happens at one time comes in an order that the seed decides', () => {
	const order = (seed: number): string => {
		const scheduler = seeded(seed);
		let text = '';
		for (const name of 'abcdef') scheduler.schedule(1, undefined, () => (text += name));
		all(scheduler);
		return text;
	};
	assert.equal(order(3), order(3));
	assert.ok(new Set(Array.from({ length: 50 }, (_, seed) => order(seed))).size > 30);
});

test('what was cancelled, or belongs to the dead, does not happen', () => {
	const scheduler = seeded(1);
	const happened: string[] = [];
	const owner = { alive: true, pausedUntilMs: 0 };
	scheduler.schedule(1, undefined, () => happened.push('cancelled')).cancel();
	scheduler.schedule(1, owner, () => happened.push('dead'));
	scheduler.schedule(2, undefined, () => happened.push('kept'));
	owner.alive = false;
	all(scheduler);
	assert.deepEqual(happened, ['kept']);
});

test('what an owner missed while it stood still comes afterwards, in the order in which it was due', () => {
	fc.assert(
		fc.property(fc.array(fc.nat({ max: 100 })), fc.nat(), (delays, seed) => {
			const scheduler = seeded(seed);
			const owner: Owner = { alive: true, pausedUntilMs: 60 };
			const happened: number[] = [];
			for (const delay of delays) {
				scheduler.schedule(delay, owner, () => {
					assert.equal(scheduler.nowMs, Math.max(60, delay));
					happened.push(delay);
				});
			}
			all(scheduler);
			assert.deepEqual(
				happened,
				[...delays].sort((left, right) => left - right),
			);
		}),
	);
});
