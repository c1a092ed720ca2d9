import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kept, keptIn } from './kept.ts';

function storage(): Kept & { readonly items: Map<string, string> } {
	const items = new Map<string, string>();
	return {
		items,
		getItem: (key) => items.get(key) ?? null,
		setItem: (key, value) => void items.set(key, value),
		removeItem: (key) => void items.delete(key),
	};
}

test('what is kept is in the storage of the browser', () => {
	const browsers = storage();
	const kept = keptIn(() => browsers);
	kept.setItem('a', '1');
	assert.equal(browsers.items.get('a'), '1');
	browsers.items.set('a', 'of another tab');
	assert.equal(kept.getItem('a'), 'of another tab');
	kept.removeItem('a');
	assert.equal(kept.getItem('a'), null);
});

test('where the browser forbids its storage, or it is full, the page remembers for itself', () => {
	const forbidden = keptIn(() => {
		throw new Error('SecurityError');
	});
	const full = keptIn(() => ({
		...storage(),
		setItem: () => {
			throw new Error('QuotaExceededError');
		},
	}));
	for (const kept of [forbidden, full]) {
		assert.equal(kept.getItem('a'), null);
		kept.setItem('a', '1');
		kept.setItem('a', '2');
		assert.equal(kept.getItem('a'), '2');
		kept.removeItem('a');
		assert.equal(kept.getItem('a'), null);
	}
});
