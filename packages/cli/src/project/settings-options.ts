import { type Command, Option } from 'commander';
import { optionName, settings } from './settings.ts';

/** Settings as they were typed, by name; and `config`, the file. */
export type TypedSettings = Readonly<Record<string, string | undefined>>;

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

/** The configuration file that is named, on the command line or by a variable. */
export function configNamed(typed: TypedSettings): string | undefined {
	return typed.config ?? process.env.FLOTILLA_CONFIG;
}

/** The settings that were typed, of all options of a command. */
export function typedSettings(options: Readonly<Record<string, unknown>>): TypedSettings {
	const names = ['config', ...Object.keys(settings)];
	return Object.fromEntries(
		names.flatMap((name) => (typeof options[name] === 'string' ? [[name, options[name]]] : [])),
	);
}
