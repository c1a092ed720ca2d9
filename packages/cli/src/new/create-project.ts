import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';
import { hasModernNode, npmInstall } from './machine.ts';
import { manifestText } from './manifest.ts';
import { type PlatformPackages, platformPackages } from './platform-packages.ts';
import type { NewProject } from './project.ts';
import { findTarget, type Target } from './target.ts';
import { projectFiles } from './template.ts';

/**
 * Makes a project. Everything that can be wrong is found before anything is written.
 *
 * @throws {UsageError} There cannot be a project of that name, or in that folder; or `npm install`
 *   has failed, in a project that is complete otherwise.
 */
export async function createProject(
	path: string,
	options: { readonly install: boolean },
): Promise<NewProject> {
	const target = findTarget(path);
	const packages = platformPackages();
	const files = writeProject(target, packages, path);
	if (options.install) await install(target.folder);
	return {
		...target,
		files,
		packages: packages.tarballs.length > 0 ? 'vendor' : 'registry',
		isInstalled: options.install,
	};
}

async function install(folder: string): Promise<void> {
	console.error('Installing what it needs (npm install) ...');
	if (await npmInstall(folder)) return;
	throw new UsageError(
		`npm install has failed in ${shownPath(folder)}; what it said stands above. ` +
			'The project is written: run npm install there again.',
	);
}

/** @returns What was written, by its path in the project. */
function writeProject(
	{ folder, name }: Target,
	{ wanted: platform, tarballs }: PlatformPackages,
	path: string,
): readonly string[] {
	const manifest = manifestText({ name, platform, bringsNode: !hasModernNode() });
	const texts = new Map([['package.json', manifest], ...projectFiles(name, tarballs.length > 0)]);
	const copies = tarballs.map((from) => [from, join('vendor', basename(from))] as const);
	try {
		for (const [file, text] of texts) {
			mkdirSync(dirname(join(folder, file)), { recursive: true });
			writeFileSync(join(folder, file), text, { flag: 'wx' });
		}
		for (const [from, to] of copies) {
			mkdirSync(dirname(join(folder, to)), { recursive: true });
			copyFileSync(from, join(folder, to));
		}
	} catch (error) {
		throw new UsageError(
			`${path} cannot be written: ${(error as Error).message}. What is there of it is not whole; remove it.`,
		);
	}
	return [...texts.keys(), ...copies.map(([, to]) => to)].sort();
}
