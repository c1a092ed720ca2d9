import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from './progress.ts';

const parts = ['120/1000 runs', '3 min 5 s left', '0 findings', '12 a second', '310x real time'];

test('a progress line never wraps: what matters least gives way', () => {
	for (let columns = 10; columns < 140; columns++) {
		for (const share of [0, 0.12, 0.5, 0.999, 1]) {
			const { bar, text } = progressLine({ share, parts }, columns);
			assert.ok(bar.length + 1 + text.length < columns, `${columns} columns`);
		}
	}
	assert.equal(progressLine({ share: 0.12, parts }, 48).text, '120/1000 runs, 3 min 5 s left');
	assert.equal(progressLine({ share: 0.12, parts }, 140).text, parts.join(', '));
});

test('the bar grows by eighths of a cell, from empty to full', () => {
	const bars = Array.from({ length: 1_001 }, (_, index) => {
		return progressLine({ share: index / 1_000, parts: [] }, 40).bar;
	});
	assert.equal(bars[0], `▕${' '.repeat(8)}▏`);
	assert.equal(bars.at(-1), `▕${'█'.repeat(8)}▏`);
	assert.equal(new Set(bars).size, 8 * 8 + 1);
	assert.equal(new Set(bars.map(({ length }) => length)).size, 1);
});
