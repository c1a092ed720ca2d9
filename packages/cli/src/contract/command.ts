import { Argument, type Command, Option } from 'commander';

export const FORMATS = ['openapi', 'json-schema', 'asyncapi'] as const;
export type Format = (typeof FORMATS)[number];

/** `flotilla contract export` as it was typed. */
export interface ExportArguments {
	readonly out?: string;
	readonly check?: string;
	readonly title?: string;
	readonly version?: string;
}

/** `flotilla contract`: what can be done with contracts. */
export function addContract(program: Command): void {
	program
		.command('contract')
		.description('Describes contracts for others')
		.helpCommand(false)
		.command('export')
		.description('Writes the contracts of an app as OpenAPI, JSON Schema or AsyncAPI')
		.addArgument(new Argument('<FORMAT>', 'what is written').choices(FORMATS))
		.argument('[APP]', 'a module that exports contracts or an app, or the folder of an app')
		.option('--out <FILE>', 'where it goes (standard: standard output)')
		.addOption(
			new Option(
				'--check <FILE>',
				'write nothing; exit code 1 when the file says something else',
			).conflicts('out'),
		)
		.option('--title <TITLE>', 'of the API (standard: the name of the app)')
		.option('--version <VERSION>', 'of the API (standard: 1.0.0)')
		.addHelpText('after', EXAMPLES)
		.action(async (format: Format, path: string | undefined, options: ExportArguments) => {
			const { exportContracts } = await import('./export.ts');
			// What the module has begun when it was imported is not waited for.
			process.exit(await exportContracts(format, path, options));
		});
}

const EXAMPLES = `
Examples:
  flotilla contract export openapi --out openapi.json
  flotilla contract export openapi --check openapi.json
  flotilla contract export asyncapi src/contracts.ts --title Shop --version 2.1.0

The same contracts give the same text, so it can be kept in version control.
Exit codes: 0 done, 1 the checked file is stale, 2 there are no contracts`;
