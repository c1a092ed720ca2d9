import assert from 'node:assert/strict';
import { test } from 'node:test';
import { euros, type Product } from '@shop/contracts';
import { FlotillaError } from 'flotilla';
import { Listing, type ProductPage, type Wanted } from './listing.ts';

const product = (sku: string): Product => ({ sku, name: sku, price: euros(100), available: 1 });
const page = (skus: string[], nextCursor?: string): ProductPage => ({
	items: skus.map(product),
	...(nextCursor !== undefined && { nextCursor }),
});
const all = { query: '', category: '' };
const tea = { query: 'tea', category: '' };

/** A shop whose answers come when the test says so. */
function listing() {
	const asked: {
		wanted: Wanted & { readonly cursor?: string };
		signal: AbortSignal;
		answer: PromiseWithResolvers<ProductPage>;
	}[] = [];
	const made = new Listing((wanted, signal) => {
		const answer = Promise.withResolvers<ProductPage>();
		asked.push({ wanted, signal, answer });
		return answer.promise;
	});
	const skus = (): string[] => made.found.value.items.map(({ sku }) => sku);
	return { made, asked, skus };
}

test('pages are read one behind the other, by the cursor of the page before', async () => {
	const { made, asked, skus } = listing();
	const first = made.show(all);
	asked[0]?.answer.resolve(page(['A', 'B'], 'c1'));
	await first;
	assert.equal(made.found.value.hasMore, true);
	const second = made.more();
	void made.more();
	assert.equal(asked.length, 2, 'one page at a time');
	assert.deepEqual(asked[1]?.wanted, { ...all, cursor: 'c1' });
	asked[1]?.answer.resolve(page(['C']));
	await second;
	assert.deepEqual(skus(), ['A', 'B', 'C']);
	assert.equal(made.found.value.hasMore, false);
	await made.more();
	assert.equal(asked.length, 2);
});

test('a new search gives up the one before, and a late answer changes nothing', async () => {
	const { made, asked, skus } = listing();
	const first = made.show({ query: 'te', category: '' });
	const second = made.show(tea);
	assert.equal(asked[0]?.signal.aborted, true);
	asked[1]?.answer.resolve(page(['TEA']));
	await second;
	asked[0]?.answer.resolve(page(['TENT']));
	await first;
	assert.deepEqual(skus(), ['TEA']);
	assert.deepEqual(made.found.value.by, tea);
});

test('what was found stays until there is something else, and is not asked for twice', async () => {
	const { made, asked, skus } = listing();
	const first = made.show(all);
	asked[0]?.answer.resolve(page(['A']));
	await first;
	void made.show(tea);
	assert.deepEqual(skus(), ['A']);
	assert.equal(made.isLoading.value, true);
	asked[1]?.answer.resolve(page([]));
	await new Promise(setImmediate);
	assert.deepEqual(skus(), []);
	await made.show({ ...tea });
	assert.equal(asked.length, 2);
});

test('a failure is told, and another try asks for the same page', async () => {
	const { made, asked, skus } = listing();
	const gone = new FlotillaError('FLOTILLA_CONNECTION_LOST', 'Gone.');
	const first = made.show(all);
	asked[0]?.answer.reject(gone);
	await first;
	assert.equal(made.failure.value?.kind, 'away');
	const again = made.retry();
	asked[1]?.answer.resolve(page(['A'], 'c1'));
	await again;
	assert.equal(made.failure.value, undefined);

	const more = made.more();
	asked[2]?.answer.reject(gone);
	await more;
	assert.deepEqual(skus(), ['A']);
	const moreAgain = made.retry();
	assert.deepEqual(asked[3]?.wanted, { ...all, cursor: 'c1' });
	asked[3]?.answer.resolve(page(['B']));
	await moreAgain;
	assert.deepEqual(skus(), ['A', 'B']);
	await made.retry();
	assert.equal(asked.length, 4, 'nothing has failed');
});
