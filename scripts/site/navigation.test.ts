import assert from 'node:assert/strict';
import { test } from 'node:test';
import { navigationOf } from './navigation.ts';
import { addressOf, pageOf, wayTo } from './pages.ts';

const page = (path: string, text = '') => pageOf(path, `# ${path}\n\n${text}`);

test('pages stand in their kind, in the order of the index, and those it does not name at the end', () => {
	const pages = [
		page('docs/reference/a.md'),
		page('docs/reference/b.md'),
		page('docs/reference/c.md'),
		page('docs/how-to/x.md'),
		page('docs/README.md', '[c](reference/c.md) [b](reference/b.md#part)'),
		page('examples/shop/README.md'),
		page('README.md', '[x](docs/how-to/x.md)'),
		page('STYLE.md'),
	];
	assert.deepEqual(
		navigationOf(pages).map(({ kind, pages: own }) => [kind, ...own.map(({ path }) => path)]),
		[
			['start', 'README.md', 'docs/README.md', 'examples/shop/README.md'],
			['how-to', 'docs/how-to/x.md'],
			['reference', 'docs/reference/c.md', 'docs/reference/b.md', 'docs/reference/a.md'],
			['project', 'STYLE.md'],
		],
	);
});

test('every document has an address of its own, and a way from every other', () => {
	assert.equal(addressOf('README.md'), 'index.html');
	assert.equal(addressOf('docs/README.md'), 'documentation.html');
	assert.equal(addressOf('ARCHITECTURE.md'), 'architecture.html');
	assert.equal(addressOf('docs/reference/edge.md'), 'reference/edge.html');
	assert.equal(addressOf('docs/decisions/README.md'), 'decisions/index.html');
	assert.equal(addressOf('examples/shop/README.md'), 'examples/shop/index.html');
	assert.equal(wayTo('reference/edge.html', 'index.html'), '../index.html');
	assert.equal(wayTo('index.html', 'reference/edge.html'), 'reference/edge.html');
});

test('a document without a title is refused', () => {
	assert.throws(() => pageOf('docs/how-to/x.md', 'text'), /docs\/how-to\/x\.md has no title/);
});
