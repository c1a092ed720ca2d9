import { verifiable } from '@flotilla/checkers';
import type { Command } from 'commander';
import { errorTable } from 'flotilla';
import { bashScript } from './bash.ts';
import type { Shell } from './command.ts';
import { type CompletedCommand, completedCommands } from './completed-commands.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const scripts: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
	bash: bashScript,
	zsh: zshScript,
	fish: fishScript,
};

/** The script for a shell, made of the commands as they are. */
export async function completionScript(shell: Shell, program: Command): Promise<string> {
	const commands = completedCommands(program, {
		'explain CODE': Object.keys(errorTable),
		'verify --model': Object.keys(verifiable),
	});
	return scripts[shell](commands);
}
