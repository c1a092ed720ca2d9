import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What npm notes beside the packages that it has installed. */
interface Installed {
	readonly packages?: Readonly<
		Record<
			string,
			{
				readonly resolved?: string;
				readonly dependencies?: Readonly<Record<string, string>>;
			}
		>
	>;
}

/**
 * The tarballs that some packages, and what these need of the same kind, were installed from, by name;
 * `undefined` when one of them came from a registry.
 *
 * @param modules The `node_modules` that they are in.
 */
export function installedTarballs(
	names: readonly string[],
	modules: URL,
): ReadonlyMap<string, string> | undefined {
	const { packages = {} } = read(new URL('.package-lock.json', modules));
	const found = new Map<string, string>();
	const add = (name: string): boolean => {
		if (found.has(name)) return true;
		const { resolved, dependencies = {} } = packages[`node_modules/${name}`] ?? {};
		if (!resolved?.startsWith('file:') || !resolved.endsWith('.tgz')) return false;
		found.set(name, fileURLToPath(new URL(resolved.slice('file:'.length), new URL('..', modules))));
		return Object.keys(dependencies)
			.filter((one) => one === 'flotilla' || one.startsWith('@flotilla/'))
			.every(add);
	};
	return names.every(add) ? found : undefined;
}

function read(lock: URL): Installed {
	try {
		return JSON.parse(readFileSync(lock, 'utf8'));
	} catch {
		return {};
	}
}
