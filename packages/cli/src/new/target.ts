import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UsageError } from '../usage-error.ts';
import { dependencyNames } from './manifest.ts';

/** Where a project is to be made, and what it is called. */
export interface Target {
	/** Absolute. */
	readonly folder: string;
	readonly name: string;
}

/** What `app()` takes, and npm too. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Somebody has run `git init` first. */
const MAY_BE_THERE = new Set(['.git']);

/**
 * Checks that a project can be made there. Changes nothing.
 *
 * @throws {UsageError} The folder has something in it, or a name that no app can have.
 */
export function findTarget(path: string): Target {
	if (path.trim() === '') throw new UsageError('Say where: flotilla new my-app.');
	const folder = resolve(path);
	const name = basename(folder);
	if (!NAME.test(name)) {
		const like = likelyName(name);
		throw new UsageError(
			`The folder's name becomes that of the app, and '${name}' cannot be one: 1 to 40 of a-z, 0-9 and -, ` +
				`starting with a letter.${like === undefined ? '' : ` Take ${like}, for example.`}`,
		);
	}
	// npm does not install a package into one of the same name.
	if (dependencyNames.includes(name)) {
		throw new UsageError(`An app cannot be called ${name}: it needs the package of that name.`);
	}
	const [first] = entriesOf(folder, path).filter((entry) => !MAY_BE_THERE.has(entry));
	if (first === undefined) return { folder, name };
	throw new UsageError(
		`${path} is not empty: there is ${first}. Nothing was written. Choose a folder that does not exist yet.`,
	);
}

function likelyName(name: string): string | undefined {
	const like = name
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.replaceAll(/^[^a-z]+|-+$/g, '')
		.slice(0, 40);
	return NAME.test(like) ? like : undefined;
}

function entriesOf(folder: string, path: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') return [];
		if (code === 'ENOTDIR') throw new UsageError(`${path} is a file. Choose another name.`);
		throw new UsageError(`${path} cannot be read: ${message}.`);
	}
}
