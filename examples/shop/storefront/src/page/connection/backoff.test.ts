import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from './backoff.ts';

test('waits grow twofold up to 15 seconds, and half of each is chance', () => {
	const longest = [1, 2, 3, 4, 5, 6, 100].map((failures) => backoffMs(failures, 1));
	assert.deepEqual(longest, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
	const shortest = [1, 2, 3, 4, 5, 6, 100].map((failures) => backoffMs(failures, 0));
	assert.deepEqual(
		shortest,
		longest.map((ms) => ms / 2),
	);
});
