import MarkdownIt, { type Env, type Token } from 'markdown-it';
import { anchorsOf } from '../markdown/anchors.ts';
import { drawSequence } from './diagram/drawing.ts';
import { parseSequence } from './diagram/sequence.ts';
import { highlight } from './highlight.ts';
import { breakable, escapeHtml } from './html.ts';
import { resolveLink, resolvePicture, type Targets } from './links.ts';
import type { Page } from './pages.ts';
import type { Entry } from './search/terms.ts';

export interface Heading {
	readonly level: number;
	readonly anchor: string;
	/** As text, without marks. */
	readonly text: string;
}

/** A page whose Markdown has been read, and not yet been written as HTML. */
export interface Parsed {
	readonly page: Page;
	readonly tokens: readonly Token[];
	readonly headings: readonly Heading[];
}

export interface Rendered {
	readonly html: string;
	/** Files and folders of the repository that the page leads to. */
	readonly sources: readonly string[];
	/** A sentence each, with page and line. */
	readonly problems: readonly string[];
}

/** What the rules of one page share. */
interface Environment extends Env {
	readonly targets: Targets;
	readonly page: Page;
	readonly sources: string[];
	readonly problems: string[];
	diagrams: number;
}

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });

// A table's cell has no other way to break its line.
markdown.inline.ruler.before('text', 'line break', (state, isSilent) => {
	if (!state.src.startsWith('<br>', state.pos)) return false;
	if (!isSilent) state.push('hardbreak', 'br', 0);
	state.pos += '<br>'.length;
	return true;
});

const rules = markdown.renderer.rules;
rules.heading_close = (tokens, index) => {
	const opening = tokens[index - 2];
	const anchor = opening?.attrGet('id');
	const { tag = 'h2' } = opening ?? {};
	if (tag === 'h1' || anchor === null || anchor === undefined) return `</${tag}>\n`;
	const text = escapeHtml(plain(tokens[index - 1]));
	return ` <a class="anchor" href="#${anchor}" aria-label="Link to: ${text}">#</a></${tag}>\n`;
};
rules.code_inline = (tokens, index) => `<code>${breakable(tokens[index]?.content ?? '')}</code>`;
rules.table_open = () =>
	'<div class="table" role="group" aria-label="Table" tabindex="0"><table>\n';
rules.table_close = () => '</table></div>\n';
rules.fence = (tokens, index, _options, given) => {
	const env = given as Environment;
	const token = tokens[index];
	const [language = '', ...words] = (token?.info ?? '').split(/\s+/);
	const code = token?.content ?? '';
	if (language === 'mermaid') return figure(token, env);
	const file = words.find((word) => word.startsWith('file='))?.slice('file='.length);
	const caption = file === undefined ? '' : `<figcaption>${escapeHtml(file)}</figcaption>`;
	const label = escapeHtml(file ?? (language === '' ? 'Code' : `Code, ${language}`));
	return `<figure class="code" data-language="${escapeHtml(language)}">${caption}<pre tabindex="0" role="group" aria-label="${label}"><code>${highlight(code, language)}</code></pre></figure>\n`;
};

function figure(token: Token | undefined, env: Environment): string {
	try {
		const drawing = drawSequence(parseSequence(token?.content ?? ''), `Diagram-${++env.diagrams}`);
		return `<figure class="diagram" tabindex="0" role="group" aria-label="Diagram">${drawing}</figure>\n`;
	} catch (error) {
		env.problems.push(
			`${placeOf(env.page, token)}: ${error instanceof Error ? error.message : error}`,
		);
		return '';
	}
}

const placeOf = (page: Page, token: Token | undefined): string =>
	`${page.path}:${(token?.map?.[0] ?? 0) + 1}`;

export function parse(page: Page): Parsed {
	const tokens = markdown.parse(page.text, {});
	const opened = tokens.flatMap((token, index) =>
		token.type === 'heading_open' ? [{ token, inline: tokens[index + 1] }] : [],
	);
	const anchors = anchorsOf(opened.map(({ inline }) => inline?.content ?? ''));
	const headings = opened.map(({ token, inline }, index) => {
		const anchor = anchors[index] ?? '';
		token.attrSet('id', anchor);
		return { level: Number(token.tag.slice(1)), anchor, text: plain(inline) };
	});
	return { page, tokens, headings };
}

export function render({ page, tokens }: Parsed, targets: Targets): Rendered {
	const env: Environment = { targets, page, sources: [], problems: [], diagrams: 0 };
	let line = 1;
	for (const block of tokens) {
		if (block.map) line = block.map[0] + 1;
		for (const token of block.children ?? []) direct(token, line, env);
	}
	const html = markdown.renderer.render([...tokens], markdown.options, env);
	return { html, sources: env.sources, problems: env.problems };
}

/** Writes into a link or a picture where it leads within the site. */
function direct(token: Token, line: number, env: Environment): void {
	const { page, targets, sources, problems } = env;
	if (token.type === 'link_open') {
		const target = String(token.attrGet('href'));
		const link = resolveLink(page, target, targets);
		if (link.kind === 'nowhere') {
			problems.push(`${page.path}:${line}: the link ${target} leads nowhere`);
			return;
		}
		token.attrSet('href', link.href);
		if (link.kind === 'source') sources.push(link.path);
		if (link.kind === 'outside') token.attrSet('rel', 'noreferrer');
	}
	if (token.type === 'image') {
		const target = String(token.attrGet('src'));
		const address = resolvePicture(page, target, targets);
		if (address === undefined) {
			problems.push(`${page.path}:${line}: there is no picture ${target} in docs/pictures`);
			return;
		}
		token.attrSet('src', address);
		token.attrSet('loading', 'lazy');
	}
}

/** What can be searched, in parts: one for each heading. */
export function entriesOf({ page, tokens, headings }: Parsed): Omit<Entry, 'id'>[] {
	const parts: { heading: string; anchor: string; texts: string[] }[] = [];
	let count = 0;
	let isHeading = false;
	for (const token of tokens) {
		if (token.type === 'heading_open') {
			const { text = '', anchor = '', level = 1 } = headings[count++] ?? {};
			parts.push({
				heading: level === 1 ? '' : text,
				anchor: level === 1 ? '' : anchor,
				texts: [],
			});
			isHeading = true;
		} else if (token.type === 'heading_close') {
			isHeading = false;
		} else if (!isHeading) {
			if (token.type === 'inline') parts.at(-1)?.texts.push(plain(token));
			if (token.type === 'fence' && token.info !== 'mermaid')
				parts.at(-1)?.texts.push(token.content);
		}
	}
	return parts.map(({ heading, anchor, texts }) => ({
		page: page.title,
		heading,
		address: anchor === '' ? page.address : `${page.address}#${anchor}`,
		text: texts.join(' ').replaceAll(/\s+/g, ' ').trim(),
	}));
}

/** The text of a line without its marks. */
function plain(token: Token | null | undefined): string {
	return (token?.children ?? [])
		.map((child) => {
			if (child.type === 'softbreak' || child.type === 'hardbreak') return ' ';
			return child.content;
		})
		.join('');
}
