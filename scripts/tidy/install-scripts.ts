import type { Finding } from './finding.ts';
import type { LockedPackages } from './repository.ts';

/** By name, with the reason; each also stands under allowScripts in the root package.json. */
const MAY_RUN_SCRIPTS: ReadonlySet<string> = new Set();

const FILE = 'package-lock.json';

/** Nothing that we install runs a script of its own, and nothing is tied to one registry. */
export function checkLockfile(
	locked: LockedPackages,
	allowed: ReadonlySet<string> = MAY_RUN_SCRIPTS,
): Finding[] {
	return Object.entries(locked).flatMap(([path, { hasInstallScript, resolved }]) => {
		const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
		const findings: Finding[] = [];
		if (hasInstallScript && !allowed.has(name)) {
			const remedy = 'choose another package, or decide in scripts/tidy/install-scripts.ts';
			findings.push({ path: FILE, line: 1, problem: `${name} has an install script`, remedy });
		}
		if (resolved?.startsWith('http')) {
			const remedy = 'run npm install with the .npmrc of this repository';
			findings.push({ path: FILE, line: 1, problem: `${name} has a download address`, remedy });
		}
		return findings;
	});
}
