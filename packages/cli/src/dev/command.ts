import type { Command } from 'commander';
import { addSettings, typedSettings } from '../project/settings-options.ts';

/** `flotilla dev`: an app that starts anew at each change. */
export function addDev(program: Command, programArguments: readonly string[]): void {
	addSettings(
		program
			.command('dev')
			.description('Runs an app and starts it anew whenever one of its files changes')
			.argument('[APP]', 'a module, or a folder with flotilla.config.ts, app.ts or src/app.ts'),
	)
		.option('--json', 'JSON: one object with the addresses at each start; log lines as they are')
		.addHelpText('after', EXAMPLES)
		.action(async (path: string | undefined, options: { readonly json?: boolean }) => {
			const { develop } = await import('./develop.ts');
			const request = { path, typed: typedSettings(options), arguments: programArguments };
			process.exitCode = await develop(request, options.json ?? false);
		});
}

const EXAMPLES = `
Examples:
  flotilla dev
  flotilla dev src/app.ts --port 9000 --log-level debug
  flotilla dev examples/shop/app/src/main.ts -- --port 0

Where only this machine can reach it, operations that want a scope can be called at once: flotilla
call takes the developer's token out of the data folder.
Exit codes: 0 stopped by SIGTERM, 2 there is nothing to run, 130 stopped by Ctrl-C`;
