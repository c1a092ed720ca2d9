import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import MiniSearch from 'minisearch';
import { searchScript } from './search-index.ts';
import { type Entry, INDEX, SEARCH } from './terms.ts';

const ENTRIES: readonly Omit<Entry, 'id'>[] = [
	{ page: 'Errors', heading: 'FLOTILLA_TX_NESTED', address: 'e.html#n', text: 'A transaction.' },
	{ page: 'Clients', heading: '', address: 'c.html', text: 'Give it an idempotencyKey </script>.' },
	{ page: 'Events', heading: 'Delivery', address: 'v.html#d', text: 'w '.repeat(200) },
];

/** As a browser does it. */
function find(typed: string): string[] {
	const world: { flotillaSearchIndex?: string } = {};
	runInNewContext(searchScript(ENTRIES), { globalThis: world });
	const index = MiniSearch.loadJSON<Entry>(world.flotillaSearchIndex ?? '', INDEX);
	return index.search(typed, SEARCH).map(({ address }) => address);
}

test('a name is found whole, by its parts, by its beginning, and with a slip', () => {
	assert.deepEqual(find('FLOTILLA_TX_NESTED'), ['e.html#n']);
	assert.deepEqual(find('nested'), ['e.html#n']);
	assert.deepEqual(find('idempotencyKey'), ['c.html']);
	assert.deepEqual(find('key'), ['c.html']);
	assert.deepEqual(find('deliv'), ['v.html#d']);
	assert.deepEqual(find('transacton'), ['e.html#n']);
});

test('all words must be there', () => {
	assert.deepEqual(find('delivery nested'), []);
	assert.deepEqual(find(' ?! '), []);
});
