import { channel } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import { endProcess } from './end-process.ts';
import { onStopSignal } from './stop-signals.ts';

/** What a program was started with, and its way to speak to whoever started it. */
export interface Process {
	/** Without the names of Node.js and of the program. */
	readonly arguments: readonly string[];
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly id: number;
	/** Writes a line to standard output. */
	print(text: string): void;
}

/** What the platform itself does with a process. */
export interface ProcessControl extends Process {
	/** Writes a line to standard error. */
	printError(text: string): void;
	/** Calls `callback` when somebody asks the process to stop. */
	onStop(callback: () => void): void;
	/** Ends the process once its log is written, and after a while even when nobody reads that. */
	exit(code: number): void;
}

/**
 * The diagnostics channel on which a program tells that its main function begins. So whoever has
 * imported a module learns that this has started a program, which may not end before the process.
 */
export const programChannel = 'flotilla.program';

/** Tells on `programChannel`. Subscribers run before this returns. */
export function announceProgram(): void {
	channel(programChannel).publish({});
}

/** The process that this code runs in. */
export function thisProcess(): ProcessControl {
	return {
		arguments: process.argv.slice(2),
		environment: process.env,
		id: process.pid,
		print: (text) => void process.stdout.write(`${text}\n`),
		printError: (text) => void process.stderr.write(`${text}\n`),
		onStop: (callback) => void onStopSignal(callback),
		exit: endProcess,
	};
}

/**
 * Reads configuration files: JavaScript or TypeScript modules that export the settings by default.
 *
 * @param usual The file that is read when no other is named, such as
 *   `new URL('../flotilla.config.ts', import.meta.url)`. It may be missing.
 */
export function configurationFile(
	usual: URL,
): (path: string | undefined) => Promise<{ name: string; values: unknown } | undefined> {
	return async (path) => {
		const url = path === undefined ? usual : pathToFileURL(resolve(path));
		const name = fileURLToPath(url);
		if (!existsSync(url)) {
			if (path === undefined) return undefined;
			throw new FlotillaError('FLOTILLA_CONFIGURATION', `There is no file ${name}.`);
		}
		try {
			const module: { readonly default?: unknown } = await import(url.href);
			return { name, values: module.default };
		} catch (cause) {
			const message = `${name} cannot be read: ${reasonOf(cause)}.`;
			throw new FlotillaError('FLOTILLA_CONFIGURATION', message, { cause });
		}
	};
}

/** With the line, which Node.js tells of a syntax error at the beginning of the stack. */
function reasonOf(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause);
	const [, line] = /^\S+:(\d+)\n/.exec(cause.stack ?? '') ?? [];
	const message = cause.message.trim().replace(/\.$/, '');
	return line === undefined ? message : `${message} (line ${line})`;
}
