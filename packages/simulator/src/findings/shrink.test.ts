import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shrink } from './shrink.ts';

const upTo = (count: number): readonly number[] =>
	Array.from({ length: count }, (_, index) => index);

test('finds the few that matter among many', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 60 }),
			fc.uniqueArray(fc.nat({ max: 59 }), { maxLength: 4 }),
			async (count, wanted) => {
				const needed = wanted.filter((item) => item < count);
				const fails = async (subset: readonly number[]): Promise<boolean> =>
					needed.every((item) => subset.includes(item));
				const found = await shrink(upTo(count), fails, 10_000);
				assert.deepEqual(
					[...found].sort((left, right) => left - right),
					[...needed].sort((left, right) => left - right),
				);
			},
		),
		{ numRuns: 300 },
	);
});

test('asks no more often than it may, and what it returns fails', async () => {
	let asked = 0;
	const fails = async (subset: readonly number[]): Promise<boolean> => {
		asked++;
		return subset.includes(7) && subset.includes(90);
	};
	const found = await shrink(upTo(100), fails, 9);
	assert.equal(asked, 9);
	assert.ok(found.includes(7) && found.includes(90));
	assert.ok(found.length < 100);
});

test('needs nothing where nothing is needed', async () => {
	assert.deepEqual(await shrink(upTo(20), async () => true, 100), []);
});

test('asks about nothing twice', async () => {
	const asked: string[] = [];
	const fails = async (subset: readonly number[]): Promise<boolean> => {
		asked.push(subset.join());
		return [3, 17, 18, 31].every((item) => subset.includes(item));
	};
	assert.deepEqual(await shrink(upTo(40), fails, 10_000), [3, 17, 18, 31]);
	assert.equal(new Set(asked).size, asked.length);
});
