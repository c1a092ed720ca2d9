import { type Manifest, type Repository, source } from './repository.ts';

/** A small repository for the tests of the rules. */
export function sample(
	files: Readonly<Record<string, string>>,
	manifests: Readonly<Record<string, Manifest>> = {},
	root: Manifest = { version: '1.0.0' },
): Repository {
	return {
		paths: Object.keys(files),
		sources: Object.entries(files).map(([path, text]) => source(path, text)),
		pages: Object.entries(files)
			.filter(([path]) => path.endsWith('.md'))
			.map(([path, text]) => ({ path, text })),
		root,
		workspaces: Object.entries(manifests).map(([folder, manifest]) => ({ folder, manifest })),
	};
}
