import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import {
	type Explanation,
	explanationPage,
	type FormatName,
	type Verdict,
	verdictText,
	verifiable,
	verifyHistory,
} from '@flotilla/checkers';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { wholeNumber } from '../terminal/arguments.ts';
import { paint } from '../terminal/paint.ts';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';

interface VerifyArguments {
	readonly model?: string;
	readonly consistency?: string;
	readonly option?: Readonly<Record<string, unknown>>;
	readonly format?: FormatName;
	readonly html?: string;
	readonly json?: boolean;
	readonly budget?: number;
}

const FORMATS: readonly FormatName[] = ['json', 'edn', 'jepsen-log'];

/** What the end of a file's name says; of others the first characters tell. */
const formatOfEnding: Readonly<Record<string, FormatName>> = {
	'.json': 'json',
	'.jsonl': 'json',
	'.edn': 'edn',
	'.log': 'jepsen-log',
};

/** Where the picture of a violation goes when nothing is said. */
const FOLDER = '.flotilla/findings';

/** Characters in which a header names its model. */
const HEADER_LENGTH = 10_000;

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
		.addOption(
			new Option(
				'--format <NAME>',
				`how it is written: ${FORMATS.join(', ')}; absent: what its name or text says`,
			).argParser(formatNamed),
		)
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
		.addHelpText('after', `\nModels:\n${models()}\n${EXAMPLES}`)
		.action((file: string, options: VerifyArguments) => {
			process.exitCode = verify(file, options);
		});
}

const EXAMPLES = `
Examples:
  flotilla verify history.jsonl
  flotilla verify etcd_007.log --model cas-register
  flotilla verify history.edn --model list-append --consistency snapshot-isolation
  flotilla verify transfers.json --model bank --option total=100 --html out.html

Exit codes: 0 it keeps the promise, 1 it does not, 2 unknown (the budget ended) or unreadable`;

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

function verify(path: string, options: VerifyArguments): number {
	const text = read(path);
	const format = options.format ?? formatOfEnding[extname(path)];
	const { model, budget, consistency, json = false } = options;
	if (model !== undefined && !Object.hasOwn(verifiable, model)) {
		throw new UsageError(`There is no model '${model}'. There are:\n${models()}`);
	}
	if (model === undefined && !hasHeader(text, format)) {
		throw new UsageError(`Which model? Add --model NAME:\n${models()}`);
	}
	const verdict = verifyHistory(text, {
		...(format !== undefined && { format }),
		...(model !== undefined && { model }),
		...(budget !== undefined && { budget: { steps: budget } }),
		options: { ...options.option, ...(consistency !== undefined && { consistency }) },
	});
	const picture =
		verdict.verdict === 'violation' ? draw(path, verdict.explanation, options) : undefined;
	if (json)
		console.log(JSON.stringify({ file: path, ...verdict, ...(picture && { html: picture }) }));
	else show(verdict, picture);
	return exitCodeOf[verdict.verdict];
}

const exitCodeOf = {
	ok: exitCodes.ok,
	violation: exitCodes.found,
	unknown: exitCodes.unusable,
} as const;

function read(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
	}
}

/** Only our own format can say what a history is to be judged by, at its beginning. */
function hasHeader(text: string, format: FormatName | undefined): boolean {
	return (format ?? 'json') === 'json' && /"model"\s*:/.test(text.slice(0, HEADER_LENGTH));
}

function models(): string {
	const entries = Object.entries(verifiable);
	const width = Math.max(...entries.map(([name]) => name.length));
	return entries.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

/** @returns The path of the page with the picture. */
function draw(path: string, explanation: Explanation, { html }: VerifyArguments): string {
	const out = html ?? `${FOLDER}/${basename(path, extname(path))}.html`;
	try {
		mkdirSync(dirname(resolve(out)), { recursive: true });
		writeFileSync(out, explanationPage(explanation));
	} catch (error) {
		throw new UsageError(`${out} cannot be written: ${(error as Error).message}`);
	}
	return shownPath(resolve(out));
}

function show(verdict: Verdict, picture: string | undefined): void {
	const [first = '', ...rest] = verdictText(verdict).trimEnd().split('\n');
	const colour = ({ ok: 'green', violation: 'red', unknown: 'yellow' } as const)[verdict.verdict];
	console.log([paint(colour, first), ...rest].join('\n'));
	if (picture !== undefined) console.log(`\nPicture: ${picture}`);
}
