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

test('products of a shelf share their colours, also of a shelf that is not known yet', () => {
	assert.equal(artOf('TEA-001').ground, artOf('TEA-009').ground);
	assert.equal(artOf('NEW-001').ground, artOf('NEW-002').ground);
	assert.notEqual(artOf('TEA-001').ground, artOf('COF-001').ground);
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
