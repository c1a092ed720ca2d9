// The whole site, as `npm run docs` builds it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
	existsSync,
	globSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { after, before, describe, test } from 'node:test';

const FEWEST_PAGES = 30;

const build = (target: string) =>
	spawnSync(
		process.execPath,
		['--conditions=flotilla-src', join(import.meta.dirname, 'site.ts'), '--out', target],
		{ encoding: 'utf8' },
	);

const attributes = (html: string, pattern: RegExp): string[] =>
	[...html.matchAll(pattern)].map(([, value = '']) => value.replaceAll('&amp;', '&'));

const isOutside = (href: string): boolean => /^[a-z]+:/.test(href);

/** In the site, as seen from a page; the anchor beside it. */
function target(from: string, href: string): [path: string, anchor: string | undefined] {
	const [way = '', anchor] = href.split('#');
	return [way === '' ? from : posix.join(posix.dirname(from), way), anchor];
}

describe('the site as it is built', () => {
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-site-'));
	const out = join(folder, 'site');
	const pages = new Map<string, string>();

	before(() => {
		const { status, stdout, stderr } = build(out);
		assert.equal(status, 0, `${stdout}${stderr}`);
		for (const path of globSync('**/*.html', { cwd: out })) {
			pages.set(path, readFileSync(join(out, path), 'utf8'));
		}
		assert.ok(pages.size > FEWEST_PAGES, `${pages.size} pages`);
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	test('every link, script, style and picture of the site is there, and every anchor', () => {
		const gone: string[] = [];
		for (const [path, html] of pages) {
			const ids = attributes(html, / id="([^"]*)"/g);
			assert.deepEqual(
				ids.filter((id, at) => ids.indexOf(id) !== at),
				[],
				`${path} has an id twice`,
			);
			for (const href of attributes(html, / (?:href|src)="([^"]*)"/g)) {
				if (isOutside(href)) continue;
				const [file, anchor] = target(path, href);
				const isThere =
					existsSync(join(out, file)) &&
					(anchor === undefined || pages.get(file)?.includes(` id="${anchor}"`));
				if (!isThere) gone.push(`${path}: ${href}`);
			}
		}
		assert.deepEqual(gone, []);
	});

	test('the navigation of every page leads to every document', () => {
		const documents = [...pages.keys()].filter((path) => !path.startsWith('source/')).sort();
		for (const [path, html] of pages) {
			const [, navigation = ''] = /<nav class="site"[^>]*>(.*?)<\/nav>/s.exec(html) ?? [];
			const led = attributes(navigation, / href="([^"]*)"/g).map((href) => target(path, href)[0]);
			assert.deepEqual(led.sort(), documents, path);
		}
	});

	test('nothing is fetched from elsewhere, and no page needs a script to be read', () => {
		for (const [path, html] of pages) {
			const fetched = attributes(
				html,
				/<(?:script|link|img|iframe)\b[^>]* (?:src|href)="([^"]*)"/g,
			);
			assert.deepEqual(fetched.filter(isOutside), [], path);
			assert.ok(/<h1[ >]/.test(html), `${path} has no title`);
			const isSource = path.startsWith('source/');
			assert.ok(isSource || !html.includes('```'), `${path} shows a fence as text`);
		}
		const style = readFileSync(join(out, 'assets/site.css'), 'utf8');
		assert.ok(!/@import|url\(/.test(style));
	});

	test('a folder that holds something else is left as it is', () => {
		const mine = join(folder, 'mine');
		mkdirSync(mine);
		writeFileSync(join(mine, 'letter.txt'), 'dear');
		const { status, stderr } = build(mine);
		assert.notEqual(status, 0);
		assert.match(stderr, /neither empty nor a site/);
		assert.equal(readFileSync(join(mine, 'letter.txt'), 'utf8'), 'dear');
	});
});
