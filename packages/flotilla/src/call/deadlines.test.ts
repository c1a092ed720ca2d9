import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Deadlines, type Expiring } from './deadlines.ts';
import { ManualClock } from './testing-manual-clock.ts';

class Entry implements Expiring {
	slot = -1;
	after: Expiring | undefined = undefined;
	before: Expiring | undefined = undefined;
	readonly deadlineMs: number;
	readonly fired: { atMs: number; why: string }[] = [];
	removed = false;
	readonly #clock: ManualClock;
	readonly #then: () => void;

	constructor(clock: ManualClock, deadlineMs: number, then: () => void = () => {}) {
		this.#clock = clock;
		this.deadlineMs = deadlineMs;
		this.#then = then;
	}

	expire(why: string): void {
		this.fired.push({ atMs: this.#clock.monotonicMs(), why });
		this.#then();
	}
}

function world() {
	const clock = new ManualClock(1_000.25);
	const deadlines = new Deadlines(clock);
	const add = (inMs: number, then?: () => void): Entry => {
		const entry = new Entry(clock, clock.monotonicMs() + inMs, then);
		deadlines.add(entry);
		return entry;
	};
	return { clock, deadlines, add };
}

const step = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ add: fc.double({ min: 0.001, max: 50_000, noNaN: true }) }) },
	{
		weight: 1,
		arbitrary: fc.record({ add: fc.constantFrom(0.5, 16, 16_384, 3e6, 5e9, Infinity) }),
	},
	{ weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
	{ weight: 4, arbitrary: fc.record({ advance: fc.double({ min: 0, max: 400, noNaN: true }) }) },
	{ weight: 1, arbitrary: fc.record({ advance: fc.constantFrom(0, 16_000, 17_000, 70_000) }) },
);

test('deadlines fire once, never early, at most 16 ms late, and not when removed', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
			const { clock, deadlines, add } = world();
			const entries: Entry[] = [];
			for (const one of steps) {
				if ('add' in one) entries.push(add(one.add));
				else if ('advance' in one) clock.advance(one.advance);
				else if (entries.length > 0) {
					const entry = entries[one.remove % entries.length] as Entry;
					entry.removed ||= entry.fired.length === 0;
					deadlines.remove(entry);
				}
				const nowMs = clock.monotonicMs();
				for (const { deadlineMs, fired, removed } of entries) {
					if (removed) assert.equal(fired.length, 0);
					else if (deadlineMs + 16.001 < nowMs) assert.equal(fired.length, 1);
					assert.ok(fired.length <= 1);
					for (const { atMs } of fired) {
						assert.ok(
							atMs >= deadlineMs && atMs <= deadlineMs + 16.001,
							`${deadlineMs} at ${atMs}`,
						);
					}
				}
				const waits = entries.some(
					({ deadlineMs, fired, removed }) =>
						deadlineMs < Infinity && fired.length === 0 && !removed,
				);
				assert.equal(clock.keptAlive, waits);
				assert.ok(clock.timers <= 1);
			}
		}),
		{ numRuns: 400 },
	);
});

test('one that ends another of the same tick does not hold up the rest', () => {
	const { clock, deadlines, add } = world();
	const first = add(10);
	const second = add(10);
	const third = add(10, () => deadlines.remove(second));
	clock.advance(40);
	assert.deepEqual([first.fired.length, second.fired.length, third.fired.length], [1, 0, 1]);
});

test('one that adds a far deadline does not hold up a near one', () => {
	const { clock, add } = world();
	let far: Entry | undefined;
	add(10, () => {
		far = add(10_000);
	});
	const near = add(100);
	clock.advance(120);
	assert.equal(near.fired.length, 1);
	clock.advance(10_000);
	assert.equal(far?.fired.length, 1);
});

test('one that adds a deadline that is over already sees it fire soon', () => {
	const { clock, add } = world();
	let late: Entry | undefined;
	add(10, () => {
		late = add(-500);
	});
	clock.advance(60);
	assert.equal(late?.fired.length, 1);
});

test('the timer of an idle wheel is no reason to stay alive, and is used again', () => {
	const { clock, deadlines, add } = world();
	deadlines.remove(add(1_000));
	assert.deepEqual([clock.keptAlive, clock.timers], [false, 1]);
	const entry = add(2_000);
	assert.equal(clock.keptAlive, true);
	clock.advance(2_016);
	assert.equal(entry.fired.length, 1);
	assert.deepEqual([clock.keptAlive, clock.timers], [false, 0]);
});

test('closing ends all that is left, also what has no deadline, and the timer', () => {
	const { clock, deadlines, add } = world();
	const entries = [add(10), add(40_000), add(Infinity)];
	deadlines.close();
	assert.deepEqual(
		entries.map(({ fired }) => fired.map(({ why }) => why)),
		[['closing'], ['closing'], ['closing']],
	);
	assert.equal(clock.timers, 0);
	for (const entry of entries) deadlines.remove(entry);
	assert.equal(clock.timers, 0);
});
