import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A workspace that is published. */
export interface Package {
	/** `@flotilla/cli` */
	readonly name: string;
	/** Absolute. */
	readonly folder: string;
	/** The packages of this repository that have to be installed with it. */
	readonly needs: readonly string[];
	/** As `npm pack` calls it: `flotilla-cli-0.1.0.tgz`. */
	readonly tarball: string;
}

/** All that is published, by name. */
export function publishedPackages(root: string): Package[] {
	const manifests = globSync(['packages/*/package.json', 'packages/engines/*/package.json'], {
		cwd: root,
	});
	return manifests
		.sort()
		.map((path) => packageAt(join(root, path, '..')))
		.filter((one) => one !== undefined);
}

function packageAt(folder: string): Package | undefined {
	const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	if (manifest.private === true) return undefined;
	const { name, version, dependencies = {} } = manifest;
	return {
		name,
		folder,
		needs: Object.keys(dependencies).filter(isOurs),
		tarball: `${name.replace('@', '').replace('/', '-')}-${version}.tgz`,
	};
}

const isOurs = (name: string): boolean => name === 'flotilla' || name.startsWith('@flotilla/');

/** What the compiler makes of `src/a.ts`. */
const MADE = /^(?<source>.+?)(?:\.d)?\.[jt]s(?:\.map)?$/;

/** The compiler leaves behind what it made of sources that are gone; nobody shall get that. */
export function removeLeftovers({ folder }: Package): void {
	for (const path of globSync('dist/**/*.{js,ts,map}', { cwd: folder })) {
		const source = MADE.exec(path.slice('dist/'.length))?.groups?.source;
		// A bundle has no source of its own name, and its maker replaces it as a whole.
		if (source === undefined || path.startsWith('dist/page/')) continue;
		const isOfSource = ['ts', 'tsx'].some((end) =>
			existsSync(join(folder, 'src', `${source}.${end}`)),
		);
		if (!isOfSource) rmSync(join(folder, path));
	}
}

const LEFT_OUT = new Set(['node_modules', 'histories']);

/** Over everything that may be in the tarball, and a little more. */
export function digestOf({ folder }: Package): string {
	const digest = createHash('sha256');
	const options = { cwd: folder, withFileTypes: true } as const;
	const files = globSync('**', { ...options, exclude: (entry) => LEFT_OUT.has(entry.name) })
		.filter((entry) => entry.isFile() && !entry.name.endsWith('.tsbuildinfo'))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
	for (const path of files) {
		const content = readFileSync(path);
		digest.update(`${path.slice(folder.length)}\0${content.byteLength}\0`).update(content);
	}
	return digest.update(basename(folder)).digest('hex');
}
