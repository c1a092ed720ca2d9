import { Worker } from 'node:worker_threads';
import { limits } from '../limits.ts';
import type { Answer, Request } from './messages.ts';

/** The thread went away before it had answered. */
export interface Lost {
	readonly kind: 'lost';
	readonly how: 'hung' | 'ended' | 'closed';
	/** What happened, in words. */
	readonly message: string;
}

export interface SeedWorkerOptions {
	readonly hangAfterMs: number;
	readonly output: (text: string) => void;
}

/** The thread is compiled from a file of the same kind as this one. */
const entry = new URL(
	import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
	import.meta.url,
);

/**
 * One place for a worker thread, which has one at most: starts it when it is needed, and another one
 * after the first was lost or has become too large. Modules, and what they hold, are never collected;
 * threads are.
 */
export class SeedWorker {
	readonly #options: SeedWorkerOptions;
	#worker: Worker | undefined;
	#abandon: ((lost: Lost) => void) | undefined;

	constructor(options: SeedWorkerOptions) {
		this.#options = options;
	}

	/** Asks for one thing; not to be called again before it resolves. Never rejects. */
	async ask(request: Request): Promise<Answer | Lost> {
		this.#worker ??= this.#start();
		const answer = await this.#answer(this.#worker, request);
		if (answer.kind === 'lost' || answer.heapBytes > limits.workerHeapBytes) await this.#end();
		return answer;
	}

	/** Ends the thread; what it was asked for is lost. */
	async close(): Promise<void> {
		this.#abandon?.({ kind: 'lost', how: 'closed', message: 'the batch was stopped' });
		await this.#end();
	}

	#start(): Worker {
		// Conditions and other flags of this process are inherited.
		const worker = new Worker(entry, { stdout: true, stderr: true });
		for (const stream of [worker.stdout, worker.stderr]) {
			stream.setEncoding('utf8').on('data', this.#options.output);
		}
		// Who ends between two requests is replaced at the next one.
		worker.on('error', () => this.#forget(worker));
		worker.on('exit', () => this.#forget(worker));
		return worker;
	}

	#forget(worker: Worker): void {
		if (this.#worker === worker) this.#worker = undefined;
	}

	#answer(worker: Worker, request: Request): Promise<Answer | Lost> {
		return new Promise((resolve) => {
			const { hangAfterMs } = this.#options;
			const settle = (answer: Answer | Lost): void => {
				clearTimeout(timer);
				worker.off('message', settle).off('error', failed).off('exit', ended);
				this.#abandon = undefined;
				resolve(answer);
			};
			const failed = (error: unknown): void => {
				const { stack, message } = error as Error;
				settle({ kind: 'lost', how: 'ended', message: stack ?? message });
			};
			const ended = (code: number): void => {
				const message = `the worker thread ended with exit code ${code}`;
				settle({ kind: 'lost', how: 'ended', message });
			};
			const timer = setTimeout(() => {
				const message = `the worker thread gave no answer in ${hangAfterMs} ms of real time`;
				settle({ kind: 'lost', how: 'hung', message });
			}, hangAfterMs);
			this.#abandon = settle;
			worker.on('message', settle).on('error', failed).on('exit', ended);
			worker.postMessage(request);
		});
	}

	async #end(): Promise<void> {
		const worker = this.#worker;
		this.#worker = undefined;
		await worker?.terminate();
	}
}
