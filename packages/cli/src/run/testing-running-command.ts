import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startWith } from '../sim/testing-command.ts';

/** So that a test fails rather than hangs, on any machine. */
const LATE_MS = 30_000;

export interface CommandPlace {
	readonly folder: string;
	readonly variables?: Readonly<Record<string, string>>;
}

/** A command that runs until it is stopped, and what it has written so far. */
export class RunningCommand implements AsyncDisposable {
	readonly child: ChildProcess;
	readonly #ended: Promise<unknown>;
	readonly #texts = { stdout: '', stderr: '' };
	/** Up to where a text has been waited for. */
	readonly #seen = { stdout: 0, stderr: 0 };
	readonly #checks = new Set<() => void>();

	constructor({ folder, variables = {} }: CommandPlace, ...args: readonly string[]) {
		this.child = startWith(variables, folder, ...args);
		this.#ended = once(this.child, 'close');
		for (const name of ['stdout', 'stderr'] as const) {
			this.child[name]?.setEncoding('utf8').on('data', (text: string) => {
				this.#texts[name] += text;
				for (const check of this.#checks) check();
			});
		}
	}

	get stdout(): string {
		return this.#texts.stdout;
	}

	get stderr(): string {
		return this.#texts.stderr;
	}

	/** Waits until it writes something like that, after what was waited for before. */
	async says(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
		const found = Promise.withResolvers<string>();
		const check = (): void => {
			const match = pattern.exec(this.#texts[stream].slice(this.#seen[stream]));
			if (match === null) return;
			this.#seen[stream] += match.index + match[0].length;
			this.#checks.delete(check);
			found.resolve(match[1] ?? match[0]);
		};
		this.#checks.add(check);
		check();
		const fail = (how: string): void =>
			found.reject(new Error(`${how} without ${pattern}:\n${this.stdout}\n${this.stderr}`));
		const late = setTimeout(() => fail('it has been silent'), LATE_MS);
		void this.#ended.then(() => fail('it ended'));
		return found.promise.finally(() => clearTimeout(late));
	}

	/** Where its edge is, once it says so. */
	url(): Promise<string> {
		return this.says('stdout', /OpenAPI +(http:\S+)\/openapi\.json/);
	}

	/** @returns Its exit code, or the signal that ended it. */
	async stop(signal: NodeJS.Signals): Promise<number | string | null> {
		this.child.kill(signal);
		return this.ended();
	}

	async ended(): Promise<number | string | null> {
		await this.#ended;
		return this.child.exitCode ?? this.child.signalCode;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.child.exitCode === null && this.child.signalCode === null) await this.stop('SIGKILL');
	}
}

/** Resolves when a process of somebody else is no longer there. */
export async function gone(processId: number): Promise<void> {
	for (;;) {
		try {
			process.kill(processId, 0);
		} catch {
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
