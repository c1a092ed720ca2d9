import type { Finding } from './finding.ts';
import type { Repository, Workspace } from './repository.ts';

const TESTS_LEFT_OUT = ['!dist/**/*.test.*', '!dist/**/testing-*'];

/** Every package can be published as it stands, and all have one version. */
export function checkManifests({ root, workspaces }: Repository): Finding[] {
	return workspaces.flatMap((workspace) => {
		const { folder, manifest } = workspace;
		const missing = folder.startsWith('packages/') ? missingIn(workspace) : [];
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

function missingIn({ manifest }: Workspace): string[] {
	const missing: string[] = [];
	if (!manifest.exports) missing.push('exports');
	if (manifest.license !== 'Apache-2.0') missing.push('license Apache-2.0');
	if (!manifest.files?.includes('dist')) missing.push('dist in files');
	else {
		const absent = TESTS_LEFT_OUT.filter((pattern) => !manifest.files?.includes(pattern));
		missing.push(...absent.map((pattern) => `${pattern} in files`));
	}
	return missing;
}
