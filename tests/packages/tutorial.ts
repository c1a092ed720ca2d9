import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inShell } from './commands.ts';
import type { Fence } from './fences.ts';
import { type Running, startInShell } from './running.ts';

/** What `dev` prints each time when the app runs. */
const RUNS = /^my-app runs$/gm;

/** Somebody who does what a page says, fence by fence, and compares what they see. */
export class Follower implements AsyncDisposable {
	readonly #env: NodeJS.ProcessEnv;
	#folder: string;
	/** What the last command has printed. */
	#seen = '';
	#background: Running | undefined;
	#starts = 0;

	constructor(folder: string, env: NodeJS.ProcessEnv) {
		this.#folder = folder;
		this.#env = env;
	}

	async follow(fence: Fence): Promise<void> {
		const { language, words, code } = fence;
		if (words.includes('shown')) return;
		if (language === 'text') this.#compare(code, words.includes('roughly'));
		else if (language === 'sh' && words.includes('background')) await this.#start(code.trim());
		else if (language === 'sh') await this.#run(code, words.includes('fails'));
		else await this.#edit(fence);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#background?.stop('SIGINT');
	}

	/** A fence is typed into one terminal; where that ends up, the next one begins. */
	async #run(code: string, fails: boolean): Promise<void> {
		const { code: exit, output } = await inShell(`${code}pwd`, this.#folder, this.#env);
		assert.equal(exit === 0, !fails, `$ ${code}ended with ${exit}:\n${output}`);
		const lines = output.trimEnd().split('\n');
		if (!fails) this.#folder = lines.pop() ?? '';
		this.#seen = lines.join('\n');
	}

	async #start(line: string): Promise<void> {
		this.#background = startInShell(line, this.#folder, this.#env);
		this.#starts = 1;
		await this.#background.says(/^ {2}npx flotilla call /m);
		this.#seen = this.#background.output();
	}

	async #edit({ language, words, code }: Fence): Promise<void> {
		const [verb = '', name = ''] = words[0]?.split('=') ?? [];
		const path = join(this.#folder, name);
		assert.ok(name !== '', `a fence of ${language} without a file:\n${code}`);
		if (verb === 'from') {
			assert.ok(readFileSync(path, 'utf8').includes(code), `${name} does not have\n${code}`);
			return;
		}
		if (language === 'diff') writeFileSync(path, changed(name, readFileSync(path, 'utf8'), code));
		else if (verb === 'append') appendFileSync(path, code);
		else {
			writeFileSync(path, code, { flag: 'wx' });
			return;
		}
		// A test or a simulation is nothing that the app has loaded.
		if (!/\.(?:test|sim)\.ts$/.test(name)) await this.#restarted();
	}

	/** Nothing is called before the app has started with the change. */
	async #restarted(): Promise<void> {
		this.#starts++;
		const wanted = this.#starts;
		await this.#background?.until((output) => (output.match(RUNS)?.length ?? 0) >= wanted);
	}

	/** Each line is there, in this order; between them there may be others. */
	#compare(text: string, isRough: boolean): void {
		const read = (lines: string) =>
			lines.split('\n').map((line) => (isRough ? rough(line) : line.trimEnd()));
		const seen = read(this.#seen);
		let at = 0;
		for (const line of read(text).filter((one) => one !== '')) {
			const found = seen.indexOf(line, at);
			assert.ok(found >= 0, `nobody sees\n${line}\nin\n${this.#seen}`);
			at = found + 1;
		}
		if (!isRough) assert.deepEqual(seen.join('\n').trim(), read(text).join('\n').trim());
	}
}

/** Numbers are the machine's or the seed's; names of machines and cards with them. */
function rough(line: string): string {
	return line
		.replaceAll(/[\d.,]*\d/g, 'N')
		.replaceAll(/\b(?:ada|grace)\b/g, 'CARD')
		.replaceAll(/ {2,}/g, ' ')
		.trim();
}

/** A text after a change that a page shows as a diff, which fits one place. */
function changed(name: string, text: string, diff: string): string {
	const side = (sign: '-' | '+'): string =>
		diff
			.split('\n')
			.filter((line) => line.startsWith(sign) || line.startsWith(' '))
			.map((line) => `${line.slice(1)}\n`)
			.join('');
	const parts = text.split(side('-'));
	assert.equal(parts.length, 2, `${name} does not have this once:\n${side('-')}`);
	return parts.join(side('+'));
}
