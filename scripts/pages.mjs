// Brings the browser pages of all workspaces up to date: bundles each `src/page/index.html` into
// `dist/page/`, which the gateway serves. Silent when nothing is to do.
//
//   npm run pages                                builds what is stale
//   npm run pages -- storefront                  only the pages whose folder holds this word
//   npm run pages -- --watch storefront          a development server that reloads as you type
//   npm run pages -- --watch storefront --target http://127.0.0.1:9000     beside a shop elsewhere
//
// A workspace gets a page like this (packages/api-page is the shortest example):
//
//   src/page/index.html      its entry. Scripts and styles by relative path, none in attributes (the
//                            gateway's Content-Security-Policy refuses it), nothing from elsewhere
//   src/page/**/*.tsx, *.ts  Preact and signals, bundled: `preact` and `@preact/signals` stand in
//                            devDependencies. Workspaces are imported by name, as anywhere
//   src/page/**/*.test.ts    of what needs no browser: Node runs them, so they import no `.tsx`.
//                            What needs one is tested by *.engine.test.ts in tests/browser
//   src/index.ts             the Node side: `export const folder: URL = new URL('../dist/page/',
//                            import.meta.url)`, true both from src and from dist
//   package.json             "files" without hidden ones: "!dist/**/.*"
//   tsconfig.json            the Node side, "include": ["src/*.ts"]
//   tsconfig.page.json       the page, with the DOM and without Node. Both are references of the
//                            root's tsconfig.json, as is tsconfig.page-test.json for the tests
//
// and is served by `gateway(fleet, { pages: [{ at: '/', folder }] })`.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPage } from './pages/build.mjs';
import { fingerprint, isFresh } from './pages/freshness.mjs';
import { pagesOf } from './pages/workspaces.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		watch: { type: 'boolean', default: false },
		target: { type: 'string', default: 'http://127.0.0.1:8080' },
	},
});

function chosen() {
	const pages = pagesOf(root);
	const wanted = (page) => positionals.some((word) => relative(root, page.folder).includes(word));
	const found = positionals.length === 0 ? pages : pages.filter(wanted);
	if (found.length > 0) return found;
	const known = pages.map((page) => page.name).join(', ');
	throw new Error(`no page is called ${positionals.join(', ')}; there are: ${known || 'none'}`);
}

async function update(page) {
	const wanted = fingerprint(root, page);
	if (isFresh(page, wanted)) return;
	const startedMs = performance.now();
	await buildPage(root, page, wanted);
	console.error(`pages: built ${page.name} in ${Math.round(performance.now() - startedMs)} ms`);
}

try {
	const pages = chosen();
	if (values.watch) {
		if (pages.length !== 1) throw new Error('name one page to watch, as in --watch storefront');
		const { watchPage } = await import('./pages/watch.mjs');
		await watchPage(root, pages[0], values.target);
	} else {
		for (const page of pages) await update(page);
	}
} catch (error) {
	console.error(`\npages: ${error.message}\n`);
	process.exitCode = 1;
}
