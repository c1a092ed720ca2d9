import type { Finding } from './finding.ts';
import type { Manifest, Repository, Workspace } from './repository.ts';

/**
 * What is published. Sources go along, without tests: maps lead to them, so that "go to definition"
 * and the stack of an error end in the TypeScript that somebody wrote.
 */
const FILES = [
	'dist',
	'src',
	'!**/*.tsbuildinfo',
	'!dist/**/*.test.*',
	'!dist/**/testing-*',
	'!src/**/*.test.*',
	'!src/**/testing-*',
];

/** For this repository alone: runs the sources. First, since conditions are tried in their order. */
const CONDITIONS = ['flotilla-src', 'types', 'default'];

const ENGINES = '>=24';

/** Every package can be published as it stands, and all have one version. */
export function checkManifests({ root, workspaces, paths }: Repository): Finding[] {
	const known = new Set(paths);
	return workspaces.flatMap((workspace) => {
		const { folder, manifest } = workspace;
		const missing = folder.startsWith('packages/') ? missingIn(workspace, known) : [];
		if (manifest.version !== root.version) {
			missing.push(`version ${root.version}, that of the root; it has ${manifest.version}`);
		}
		return missing.map((what) => ({
			path: `${folder}/package.json`,
			line: 1,
			problem: `lacks ${what}`,
			remedy: 'add it',
		}));
	});
}

function missingIn({ folder, manifest }: Workspace, paths: ReadonlySet<string>): string[] {
	const missing = missingExports(manifest);
	if (manifest.license !== 'Apache-2.0') missing.push('license Apache-2.0');
	if (!manifest.description) missing.push('description');
	if (!manifest.keywords?.length) missing.push('keywords');
	if (manifest.engines?.node !== ENGINES) missing.push(`engines.node ${ENGINES}`);
	if (manifest.sideEffects === undefined) missing.push('sideEffects, which bundlers read');
	const absent = FILES.filter((pattern) => !manifest.files?.includes(pattern));
	missing.push(...absent.map((pattern) => `${pattern} in files`));
	const beside = ['README.md', 'LICENSE'].filter((name) => !paths.has(`${folder}/${name}`));
	missing.push(...beside.map((name) => `a ${name} beside it`));
	return missing;
}

function missingExports({ exports }: Manifest): string[] {
	if (exports === undefined || typeof exports === 'string') return ['exports by entry'];
	return Object.entries(exports).flatMap(([entry, target]) => {
		const conditions = typeof target === 'object' && target !== null ? Object.keys(target) : [];
		const isComplete = conditions.join() === CONDITIONS.join();
		return isComplete ? [] : [`${CONDITIONS.join(', ')} in this order in exports['${entry}']`];
	});
}
