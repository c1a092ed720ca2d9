import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The template is a project that runs as it stands, under this name. */
const TEMPLATE_NAME = 'my-app';

/** npm keeps some names from being published, so they lose their dot on the way. */
const DOTLESS = new Set(['gitignore', 'dockerignore']);

const folder = fileURLToPath(new URL('../../templates/app', import.meta.url));

/**
 * The files of a new project, by their path in it.
 *
 * @param hasVendor Whether its packages lie beside it, for its image to bring along.
 */
export function projectFiles(name: string, hasVendor: boolean): ReadonlyMap<string, string> {
	const files = new Map<string, string>();
	for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const source = join(entry.parentPath, entry.name);
		const path = join(relative(folder, entry.parentPath), dotted(entry.name));
		const lines = readFileSync(source, 'utf8').replaceAll(TEMPLATE_NAME, name).split('\n');
		files.set(path, lines.filter((line) => hasVendor || !/\bvendor\b/.test(line)).join('\n'));
	}
	return files;
}

function dotted(name: string): string {
	return DOTLESS.has(name) ? `.${name}` : name;
}
