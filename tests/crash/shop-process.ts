import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../examples/shop/app/src/main.ts', import.meta.url));
const killer = fileURLToPath(new URL('./kill-inside-commit.ts', import.meta.url));

/** The shop as a process of its own: nothing of it is known but its command line and its port. */
export class ShopProcess {
	readonly url: string;
	readonly #child: ChildProcess;
	readonly #ended: Promise<void>;
	#output = '';

	constructor(port: number, folder: string) {
		this.url = `http://127.0.0.1:${port}`;
		this.#child = spawn(
			process.execPath,
			[
				'--conditions=flotilla-src',
				'--import',
				killer,
				program,
				...['--port', String(port), '--data', folder, '--log-level', 'error'],
			],
			{ stdio: ['ignore', 'pipe', 'pipe'] },
		);
		this.#ended = once(this.#child, 'exit').then(() => {});
		for (const stream of [this.#child.stdout, this.#child.stderr]) {
			stream?.on('data', (chunk: Buffer) => {
				this.#output = `${this.#output}${chunk}`.slice(-10_000);
			});
		}
	}

	/** The end of what it has printed. */
	get output(): string {
		return this.#output;
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** Resolves when it is ready. */
	async ready(): Promise<void> {
		const deadline = performance.now() + 30_000;
		for (;;) {
			const response = await fetch(`${this.url}/health/ready`).catch(() => undefined);
			await response?.body?.cancel();
			if (response?.status === 200) return;
			const running = this.#child.exitCode === null && this.#child.signalCode === null;
			if (!running || performance.now() > deadline) {
				throw new Error(`the shop does not get ready: ${this.#output}`);
			}
			await wait(15);
		}
	}

	/** Ends it at once, whatever it is doing. */
	async kill(): Promise<void> {
		this.#child.kill('SIGKILL');
		await this.#killed();
	}

	/** Ends it inside one of its next COMMITs. */
	async killInsideCommit(): Promise<void> {
		this.#child.kill('SIGUSR2');
		const timeout = setTimeout(() => this.#child.kill('SIGABRT'), 20_000);
		await this.#killed();
		clearTimeout(timeout);
	}

	/** Asks it to stop, and resolves with its exit code. */
	async stop(): Promise<number | null> {
		this.#child.kill('SIGTERM');
		await this.#ended;
		return this.#child.exitCode;
	}

	async #killed(): Promise<void> {
		await this.#ended;
		if (this.#child.signalCode !== 'SIGKILL') {
			throw new Error(`the shop ended by itself with ${this.#child.exitCode}: ${this.#output}`);
		}
	}
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}
