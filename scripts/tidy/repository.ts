import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blank } from './blank.ts';

/** A file of TypeScript or JavaScript. Paths are relative to the root, with forward slashes. */
export interface SourceFile {
	readonly path: string;
	readonly text: string;
	/** The text with comments and the insides of strings blanked, offset for offset. */
	readonly code: string;
}

/** A document in Markdown. */
export interface Page {
	readonly path: string;
	readonly text: string;
}

const FENCE = /^(?<mark>`{3,})[\s\S]*?^\k<mark>\s*$/gm;

/** The text of a page without what is in fences, offset for offset. */
export function proseOf({ text }: Page): string {
	return text.replaceAll(FENCE, (fence) => fence.replaceAll(/[^\n]/g, ' '));
}

export interface Manifest {
	readonly name?: string;
	readonly version?: string;
	readonly description?: string;
	readonly keywords?: readonly string[];
	readonly license?: string;
	readonly engines?: Readonly<Record<string, string>>;
	readonly sideEffects?: boolean | readonly string[];
	readonly private?: boolean;
	readonly files?: readonly string[];
	readonly exports?: Readonly<Record<string, unknown>> | string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
	readonly peerDependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Workspace {
	/** Relative to the root: `packages/flotilla`. */
	readonly folder: string;
	readonly manifest: Manifest;
}

/** What the rules look at; the rules themselves read nothing. */
export interface Repository {
	/** Every path, of whatever kind. */
	readonly paths: readonly string[];
	readonly sources: readonly SourceFile[];
	readonly pages: readonly Page[];
	readonly root: Manifest;
	readonly workspaces: readonly Workspace[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);
const SOURCE = /\.(ts|tsx|mts|mjs|js|cjs)$/;

/** A test, or what tests of one folder share: `testing-NAME.ts` beside them. */
export const isTest = (path: string): boolean =>
	/\.test\.tsx?$|(?:^|\/)testing-[^/]+\.tsx?$/.test(path);

/** What scripts/pages.mjs bundles for browsers. */
export const isPage = (path: string): boolean => path.includes('/src/page/');

/** The name of the workspace that a path lies in, the deepest if several hold it. */
export function workspaceOf(path: string, workspaces: readonly Workspace[]): Workspace | undefined {
	return workspaces
		.filter(({ folder }) => path.startsWith(`${folder}/`))
		.sort((left, right) => right.folder.length - left.folder.length)[0];
}

export function source(path: string, text: string): SourceFile {
	return { path, text, code: blank(text) };
}

export function readRepository(folder: string): Repository {
	const paths = list(folder, '');
	const read = (path: string) => readFileSync(join(folder, path), 'utf8');
	const manifests = paths.filter((path) => path.endsWith('/package.json'));
	return {
		paths,
		sources: paths.filter((path) => SOURCE.test(path)).map((path) => source(path, read(path))),
		pages: paths.filter((path) => path.endsWith('.md')).map((path) => ({ path, text: read(path) })),
		root: JSON.parse(read('package.json')),
		workspaces: manifests.map((path) => ({
			folder: path.slice(0, -'/package.json'.length),
			manifest: JSON.parse(read(path)),
		})),
	};
}

/** Folders whose name starts with a dot hold data and tools, but for the one of CI. */
function list(root: string, prefix: string): string[] {
	const found: string[] = [];
	for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
		const path = prefix + entry.name;
		if (!entry.isDirectory()) found.push(path);
		else if (SKIPPED.has(entry.name)) continue;
		else if (!entry.name.startsWith('.') || entry.name === '.ci') {
			found.push(...list(root, `${path}/`));
		}
	}
	return found;
}

export interface LockedPackage {
	readonly version?: string;
	readonly dev?: boolean;
	readonly link?: boolean;
	readonly resolved?: string;
	readonly hasInstallScript?: boolean;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

export function readLockedPackages(folder: string): LockedPackages {
	return JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
}

/** The manifest of an installed package; undefined for one of another platform. */
export function readInstalled(folder: string, path: string): Manifest | undefined {
	const file = join(folder, path, 'package.json');
	return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
