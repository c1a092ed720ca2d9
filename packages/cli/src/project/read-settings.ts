import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Command, Option } from 'commander';
import { type ConfigurationFile, configuration, configurationFile } from 'flotilla/run';
import type { Project } from './project.ts';
import { optionName, type Settings, settings, settingsSchema } from './settings.ts';

/** Settings as they were typed, by name; and `config`, the file. */
export type TypedSettings = Readonly<Record<string, string | undefined>>;

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

/** Adds an option for each setting that a command line can hold. */
export function addSettings(command: Command): Command {
	for (const [name, setting] of Object.entries(settings)) {
		const { placeholder, description, json, default: standard } = setting;
		if (placeholder === undefined) continue;
		const hint = standard === undefined ? '' : ` (standard: ${standard})`;
		const option = new Option(`--${optionName(name)} <${placeholder}>`, `${description}${hint}`);
		// The values are judged together with those of the file, so not by `choices`.
		if (Array.isArray(json?.enum)) option.argChoices = json.enum;
		command.addOption(option);
	}
	return command.option('--config <FILE>', 'the configuration, instead of flotilla.config.ts');
}

/** The settings that were typed, of all options of a command. */
export function typedSettings(options: Readonly<Record<string, unknown>>): TypedSettings {
	const names = ['config', ...Object.keys(settings)];
	return Object.fromEntries(
		names.flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])),
	);
}

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
