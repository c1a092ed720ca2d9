import type { FormatName } from '@flotilla/checkers';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../terminal/arguments.ts';
import { FOLDER } from './picture-folder.ts';

/** `flotilla verify` as it was typed. */
export interface VerifyArguments {
	readonly model?: string;
	readonly consistency?: string;
	readonly option?: Readonly<Record<string, unknown>>;
	readonly format?: FormatName;
	readonly html?: string;
	readonly json?: boolean;
	readonly budget?: number;
}

const FORMATS: readonly FormatName[] = ['json', 'edn', 'jepsen-log'];

const BUDGET_MAX = 1_000_000_000_000;

/** `flotilla verify`: judges a history that clients of a distributed system have recorded. */
export function addVerify(program: Command): void {
	program
		.command('verify')
		.description('Judges a recorded history: does it keep what the model promises?')
		.argument('<FILE>', 'the history')
		.option(
			'--model <NAME>',
			'what it is judged by; absent: what the file says, or a list of models',
		)
		.addOption(formatOption())
		.option(
			'--consistency <NAME>',
			'what the model is held to, such as sequential, serializable; absent: what the file says, or the strongest',
		)
		.addOption(
			new Option(
				'--option <NAME=VALUE>',
				'another option of the model, such as initial=0, total=100; may be repeated',
			).argParser(withOption),
		)
		.option('--html <OUT>', `where the picture of a violation goes (standard: ${FOLDER}/NAME.html)`)
		.option(
			'--budget <STEPS>',
			'steps of the search before it gives up and says unknown',
			wholeNumber(1, BUDGET_MAX),
		)
		.option('--json', 'JSON: one object')
		.addHelpText('after', EXAMPLES)
		.action(async (file: string, options: VerifyArguments) => {
			const { verify } = await import('./verify.ts');
			process.exitCode = verify(file, options);
		});
	// The checkers know their models, and are too much to load for another command.
	program.hook('preSubcommand', async (_, command) => {
		if (command.name() !== 'verify') return;
		const { models } = await import('./verify.ts');
		command.addHelpText('after', `\nModels:\n${models()}`);
	});
}

const EXAMPLES = `
Examples:
  flotilla verify history.jsonl
  flotilla verify etcd_007.log --model cas-register
  flotilla verify history.edn --model list-append --consistency snapshot-isolation
  flotilla verify transfers.json --model bank --option total=100 --html out.html

Exit codes: 0 it keeps the promise, 1 it does not, 2 unknown (the budget ended) or unreadable`;

function formatOption(): Option {
	const option = new Option(
		'--format <NAME>',
		'how it is written; absent: what its name or text says',
	).argParser(formatNamed);
	option.argChoices = [...FORMATS];
	return option;
}

/** `jsonl` is what such files are often called. */
function formatNamed(name: string): FormatName {
	const format = name === 'jsonl' ? 'json' : FORMATS.find((one) => one === name);
	if (format !== undefined) return format;
	throw new InvalidArgumentError(`There are ${FORMATS.join(', ')}.`);
}

/** A value is JSON where it can be, else a text. */
function withOption(
	text: string,
	known: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
	const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
	if (name === '') throw new InvalidArgumentError('Write NAME=VALUE, such as initial=0.');
	try {
		return { ...known, [name]: JSON.parse(value) };
	} catch {
		return { ...known, [name]: value };
	}
}
