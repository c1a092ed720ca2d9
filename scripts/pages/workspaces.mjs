import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All workspaces of the repository by name: their folders and manifests. */
function workspacesOf(root) {
	const read = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const folders = read(root)
		.workspaces.flatMap((pattern) => globSync(pattern, { cwd: root }))
		.filter((folder) => existsSync(join(root, folder, 'package.json')))
		.map((folder) => join(root, folder));
	return new Map(
		folders.map((folder) => {
			const manifest = read(folder);
			return [manifest.name, { folder, manifest }];
		}),
	);
}

/** Those that the page of a workspace may import, directly or not, and itself. */
function reachedFrom(name, workspaces) {
	const reached = new Set();
	const reach = (other, fields) => {
		const workspace = workspaces.get(other);
		if (workspace === undefined || reached.has(other)) return;
		reached.add(other);
		const needs = fields.flatMap((field) => Object.keys(workspace.manifest[field] ?? {}));
		for (const need of needs) reach(need, ['dependencies', 'peerDependencies']);
	};
	// What a page is bundled with stands in its own devDependencies, not in those of others.
	reach(name, ['dependencies', 'peerDependencies', 'devDependencies']);
	return reached;
}

/**
 * The pages of the repository.
 *
 * name: of its workspace; folder: of its workspace; source: where its index.html is; output: where
 * the bundle goes; sources: the folders of the workspaces that it may import from.
 */
export function pagesOf(root) {
	const workspaces = workspacesOf(root);
	return [...workspaces]
		.map(([name, { folder }]) => ({
			name,
			folder,
			source: join(folder, 'src', 'page'),
			output: join(folder, 'dist', 'page'),
			sources: [...reachedFrom(name, workspaces)].map((other) => workspaces.get(other).folder),
		}))
		.filter(({ source }) => existsSync(join(source, 'index.html')));
}
