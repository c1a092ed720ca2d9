import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A way into a package: `flotilla/run`. */
export interface Entry {
	readonly name: string;
	readonly packageName: string;
	/** What the package says of itself. */
	readonly description: string;
	/** Its declarations, as the compiler writes them. */
	readonly declarations: string;
}

/** Packages that nobody installs for what they export. */
const WITHOUT_INTERFACE = new Set(['@flotilla/api-page']);

/**
 * Compiles the declarations of all published packages, and says where those of their entries are.
 *
 * @param folder An empty one inside of the repository, so that packages are found from there.
 */
export function compileEntries(root: string, folder: string): Entry[] {
	const entries = globSync('packages/{*,engines/*}/package.json', { cwd: root })
		.sort()
		.flatMap((path) => entriesOf(root, path));
	const out = (path: string): string => join(relative(folder, root), path);
	const config = {
		extends: out('tsconfig.base.json'),
		compilerOptions: {
			...{ composite: false, declaration: true, emitDeclarationOnly: true },
			...{ declarationMap: false, sourceMap: false, types: ['node'] },
			...{ rootDir: relative(folder, root), outDir: '.' },
		},
		// All of them by name: what is only reached through node_modules counts as somebody else's, and
		// which way the compiler comes first is a matter of chance.
		files: [...new Set(entries.map(({ folder: own }) => own))].flatMap((own) =>
			globSync(`${own}/src/**/*.ts`, { cwd: root, exclude: isTest }).map(out),
		),
	};
	writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
	const { status, stdout, error } = spawnSync(
		join(root, 'node_modules/.bin/tsc'),
		['-p', folder, '--pretty', 'false'],
		{ encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(`the declarations do not compile:\n${stdout}${error ?? ''}`);
	return entries.map(({ name, packageName, description, source }) => ({
		name,
		packageName,
		description,
		declarations: join(folder, source.replace(/\.ts$/, '.d.ts')),
	}));
}

const isTest = (path: string): boolean => /\.test\.ts$|(?:^|\/)testing-[^/]+\.ts$/.test(path);

interface Offered {
	readonly name: string;
	readonly packageName: string;
	readonly description: string;
	/** Of the package, relative to the root. */
	readonly folder: string;
	/** Of the entry, relative to the root. */
	readonly source: string;
}

function entriesOf(root: string, manifest: string): Offered[] {
	const {
		name,
		description,
		exports,
		private: isPrivate,
	} = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
	if (isPrivate || WITHOUT_INTERFACE.has(name) || typeof exports !== 'object') return [];
	return Object.entries(exports).flatMap(([path, conditions]) => {
		const source = (conditions as { readonly 'flotilla-src'?: string })['flotilla-src'];
		if (source === undefined || !source.endsWith('.ts')) return [];
		const folder = manifest.slice(0, -'/package.json'.length);
		const offered = { packageName: name, description, folder, source: join(folder, source) };
		return [{ name: join(name, path), ...offered }];
	});
}
