import type { Command } from 'commander';
import { addSettings, typedSettings } from '../project/settings-options.ts';

/** `flotilla run`: an app in production, in one process. */
export function addRun(program: Command, programArguments: readonly string[]): void {
	addSettings(
		program
			.command('run')
			.description('Runs an app in production: one process, its edge in front')
			.argument('[APP]', 'a module, or a folder with flotilla.config.ts, app.ts or src/app.ts'),
	)
		.option('--json', 'JSON: one object with the addresses')
		.addHelpText('after', EXAMPLES)
		.action(async (path: string | undefined, options: { readonly json?: boolean }) => {
			const { runApp } = await import('./run-app.ts');
			await runApp({
				path,
				typed: typedSettings(options),
				arguments: programArguments,
				json: options.json ?? false,
			});
		});
}

const EXAMPLES = `
Examples:
  flotilla run
  flotilla run src/app.ts --port 9000 --data /var/lib/orders
  FLOTILLA_DATABASE=postgres://orders:secret@db/orders flotilla run
  flotilla run examples/shop/app/src/main.ts -- --port 0

The log goes to standard error, JSON lines; the addresses go to standard output. SIGTERM lets what
is under way end.
Exit codes: 0 stopped by SIGTERM or Ctrl-C, 1 it could not start, 2 there is nothing to run`;
