import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ConfigurationFile, configuration, configurationFile } from 'flotilla/run';
import type { Project } from './project.ts';
import { optionName, type Settings, settingsSchema } from './settings.ts';
import type { TypedSettings } from './settings-options.ts';

const VARIABLE_PREFIX = 'FLOTILLA_';

/** They begin like settings and are none: of `flotilla call`, and of this project's own tests. */
const OTHER_VARIABLES = [
	'FLOTILLA_URL',
	'FLOTILLA_TOKEN',
	'FLOTILLA_CHROMIUM',
	'FLOTILLA_ENGINES',
	'FLOTILLA_HISTORIES',
	'FLOTILLA_NODE_24',
	'FLOTILLA_POSTGRES_URL',
	'FLOTILLA_SEED',
];

/**
 * The settings of an app: of its configuration file, the environment and the command line. Paths in
 * the file become absolute.
 *
 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: all that is wrong, at once.
 */
export function readSettings(project: Project, typed: TypedSettings): Promise<Settings> {
	const usual = project.configFile ?? join(project.folder, 'flotilla.config.ts');
	const read = configurationFile(pathToFileURL(usual));
	return configuration({
		schema: settingsSchema,
		prefix: VARIABLE_PREFIX,
		environment: process.env,
		otherVariables: OTHER_VARIABLES,
		arguments: Object.entries(typed).map(([name, value]) => `--${optionName(name)}=${value}`),
		file: async (path) => {
			const file = await read(path);
			return file && { name: file.name, values: withAbsolutePaths(file) };
		},
	});
}

function withAbsolutePaths({ name, values }: ConfigurationFile): unknown {
	if (typeof values !== 'object' || values === null || Array.isArray(values)) return values;
	const folder = dirname(name);
	const absolute = (value: unknown): unknown =>
		typeof value === 'string' && value !== '' ? resolve(folder, value) : value;
	const given: Readonly<Record<string, unknown>> = { ...values };
	const { app, data, pages } = given;
	return {
		...given,
		...('app' in given && { app: absolute(app) }),
		...('data' in given && { data: absolute(data) }),
		...(Array.isArray(pages) && {
			pages: pages.map((one) =>
				typeof one === 'object' && one !== null ? { ...one, folder: absolute(one.folder) } : one,
			),
		}),
	};
}
