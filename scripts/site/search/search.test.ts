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
function find(typed: string, script: string = searchScript(ENTRIES)): string[] {
	const world: { flotillaSearchIndex?: string } = {};
	runInNewContext(script, { globalThis: world });
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

test('how a thing is used comes before its declaration', () => {
	const text = 'Runs an app.';
	const script = searchScript([
		{ page: 'flotilla/run', heading: 'run', address: 'reference/api/flotilla-run.html#run', text },
		{ page: 'Running', heading: 'Run it', address: 'reference/running.html#run-it', text },
	]);
	const found = find('run', script);
	assert.deepEqual(found, ['reference/running.html#run-it', 'reference/api/flotilla-run.html#run']);
});

test('all words must be there', () => {
	assert.deepEqual(find('delivery nested'), []);
	assert.deepEqual(find(' ?! '), []);
});
