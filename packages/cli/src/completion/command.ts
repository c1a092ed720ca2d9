import { Argument, type Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** `flotilla completion`: lets a shell complete what is typed. */
export function addCompletion(program: Command): void {
	program
		.command('completion')
		.description('Prints a script by which a shell completes commands, options and names')
		.addArgument(new Argument('<SHELL>', 'which shell').choices(SHELLS))
		.addHelpText('after', EXAMPLES)
		.action(async (shell: Shell) => {
			const { completionScript } = await import('./script.ts');
			process.stdout.write(await completionScript(shell, program));
		});
}

const EXAMPLES = `
Examples:
  source <(flotilla completion bash)                                      in ~/.bashrc
  flotilla completion zsh > ~/.zsh/completions/_flotilla                  a folder of $fpath
  flotilla completion fish > ~/.config/fish/completions/flotilla.fish

The script completes the command flotilla, so it has to be found by that name: put node_modules/.bin
into PATH, or make an alias.`;
