import { posix } from 'node:path';

/** The four kinds of documents (Diátaxis), and what stands beside them. */
export type Kind =
	| 'start'
	| 'tutorial'
	| 'how-to'
	| 'reference'
	| 'explanation'
	| 'decisions'
	| 'project';

/** A document of the repository that becomes a page of the site. */
export interface Page {
	/** In the repository: `docs/how-to/write-a-service.md`. */
	readonly path: string;
	/** In the site: `how-to/write-a-service.html`. */
	readonly address: string;
	readonly kind: Kind;
	readonly title: string;
	readonly text: string;
}

const FOLDERS = ['tutorial', 'how-to', 'reference', 'explanation', 'decisions'] as const;

/** Documents that begin the navigation, in this order. */
const START = ['README.md', 'docs/README.md'];

/** What the site is made from, as patterns below the root of the repository. */
export const DOCUMENTS = ['*.md', 'docs/**/*.md', 'examples/*/README.md'];

export function pageOf(path: string, text: string): Page {
	return { path, address: addressOf(path), kind: kindOf(path), title: titleOf(path, text), text };
}

/** Of a document in the site; a folder's README is its index. */
export function addressOf(path: string): string {
	if (path === 'docs/README.md') return 'documentation.html';
	const below = path.replace(/^docs\//, '').replace(/\.md$/, '');
	const name = posix.basename(below);
	const folder = posix.dirname(below);
	const isRoot = folder === '.';
	const file = name === 'README' ? 'index.html' : `${isRoot ? name.toLowerCase() : name}.html`;
	return isRoot ? file : `${folder}/${file}`;
}

function kindOf(path: string): Kind {
	const folder = FOLDERS.find((name) => path.startsWith(`docs/${name}/`));
	if (folder !== undefined) return folder;
	return START.includes(path) || path.startsWith('examples/') ? 'start' : 'project';
}

function titleOf(path: string, text: string): string {
	const [, title] = /^# +(.+)$/m.exec(text) ?? [];
	if (title === undefined) throw new Error(`${path} has no title: begin it with "# …"`);
	return title.replaceAll('`', '').trim();
}

/** The way to another file of the site, without a leading slash: it works below any folder. */
export function wayTo(from: string, to: string): string {
	return posix.relative(posix.dirname(from), to);
}
