import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chance, hashOf } from './chance.ts';

test('a stream depends on the seed and its name alone', () => {
	const take = (seed: number, name: string): readonly number[] => {
		const stream = new Chance(seed).stream(name);
		return Array.from({ length: 8 }, () => stream.uint32());
	};
	assert.deepEqual(take(1, 'a'), take(1, 'a'));
	assert.notDeepEqual(take(1, 'a'), take(2, 'a'));
	assert.notDeepEqual(take(1, 'a'), take(1, 'b'));
	assert.notDeepEqual(take(1, 'a'), take(1 + 2 ** 32, 'a'), 'seeds beyond 32 bits count');
	const both = new Chance(1);
	const [left, right] = [both.stream('a'), both.stream('b')];
	const mixed = Array.from({ length: 8 }, () => [left.uint32(), right.uint32()] as const);
	assert.deepEqual(
		mixed.map(([number]) => number),
		take(1, 'a'),
	);
});

test('draws are spread evenly, over seeds and over counts', () => {
	const buckets = (draw: (index: number) => number): number => {
		const counts = new Array<number>(16).fill(0);
		for (let index = 0; index < 16_000; index++) {
			const bucket = Math.floor(draw(index) * 16);
			counts[bucket] = (counts[bucket] ?? 0) + 1;
		}
		// Chi squared with 15 degrees of freedom: above 45 once in ten thousand.
		return counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
	};
	const scope = hashOf('link');
	assert.ok(buckets((index) => new Chance(7).draw(scope, index)) < 45);
	assert.ok(buckets((index) => new Chance(index).draw(scope, 0)) < 45);
	assert.ok(buckets((index) => new Chance(7).draw(hashOf(`link ${index}`), 0)) < 45);
	const stream = new Chance(7).stream('x');
	assert.ok(buckets(() => stream.next()) < 45);
});
