import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf, parse, render } from './document.ts';
import type { Targets } from './links.ts';
import { type Page, pageOf } from './pages.ts';

/** What the pages become, in a repository that has these files beside them. */
function rendered(texts: Readonly<Record<string, string>>, files: readonly string[] = []) {
	const parsed = Object.entries(texts).map(([path, text]) => parse(pageOf(path, text)));
	const targets: Targets = {
		pages: new Map(parsed.map(({ page }): [string, Page] => [page.path, page])),
		anchors: new Map(
			parsed.map(({ page, headings }) => [
				page.path,
				new Set(headings.map(({ anchor }) => anchor)),
			]),
		),
		kindOf: (path) => {
			if (files.includes(path)) return 'file';
			return files.some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`))
				? 'folder'
				: undefined;
		},
	};
	return parsed.map((document) => render(document, targets));
}

test('links between documents lead to their pages, and those to files to their sources', () => {
	const [first] = rendered(
		{
			'docs/how-to/a.md':
				'# A\n\n[b](../reference/b.md#two-words) [here](#a) [file](../../src/x.ts) [folder](../../src/) [out](https://example.org)',
			'docs/reference/b.md': '# B\n\n## Two words',
		},
		['src/x.ts'],
	);
	const { html = '', sources, problems } = first ?? {};
	for (const href of [
		'href="../reference/b.html#two-words"',
		'href="#a"',
		'href="../source/src/x.ts.html"',
		'href="../source/src/index.html"',
		'href="https://example.org"',
	]) {
		assert.ok(html.includes(href), `${href} in ${html}`);
	}
	assert.deepEqual(sources, ['src/x.ts', 'src']);
	assert.deepEqual(problems, []);
});

test('a link, a heading or a picture that is not there is a problem with page and line', () => {
	const [first] = rendered({
		'docs/how-to/a.md': '# A\n\n[gone](gone.md)\n\n[no](#no) ![p](../pictures/p.svg)',
	});
	assert.deepEqual(first?.problems, [
		'docs/how-to/a.md:3: the link gone.md leads nowhere',
		'docs/how-to/a.md:5: the link #no leads nowhere',
		'docs/how-to/a.md:5: there is no picture ../pictures/p.svg in docs/pictures',
	]);
});

test('markup in a document is text, but for the break in a cell', () => {
	const [first] = rendered({
		'a.md': '# A\n\nPromise<string> <script>\n\n| a |\n|---|\n| b<br>c |',
	});
	assert.ok(first?.html.includes('Promise&lt;string&gt; &lt;script&gt;'));
	assert.ok(first?.html.includes('<td>b<br>\nc</td>') || first?.html.includes('<td>b<br>c</td>'));
});

test('code is coloured when it is built, and says which file it is', () => {
	const [first] = rendered({
		'a.md': '# A\n\n```ts file=app.ts\nconst a = 1;\n```\n\n```strange\n<b>\n```',
	});
	assert.ok(first?.html.includes('<figcaption>app.ts</figcaption>'));
	assert.ok(first?.html.includes('<span class="hljs-keyword">const</span>'));
	assert.ok(first?.html.includes('&lt;b&gt;'));
});

test('a diagram that cannot be drawn is a problem with page and line', () => {
	const [first] = rendered({ 'a.md': '# A\n\n```mermaid\npie\n```' });
	assert.deepEqual(first?.problems, ['a.md:3: a diagram that begins with "pie"']);
});

test('what can be searched is in parts, one for each heading', () => {
	const text = '# The `a`\n\nAbove *all*.\n\n## Two words\n\nBelow\n\n```ts\ncode();\n```';
	assert.deepEqual(entriesOf(parse(pageOf('docs/how-to/a.md', text))), [
		{ page: 'The a', heading: '', address: 'how-to/a.html', text: 'Above all.' },
		{
			page: 'The a',
			heading: 'Two words',
			address: 'how-to/a.html#two-words',
			text: 'Below code();',
		},
	]);
});
