import {
	copyFileSync,
	existsSync,
	globSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'vite';
import { entriesOf, type Parsed, parse, render } from './document.ts';
import { layOut } from './layout.ts';
import { sourceAddress, type Targets } from './links.ts';
import { type Group, navigationOf } from './navigation.ts';
import { DOCUMENTS, type Page, pageOf } from './pages.ts';
import { searchScript } from './search/search-index.ts';
import { fileAsHtml, folderAsHtml } from './sources.ts';

export interface Built {
	readonly pages: number;
	readonly sources: number;
	/** What is wrong in the documents, a sentence each; the site is there all the same. */
	readonly problems: readonly string[];
}

interface Site {
	readonly root: string;
	readonly out: string;
	readonly version: string;
	readonly groups: readonly Group[];
}

/** A file that is in every site. */
const SIGN = 'assets/search-index.js';

/** Writes the whole site of the repository in `root` into the folder `out`, which it empties first. */
export async function buildSite(root: string, out: string): Promise<Built> {
	const pages = globSync(DOCUMENTS, { cwd: root })
		.sort()
		.map((path) => pageOf(path, readFileSync(join(root, path), 'utf8')));
	const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const site: Site = { root, out, version, groups: navigationOf(pages) };
	const parsed = pages.map(parse);
	const targets = targetsOf(root, parsed);

	empty(out);
	const sources = new Set<string>();
	const problems: string[] = [];
	const inOrder = site.groups.flatMap((group) => group.pages);
	for (const document of parsed) {
		const rendered = render(document, targets);
		problems.push(...rendered.problems);
		for (const path of rendered.sources) sources.add(path);
		writePage(site, document, rendered.html, inOrder);
	}
	writeSources(site, sources, targets);
	write(out, SIGN, searchScript(parsed.flatMap(entriesOf)));
	copyPictures(root, out);
	await writeAssets(out);
	return { pages: pages.length, sources: sources.size, problems };
}

function targetsOf(root: string, parsed: readonly Parsed[]): Targets {
	return {
		pages: new Map(parsed.map(({ page }) => [page.path, page])),
		anchors: new Map(
			parsed.map(({ page, headings }) => [
				page.path,
				new Set(headings.map(({ anchor }) => anchor)),
			]),
		),
		kindOf: (path) => {
			if (path.startsWith('..')) return undefined;
			const found = statSync(join(root, path), { throwIfNoEntry: false });
			if (found === undefined) return undefined;
			return found.isDirectory() ? 'folder' : 'file';
		},
	};
}

function writePage(site: Site, { page, headings }: Parsed, html: string, order: readonly Page[]) {
	const at = order.indexOf(page);
	const group = site.groups.find(({ pages }) => pages.includes(page));
	const text = layOut(html, {
		address: page.address,
		title: page.title,
		kicker: group?.title ?? '',
		source: page.path,
		groups: site.groups,
		headings,
		version: site.version,
		previous: order[at - 1],
		next: order[at + 1],
	});
	write(site.out, page.address, text);
}

/** Of each file and folder that a document leads to, and of the files in such a folder. */
function writeSources(site: Site, sources: Set<string>, targets: Targets): void {
	for (const path of sources) {
		const kind = targets.kindOf(path);
		if (kind === undefined) continue;
		let html: string;
		if (kind === 'file') {
			html = fileAsHtml(site.root, path);
		} else {
			const folder = folderAsHtml(site.root, path);
			html = folder.html;
			// A set may grow while one goes through it; what is new is met, too.
			for (const file of folder.files) sources.add(file);
		}
		const address = sourceAddress(path, kind);
		const text = layOut(html, {
			address,
			title: path,
			kicker: 'Source',
			source: path,
			groups: site.groups,
			headings: [],
			version: site.version,
		});
		write(site.out, address, text);
	}
}

function copyPictures(root: string, out: string): void {
	for (const path of globSync('docs/pictures/*', { cwd: root })) {
		const target = join(out, path.replace(/^docs\//, ''));
		mkdirSync(dirname(target), { recursive: true });
		copyFileSync(join(root, path), target);
	}
}

async function writeAssets(out: string): Promise<void> {
	const asset = (name: string) => fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
	for (const name of ['site.css', 'flotilla.svg']) {
		write(out, `assets/${name}`, readFileSync(asset(name), 'utf8'));
	}
	write(out, 'assets/site.js', await browserScript());
}

/** A classic script: one that is a module is not loaded by a page that was opened as a file. */
async function browserScript(): Promise<string> {
	const entry = fileURLToPath(new URL('./browser/main.ts', import.meta.url));
	const result = await bundle({
		configFile: false,
		logLevel: 'warn',
		build: {
			write: false,
			target: 'es2022',
			lib: { entry, formats: ['iife'], name: 'flotillaSite', fileName: 'site' },
		},
	});
	const outputs = Array.isArray(result) ? result : [result];
	const chunks = outputs.flatMap((output) => ('output' in output ? output.output : []));
	const chunk = chunks.find((part) => part.type === 'chunk');
	if (chunk?.type !== 'chunk') throw new Error('the script of the site was not bundled');
	return chunk.code;
}

/** Only what we wrote: somebody may name a folder that holds something else. */
function empty(out: string): void {
	const isOurs = existsSync(join(out, SIGN)) || !existsSync(out) || readdirSync(out).length === 0;
	if (!isOurs) throw new Error(`${out} is neither empty nor a site: name another folder`);
	rmSync(out, { recursive: true, force: true });
}

function write(out: string, address: string, text: string): void {
	const path = join(out, address);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}
