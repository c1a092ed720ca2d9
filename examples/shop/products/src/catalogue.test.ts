import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sku } from '@shop/contracts';
import { catalogue } from './catalogue.ts';

test('the catalogue has at least 200 products, each under a sku and a name of its own', () => {
	assert.ok(catalogue.length >= 200);
	assert.equal(new Set(catalogue.map(({ sku }) => sku)).size, catalogue.length);
	assert.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length);
	for (const { sku } of catalogue) Sku.parse(sku);
});

test('the catalogue has products to see a decline and an empty shelf with', () => {
	assert.ok(catalogue.some(({ priceMinor, onHand }) => priceMinor > 100_000 && onHand >= 10));
	assert.ok(catalogue.some(({ priceMinor, onHand }) => priceMinor <= 20_000 && onHand <= 3));
});
