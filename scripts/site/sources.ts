import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { highlight } from './highlight.ts';
import { escapeHtml } from './html.ts';
import { sourceAddress } from './links.ts';
import { wayTo } from './pages.ts';

/** A longer file is shown up to here. */
const LINES = 2_000;
const BINARY = /\0/;

/** A file of the repository with numbered lines, each of which can be linked to: `#L12`. */
export function fileAsHtml(root: string, path: string): string {
	const text = readFileSync(join(root, path), 'utf8');
	if (BINARY.test(text)) return `<h1>${escapeHtml(path)}</h1><p>Not a text.</p>`;
	const all = text.replace(/\n$/, '').split('\n');
	const shown = all.slice(0, LINES).join('\n');
	const numbers = all
		.slice(0, LINES)
		.map((_, index) => `<a id="L${index + 1}" href="#L${index + 1}">${index + 1}</a>`);
	const rest = all.length > LINES ? `<p>${all.length - LINES} more lines.</p>` : '';
	return `<h1 class="path">${escapeHtml(path)}</h1>
<figure class="code numbered"><pre tabindex="0" role="group" aria-label="${escapeHtml(path)}"><span class="numbers">${numbers.join('\n')}</span><code>${highlight(shown, extname(path).slice(1))}</code></pre></figure>${rest}`;
}

/** What is in a folder; its files are shown too. */
export function folderAsHtml(root: string, path: string): { html: string; files: string[] } {
	const entries = readdirSync(join(root, path), { withFileTypes: true })
		.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules' && name !== 'dist')
		.sort((left, right) => (left.name < right.name ? -1 : 1));
	const files = entries.filter((entry) => entry.isFile()).map(({ name }) => `${path}/${name}`);
	const here = sourceAddress(path, 'folder');
	const items = entries.map((entry) => {
		if (!entry.isFile()) return `<li><code>${escapeHtml(entry.name)}/</code></li>`;
		const way = wayTo(here, sourceAddress(`${path}/${entry.name}`, 'file'));
		return `<li><a href="${way}"><code>${escapeHtml(entry.name)}</code></a></li>`;
	});
	return { html: `<h1 class="path">${escapeHtml(path)}/</h1><ul>${items.join('')}</ul>`, files };
}
