import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FailedTry, mayTryAgain, waitCeilingMs } from './retry.ts';

const first: FailedTry = {
	code: 'FLOTILLA_UNAVAILABLE',
	tries: 1,
	triesMax: 3,
	remainingMs: 100,
	waitMs: 10,
	isAnswered: false,
	isFromBelow: false,
};

test('tries again what no instance has answered, as long as somebody waits', () => {
	const table: readonly (readonly [Partial<FailedTry>, boolean])[] = [
		[{}, true],
		[{ code: 'FLOTILLA_CONNECTION_LOST' }, true],
		[{ code: 'FLOTILLA_OVERLOADED' }, false],
		[{ code: 'FLOTILLA_HANDLER_FAILED' }, false],
		[{ code: 'FLOTILLA_DEADLINE_EXCEEDED' }, false],
		[{ tries: 2 }, true],
		[{ tries: 3 }, false],
		[{ remainingMs: 10 }, false],
		[{ remainingMs: Number.POSITIVE_INFINITY }, true],
		[{ isAnswered: true }, false],
		[{ isFromBelow: true }, false],
	];
	for (const [change, expected] of table) {
		assert.equal(mayTryAgain({ ...first, ...change }), expected, JSON.stringify(change));
	}
});

test('waits double up to their limit', () => {
	const waits = [1, 2, 3, 4, 5, 6, 100].map((tries) => waitCeilingMs(tries, 10, 250));
	assert.deepEqual(waits, [10, 20, 40, 80, 160, 250, 250]);
});
