import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collected, parseDuration, parseList, wholeNumber } from './arguments.ts';

test('durations have a unit, and become milliseconds', () => {
	assert.deepEqual(
		['500ms', '30s', '1.5m', '2h'].map(parseDuration),
		[500, 30_000, 90_000, 7_200_000],
	);
	for (const wrong of ['30', '', '-1s', '1 s', '1d', 'soon']) {
		assert.throws(() => parseDuration(wrong), /Write a duration such as 500ms/, wrong);
	}
});

test('whole numbers are in their range, lists have words', () => {
	assert.equal(wholeNumber(1, 9)('7'), 7);
	for (const wrong of ['0', '10', '1.5', '1e1', '', 'many']) {
		assert.throws(() => wholeNumber(1, 9)(wrong), /Write a whole number from 1 to 9/, wrong);
	}
	assert.deepEqual(parseList('a, b,,c'), ['a', 'b', 'c']);
	assert.throws(() => parseList(' , '), /Write names with commas/);
	assert.deepEqual(collected('order, pay', collected('cancel')), ['cancel', 'order, pay']);
});
