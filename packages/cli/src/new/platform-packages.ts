import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../usage-error.ts';
import { installedTarballs } from './installed-tarballs.ts';
import { PLATFORM } from './manifest.ts';

/** What a project gets the packages of the platform from. */
export interface PlatformPackages {
	/** By name: a version of the registry, or a `file:` that is relative to the project. */
	readonly wanted: Readonly<Record<string, string>>;
	/** Tarballs that are to be copied into the project's `vendor`: absolute paths. */
	readonly tarballs: readonly string[];
}

/** What `npm run pack` says about a tarball. */
interface Packed {
	readonly file: string;
	readonly needs: readonly string[];
}

/**
 * Finds the packages. In a checkout of the repository they are packed, since no registry has them as
 * they are there; an installed command takes what it was installed from itself.
 *
 * @throws {UsageError} They cannot be packed.
 */
export function platformPackages(): PlatformPackages {
	const root = fileURLToPath(new URL('../../../../', import.meta.url));
	const packer = join(root, 'scripts/pack.ts');
	return existsSync(packer) ? packedIn(root, packer) : ofThisVersion();
}

/** From where this command was installed itself: a registry, or tarballs that no registry has. */
function ofThisVersion(): PlatformPackages {
	const tarballs = installedTarballs(PLATFORM, new URL('../../../../', import.meta.url));
	if (tarballs !== undefined) {
		const wanted = [...tarballs].map(([name, path]) => [name, `file:vendor/${basename(path)}`]);
		return { wanted: Object.fromEntries(wanted), tarballs: [...tarballs.values()] };
	}
	const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
	const { version } = JSON.parse(manifest) as { readonly version: string };
	return { wanted: Object.fromEntries(PLATFORM.map((name) => [name, version])), tarballs: [] };
}

function packedIn(root: string, packer: string): PlatformPackages {
	console.error('Packing the packages of this checkout (npm run pack) ...');
	const { status, stdout, stderr } = spawnSync(process.execPath, [packer], {
		cwd: root,
		encoding: 'utf8',
	});
	if (status !== 0) {
		throw new UsageError(
			`The packages of this checkout cannot be packed, so nothing was written:\n\n${stdout}${stderr}`,
		);
	}
	const folder = join(root, '.flotilla/packages');
	const index: Readonly<Record<string, Packed>> = JSON.parse(
		readFileSync(join(folder, 'index.json'), 'utf8'),
	);
	const names = [...withNeeds(PLATFORM, index)].sort();
	const fileOf = (name: string): string => index[name]?.file ?? '';
	return {
		wanted: Object.fromEntries(names.map((name) => [name, `file:vendor/${fileOf(name)}`])),
		tarballs: names.map((name) => join(folder, fileOf(name))),
	};
}

/** What these need has to be named too: no registry is asked for what the project has itself. */
function withNeeds(
	names: readonly string[],
	index: Readonly<Record<string, Packed>>,
	found: Set<string> = new Set(),
): Set<string> {
	for (const name of names.filter((one) => !found.has(one))) {
		found.add(name);
		withNeeds(index[name]?.needs ?? [], index, found);
	}
	return found;
}
