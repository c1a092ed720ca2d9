import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { Command, CommanderError } from 'commander';
import { addCall } from './call/command.ts';
import { addCompletion } from './completion/command.ts';
import { addContract } from './contract/command.ts';
import { addDev } from './dev/command.ts';
import { exitCodes } from './exit-codes.ts';
import { addExplain } from './explain/command.ts';
import { addNew } from './new/command.ts';
import { addRun } from './run/command.ts';
import { addSim } from './sim/command.ts';
import { paintError } from './terminal/paint.ts';
import { UsageError } from './usage-error.ts';
import { addVerify } from './verify/command.ts';

/**
 * Runs one command in this process and sets its exit code.
 *
 * @param args What was typed behind `flotilla`.
 */
export async function main(args: readonly string[]): Promise<void> {
	// Whoever reads our output may have seen enough, such as `head`.
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') throw error;
		process.exit(exitCodes.ok);
	});
	process.on('exit', tellUnfinished);
	try {
		const [own, behind] = splitArguments(args);
		await commands(behind).parseAsync(own, { from: 'user' });
	} catch (error) {
		process.exitCode = await tell(error);
		// A module of the user, imported before that, may hold the process.
		if (error instanceof UsageError) process.exit();
	}
}

/** What Node ends with when something is awaited that nothing can bring any more. */
const UNSETTLED = 13;

/** A module of the user waits, at its top, for what never comes. */
function tellUnfinished(code: number): void {
	if (code !== UNSETTLED) return;
	const text = 'error: A module never ends loading: what its top level awaits does not come.';
	console.error(paintError('red', text));
	process.exitCode = exitCodes.unusable;
}

/** What stands behind `--` is for the program that `run` and `dev` start. */
function splitArguments(args: readonly string[]): readonly [readonly string[], readonly string[]] {
	const at = args[0] === 'run' || args[0] === 'dev' ? args.indexOf('--') : -1;
	return at === -1 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}

/**
 * All commands, as they are typed.
 *
 * @param programArguments Those behind `--`.
 */
export function commands(programArguments: readonly string[] = []): Command {
	const program = new Command('flotilla')
		.description('Services that run in one process, as a fleet, or in a simulator.')
		.usage('COMMAND [options]')
		.version(version(), '-v, --version', 'print the version')
		.helpOption('-h, --help', 'print what a command wants, with examples')
		.helpCommand(false)
		// So that a command may have options of the same name as the program, such as --version.
		.enablePositionalOptions()
		// Commander takes the colours out again where there is no terminal.
		.configureHelp({
			styleTitle: (text) => styleText('bold', text, { validateStream: false }),
			styleOptionTerm: (text) => styleText('cyan', text, { validateStream: false }),
			styleSubcommandTerm: (text) => styleText('cyan', text, { validateStream: false }),
			styleArgumentTerm: (text) => styleText('cyan', text, { validateStream: false }),
		})
		.configureOutput({ outputError: (text, write) => write(paintError('red', text)) })
		.showHelpAfterError('Add --help to see what the command wants.')
		.exitOverride()
		.addHelpText('after', '\nEvery command has examples: flotilla COMMAND --help');
	addNew(program);
	addDev(program, programArguments);
	addRun(program, programArguments);
	addCall(program);
	addContract(program);
	addSim(program);
	addVerify(program);
	addExplain(program);
	addCompletion(program);
	return program;
}

/** Says on standard error what went wrong. @returns The exit code. */
async function tell(error: unknown): Promise<number> {
	// It has said so itself, and help that was asked for is no error.
	if (error instanceof CommanderError) {
		return error.exitCode === 0 ? exitCodes.ok : exitCodes.unusable;
	}
	console.error(paintError('red', await textOf(error)));
	return exitCodes.unusable;
}

/** Of a bug the place matters; all else says what to do. */
async function textOf(error: unknown): Promise<string> {
	if (error instanceof UsageError) return `error: ${error.message}`;
	const { isFlotillaError } = await import('flotilla');
	if (isFlotillaError(error)) return error.message;
	const { isHistoryError } = await import('@flotilla/checkers');
	if (isHistoryError(error)) return `${error.code}: ${error.message}`;
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function version(): string {
	const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
	return (JSON.parse(manifest) as { readonly version: string }).version;
}
