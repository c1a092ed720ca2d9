import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ART_HEIGHT, ART_WIDTH, artOf } from './art.ts';

const skus = ['COF', 'TEA', 'KIT', 'BAK', 'TAB', 'BED', 'BAT', 'LIG', 'FUR', 'STA']
	.concat(['GAM', 'TOY', 'AUD', 'POW', 'CYC', 'OUT', 'GAR', 'TOO', 'CLO', 'PET', 'NEW'])
	.flatMap((shelf) => Array.from({ length: 11 }, (_, index) => `${shelf}-${index + 1}`));

test('a sku always gives the same picture, and each sku one of its own', () => {
	const pictures = new Set(skus.map((sku) => JSON.stringify(artOf(sku))));
	assert.equal(pictures.size, skus.length);
	for (const sku of skus) assert.deepEqual(artOf(sku), artOf(sku));
});

test('products of a shelf have colours near each other, also of a shelf not known yet', () => {
	const hue = (sku: string): number => Number(artOf(sku).ground.split(' ')[2]?.slice(0, -1));
	for (const shelf of ['TEA', 'NEW']) {
		const hues = Array.from({ length: 11 }, (_, index) => hue(`${shelf}-${index}`));
		assert.ok(Math.max(...hues) - Math.min(...hues) <= 56, `${hues}`);
		assert.ok(new Set(hues).size > 3, `${hues}`);
	}
});

test('every picture has a large piece, and begins every path within its frame', () => {
	for (const sku of skus) {
		const { pieces } = artOf(sku);
		assert.ok(pieces.length >= 2 && pieces.length < 25, sku);
		for (const { path } of pieces) {
			assert.doesNotMatch(path, /NaN|undefined/);
			for (const [, x, y] of path.matchAll(/M(\d+(?:\.\d+)?) (\d+(?:\.\d+)?)/g)) {
				assert.ok(Number(x) <= ART_WIDTH && Number(y) <= ART_HEIGHT, `${sku}: ${path}`);
			}
		}
	}
});
