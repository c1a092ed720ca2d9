import assert from 'node:assert/strict';
import { test } from 'node:test';
import { euros } from '@shop/contracts';
import { counted, money } from './numbers.ts';

test('amounts are shown to the cent, whatever their size', () => {
	for (const [amountMinor, digits] of [
		[1, '001'],
		[1890, '1890'],
		[100_000, '100000'],
		[1_234_567_890_123, '1234567890123'],
	] as const) {
		const shown = money(euros(amountMinor));
		assert.match(shown, /€|EUR/);
		assert.equal(shown.replaceAll(/\D/g, ''), digits, shown);
	}
});

test('one is one, and none are many', () => {
	const shown = [0, 1, 2].map((number) => counted(number, 'piece', 'pieces'));
	assert.deepEqual(shown, ['0 pieces', '1 piece', '2 pieces']);
});
