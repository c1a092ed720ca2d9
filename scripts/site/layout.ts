import type { Heading } from './document.ts';
import { breakable, escapeHtml } from './html.ts';
import type { Group } from './navigation.ts';
import { type Page, wayTo } from './pages.ts';

/** What stands around the text of a page. */
export interface Surroundings {
	/** In the site: `how-to/write-a-service.html`. */
	readonly address: string;
	readonly title: string;
	/** Above the title: what kind of page it is. */
	readonly kicker: string;
	/** Where the text is in the repository. */
	readonly source: string;
	readonly groups: readonly Group[];
	readonly headings: readonly Heading[];
	readonly version: string;
	readonly previous?: Page | undefined;
	readonly next?: Page | undefined;
}

/** Collapsed unless one is in them, so that the navigation shows the rest at a glance. */
const FOLDED = new Set(['decisions', 'project']);

/**
 * A whole page. It needs no script to be read, and nothing from outside of the site. Ids of its own
 * begin with a capital: no anchor of a heading does.
 */
export function layOut(body: string, around: Surroundings): string {
	const { address, title, kicker, source, version } = around;
	const to = (other: string): string => wayTo(address, other);
	const isHome = address === 'index.html';
	const contents = contentsOf(around.headings);
	return `<!doctype html>
<html lang="en" data-root="${escapeHtml(to('index.html').slice(0, -'index.html'.length))}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(isHome ? 'Flotilla' : `${title} – Flotilla`)}</title>
<link rel="icon" href="${to('assets/flotilla.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${to('assets/site.css')}">
<script src="${to('assets/site.js')}" defer></script>
</head>
<body>
<a class="skip" href="#Text">Skip to the text</a>
<header class="bar">
<button class="menu" type="button" popovertarget="Navigation" aria-label="Navigation"><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="M3 5.5h14M3 10h14M3 14.5h14"/></svg></button>
<a class="brand" href="${to('index.html')}"><img src="${to('assets/flotilla.svg')}" width="26" height="26" alt="">Flotilla</a>
<div class="search" id="Search" hidden></div>
<span class="version">${escapeHtml(version)}</span>
</header>
<div class="frame">
<nav class="site" id="Navigation" popover aria-label="Documentation">
${around.groups.map((group) => groupOf(group, around)).join('\n')}
</nav>
<main id="Text" tabindex="-1">
${contents === '' ? '' : `<details class="contents-above"><summary>On this page</summary><nav aria-label="On this page, above">${contents}</nav></details>`}
<article>
${isHome ? '' : `<p class="kicker">${escapeHtml(kicker)}</p>`}
${body}
</article>
${neighbours(around, to)}
<footer><span>This page: <code>${escapeHtml(source)}</code></span><span>Apache-2.0</span></footer>
</main>
<aside class="contents">${contents === '' ? '' : `<nav aria-label="On this page"><h2>On this page</h2>${contents}</nav>`}</aside>
</div>
</body>
</html>
`;
}

function groupOf({ kind, title, pages }: Group, { address }: Surroundings): string {
	const links = pages.map((page) => {
		const current = page.address === address ? ' aria-current="page"' : '';
		return `<li><a href="${wayTo(address, page.address)}"${current}>${escapeHtml(labelOf(page))}</a></li>`;
	});
	const list = `<ul>${links.join('')}</ul>`;
	const isOpen = !FOLDED.has(kind) || pages.some((page) => page.address === address);
	return `<details${isOpen ? ' open' : ''}><summary>${escapeHtml(title)}</summary>${list}</details>`;
}

function labelOf({ path, title }: Page): string {
	if (path === 'README.md') return 'Overview';
	return path === 'docs/README.md' ? 'All pages' : title;
}

function contentsOf(headings: readonly Heading[]): string {
	const own = headings.filter(({ level }) => level === 2 || level === 3);
	if (own.length < 2) return '';
	const links = own.map(
		({ level, anchor, text }) =>
			`<li class="level-${level}"><a href="#${anchor}">${breakable(text)}</a></li>`,
	);
	return `<ul>${links.join('')}</ul>`;
}

function neighbours({ previous, next }: Surroundings, to: (address: string) => string): string {
	const link = (page: Page | undefined, rel: string, word: string): string =>
		page === undefined
			? '<span></span>'
			: `<a class="${rel}" rel="${rel}" href="${to(page.address)}"><small>${word}</small>${escapeHtml(labelOf(page))}</a>`;
	if (previous === undefined && next === undefined) return '';
	return `<nav class="neighbours" aria-label="Previous and next page">${link(previous, 'prev', 'Previous')}${link(next, 'next', 'Next')}</nav>`;
}
