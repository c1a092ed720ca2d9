import type { Answer, Request } from './messages.ts';
import { type Lost, SeedWorker, type SeedWorkerOptions } from './seed-worker.ts';

interface Waiting {
	readonly request: Request;
	readonly resolve: (answer: Answer | Lost) => void;
}

/** Worker threads that share what they are asked for, in the order of asking. */
export class WorkerPool {
	readonly #workers: readonly SeedWorker[];
	readonly #free: SeedWorker[];
	readonly #queue: Waiting[] = [];
	#closing: Promise<void> | undefined;

	constructor(jobs: number, options: SeedWorkerOptions) {
		this.#workers = Array.from({ length: jobs }, () => new SeedWorker(options));
		this.#free = [...this.#workers];
	}

	/** Asks the next free worker for one thing. Never rejects. */
	ask(request: Request): Promise<Answer | Lost> {
		return new Promise((resolve) => {
			this.#queue.push({ request, resolve });
			this.#next();
		});
	}

	/** Ends all threads; what was asked for and not answered is lost. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	#next(): void {
		if (this.#closing !== undefined) this.#refuseWaiting();
		if (this.#queue.length === 0) return;
		// The last one that became free is warm.
		const worker = this.#free.pop();
		if (worker === undefined) return;
		const { request, resolve } = this.#queue.shift() as Waiting;
		void worker.ask(request).then((answer) => {
			this.#free.push(worker);
			resolve(answer);
			this.#next();
		});
	}

	#refuseWaiting(): void {
		for (const { resolve } of this.#queue.splice(0)) {
			resolve({ kind: 'lost', how: 'closed', message: 'the batch was stopped' });
		}
	}

	async #close(): Promise<void> {
		this.#refuseWaiting();
		await Promise.all(this.#workers.map((worker) => worker.close()));
	}
}
