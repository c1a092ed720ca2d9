import type { Command } from 'commander';

/** What may stand at a place: words that are known, a file, a folder, or anything. */
export type Completed =
	| { readonly kind: 'words'; readonly words: readonly string[] }
	| { readonly kind: 'file' | 'folder' | 'anything' };

export interface CompletedOption {
	/** `--port`, perhaps also `-h`. */
	readonly names: readonly string[];
	readonly description: string;
	/** `undefined`: it takes no value. */
	readonly value: Completed | undefined;
}

/** A command as a shell completes it. */
export interface CompletedCommand {
	/** `contract export`; empty for `flotilla` itself. */
	readonly path: string;
	/** What may follow: name and description. */
	readonly commands: readonly { readonly name: string; readonly description: string }[];
	readonly options: readonly CompletedOption[];
	readonly arguments: readonly { readonly name: string; readonly value: Completed }[];
}

/** A placeholder says what is wanted: it is the same word in all commands. */
const kindOf: Readonly<Record<string, 'file' | 'folder'>> = {
	APP: 'file',
	DIR: 'folder',
	FILE: 'file',
	OUT: 'file',
	PATH: 'file',
};

/**
 * All commands, the program itself first, each before those below it.
 *
 * @param words Those that commander does not know, for `explain CODE` or `verify --model`.
 */
export function completedCommands(
	command: Command,
	words: Readonly<Record<string, readonly string[]>>,
	path = '',
): readonly CompletedCommand[] {
	const below = command.commands;
	const completed = (
		name: string,
		placeholder: string,
		choices: readonly string[] | undefined,
	): Completed => {
		const known = choices ?? words[`${path} ${name}`];
		if (known !== undefined) return { kind: 'words', words: known };
		return { kind: kindOf[placeholder] ?? 'anything' };
	};
	const options = command
		.createHelp()
		.visibleOptions(command)
		.map((option) => ({
			names: [option.short, option.long].filter((name) => typeof name === 'string'),
			description: option.description,
			value:
				option.required || option.optional
					? completed(option.long ?? '', placeholderIn(option.flags), option.argChoices)
					: undefined,
		}));
	const own: CompletedCommand = {
		path,
		commands: below.map((one) => ({ name: one.name(), description: one.description() })),
		options,
		arguments: command.registeredArguments.map((one) => ({
			name: one.name(),
			value: completed(one.name(), one.name(), one.argChoices),
		})),
	};
	return [
		own,
		...below.flatMap((one) => completedCommands(one, words, `${path} ${one.name()}`.trim())),
	];
}

/** `PORT` of `--port <PORT>`. */
function placeholderIn(flags: string): string {
	return /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? '';
}
