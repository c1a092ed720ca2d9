import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';

/** Where an app lives. */
export interface Project {
	/** The folder that its data is kept in: that of its configuration, else of its package. */
	readonly folder: string;
	/** The configuration file; absent: there is none. */
	readonly configFile: string | undefined;
	/** The module that was asked for, whatever the configuration says. */
	readonly module: string | undefined;
	/** The module that is taken when the configuration names none. */
	readonly usualModule: string | undefined;
}

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];
const CONFIG_FILES = EXTENSIONS.map((extension) => `flotilla.config${extension}`);
const MODULES = ['app', 'src/app'].flatMap((name) =>
	EXTENSIONS.map((extension) => `${name}${extension}`),
);

/**
 * Finds the app that somebody means.
 *
 * @param path A module, a configuration file, or a folder. Absent: the current folder, or that of the
 *   package which the current folder is in.
 * @throws {UsageError} There is none; the message says what was looked for.
 */
export function findProject(path: string | undefined, folder: string = process.cwd()): Project {
	const whole = resolve(folder, path ?? '.');
	if (!existsSync(whole)) throw new UsageError(`There is no file or folder ${path}.`);
	if (!statSync(whole).isDirectory()) return projectOfFile(whole);
	const found = projectOfFolder(whole);
	if (found !== undefined) return found;
	const above = path === undefined ? packageFolderOf(whole) : undefined;
	const foundAbove = above === undefined ? undefined : projectOfFolder(above);
	if (foundAbove !== undefined) return foundAbove;
	throw new UsageError(
		`There is no flotilla.config.ts, app.ts or src/app.ts in ${shownPath(whole)}. ` +
			'Name the module that exports your app by default, such as src/orders.ts.',
	);
}

/**
 * The module of a project.
 *
 * @param configured What the configuration names.
 * @throws {UsageError} Nothing names one.
 */
export function moduleOf(project: Project, configured: string | undefined): string {
	const module = project.module ?? configured ?? project.usualModule;
	if (module !== undefined) return module;
	const place = shownPath(project.configFile ?? project.folder);
	throw new UsageError(`${place} names no app: write app: './src/app.ts' into it.`);
}

/**
 * The same for a command that may name its configuration.
 *
 * @param config The file that is named; absent: the usual one.
 */
export function projectOf(path: string | undefined, config: string | undefined): Project {
	if (path !== undefined || config === undefined) return findProject(path);
	const file = resolve(config);
	if (!existsSync(file)) throw new UsageError(`There is no configuration ${config}.`);
	const folder = dirname(file);
	return { folder, configFile: file, module: undefined, usualModule: firstOf(folder, MODULES) };
}

function projectOfFile(file: string): Project {
	if (CONFIG_FILES.includes(basename(file))) {
		const folder = dirname(file);
		return {
			folder,
			configFile: file,
			module: undefined,
			usualModule: firstOf(folder, MODULES),
		};
	}
	const folder = homeOf(dirname(file));
	const configFile = firstOf(folder, CONFIG_FILES);
	return { folder, configFile, module: file, usualModule: undefined };
}

function projectOfFolder(folder: string): Project | undefined {
	const configFile = firstOf(folder, CONFIG_FILES);
	const usualModule = firstOf(folder, MODULES);
	if (configFile === undefined && usualModule === undefined) return undefined;
	return { folder, configFile, module: undefined, usualModule };
}

/** The nearest folder with a configuration or a package; that of the module when there is none. */
function homeOf(folder: string): string {
	const isHome = (one: string): boolean =>
		firstOf(one, [...CONFIG_FILES, 'package.json']) !== undefined;
	return upwards(folder).find(isHome) ?? folder;
}

function packageFolderOf(folder: string): string | undefined {
	return upwards(folder).find((one) => existsSync(join(one, 'package.json')));
}

/** The folder and all above it, the nearest first. */
export function upwards(folder: string): readonly string[] {
	const parent = dirname(folder);
	return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

function firstOf(folder: string, names: readonly string[]): string | undefined {
	const name = names.find((one) => existsSync(join(folder, one)));
	return name === undefined ? undefined : join(folder, name);
}
