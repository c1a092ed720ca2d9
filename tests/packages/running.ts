import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

/** How long something may take that takes a second or two on an idle machine. */
const LIMIT_MS = 60_000;

/** A command that goes on until it is stopped; at the latest when it is disposed of. */
export interface Running extends AsyncDisposable {
	/** Waits until it has printed something of the kind; fails when it ends before. */
	says(pattern: RegExp): Promise<RegExpExecArray>;
	/** Waits until what it has printed so far is as it should be; fails when it ends before. */
	until(isSo: (output: string) => boolean): Promise<void>;
	output(): string;
	/** Sends the signal to it and to all that it has started. @returns Its exit code. */
	stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a line as a terminal does: in a group of its own, to which Ctrl-C goes. */
export function startInShell(line: string, cwd: string, env: NodeJS.ProcessEnv): Running {
	const child = spawn('sh', ['-c', `exec ${line}`], {
		cwd,
		env,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	let hasEnded = false;
	const listeners = new Set<() => void>();
	const tell = () => {
		for (const listener of listeners) listener();
	};
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			output += text;
			tell();
		});
	}
	const ended = new Promise<number | null>((resolve) => {
		child.once('close', (code) => {
			hasEnded = true;
			resolve(code);
			tell();
		});
	});
	const stop = (signal: NodeJS.Signals): Promise<number | null> => {
		assert.ok(child.pid !== undefined);
		if (!hasEnded) process.kill(-child.pid, signal);
		return ended;
	};
	const until = (isSo: (output: string) => boolean): Promise<void> =>
		new Promise((resolve, reject) => {
			const look = () => settle(isSo(output), hasEnded && 'ended too early');
			const late = setTimeout(() => settle(false, 'takes too long'), LIMIT_MS);
			const settle = (isDone: boolean, problem: string | false) => {
				if (!isDone && problem === false) return;
				listeners.delete(look);
				clearTimeout(late);
				if (isDone) resolve();
				else reject(new Error(`$ ${line}\n${problem}:\n${output}`));
			};
			listeners.add(look);
			look();
		});
	return {
		says: async (pattern) => {
			await until((text) => pattern.test(text));
			return pattern.exec(output) as RegExpExecArray;
		},
		until,
		output: () => output,
		stop,
		[Symbol.asyncDispose]: async () => void (await stop('SIGKILL')),
	};
}
