import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sku } from '@shop/contracts';
import { catalogue } from './catalogue.ts';
import { descriptions } from './descriptions.ts';

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

test('every product has one sentence of its own about it', () => {
	const shelves = Map.groupBy(catalogue, ({ sku }) => sku.slice(0, 3));
	assert.deepEqual(Object.keys(descriptions), [...shelves.keys()]);
	for (const [shelf, items] of shelves) {
		const sentences = descriptions[shelf] ?? [];
		assert.equal(sentences.length, items.length, shelf);
		for (const sentence of sentences) assert.match(sentence, /^[A-Z0-9].{10,110}\.$/);
	}
});
