import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** The machine in words, with how busy it was: figures from a busy one are good for ratios only. */
export function machineText(): string {
	const cores = cpus();
	const model = cores[0]?.model.trim() ?? 'unknown processor';
	const memoryGiB = Math.round(totalmem() / 2 ** 30);
	const load = loadavg()[0] ?? 0;
	const busy = load > cores.length / 2 ? ' (busy: only the ratios count)' : '';
	const system = `${platform()} ${release()} ${arch()}`;
	return `${cores.length} x ${model}, ${memoryGiB} GiB, ${system}, load ${load.toFixed(1)} at the start${busy}`;
}

/** What is installed, not what was asked for. */
export function installedVersions(packages: readonly string[]): Record<string, string> {
	const versions: Record<string, string> = { node: process.versions.node };
	for (const name of packages) {
		const path = findPackageJSON(name, import.meta.url);
		if (path === undefined) throw new Error(`The package ${name} is not installed.`);
		const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
		versions[name] = version;
	}
	return versions;
}
