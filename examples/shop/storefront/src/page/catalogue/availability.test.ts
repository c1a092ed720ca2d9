import assert from 'node:assert/strict';
import { test } from 'node:test';
import { availabilityOf } from './availability.ts';

test('pieces are counted when there are few, and only then', () => {
	const shown = [-1, 0, 1, 10, 11, 5_000].map((available) => availabilityOf(available).text);
	assert.deepEqual(shown, [
		'Sold out',
		'Sold out',
		'Only 1 left',
		'Only 10 left',
		'In stock',
		'In stock',
	]);
});
