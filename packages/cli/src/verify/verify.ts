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
import { exitCodes } from '../exit-codes.ts';
import { paint } from '../terminal/paint.ts';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';
import type { VerifyArguments } from './command.ts';
import { FOLDER } from './picture-folder.ts';

/** What the end of a file's name says; of others the first characters tell. */
const formatOfEnding: Readonly<Record<string, FormatName>> = {
	'.json': 'json',
	'.jsonl': 'json',
	'.edn': 'edn',
	'.log': 'jepsen-log',
};

/** Characters in which a header names its model. */
const HEADER_LENGTH = 10_000;

/**
 * Judges a history.
 *
 * @returns The exit code.
 */
export function verify(path: string, options: VerifyArguments): number {
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

/** The models, one a line. */
export function models(): string {
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
