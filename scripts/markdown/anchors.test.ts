import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchorsOf } from './anchors.ts';

test('an anchor keeps letters, digits, hyphens and underscores, and nothing else', () => {
	assert.deepEqual(
		anchorsOf([
			'The `flotilla` command: how?',
			'FLOTILLA_TX_NESTED',
			'sim --json',
			'1. The [shop](../shop.md) as it is',
			'Prüfung – ja',
		]),
		[
			'the-flotilla-command-how',
			'flotilla_tx_nested',
			'sim---json',
			'1-the-shop-as-it-is',
			'prüfung--ja',
		],
	);
});

test('equal headings are told apart by a number', () => {
	assert.deepEqual(anchorsOf(['Costs', 'Costs', 'costs', 'Costs 1']), [
		'costs',
		'costs-1',
		'costs-2',
		'costs-1-1',
	]);
});
