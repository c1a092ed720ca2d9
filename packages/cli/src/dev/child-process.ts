import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DevMessage, DevRequest } from './messages.ts';

/** How long the child may take to end in peace: as long as its calls under way, and a little. */
const STOP_MS = 5_000;

/** How long its last lines may take to arrive once it has ended; somebody it started may hold them. */
const LAST_LINES_MS = 500;

/** The child is compiled from a file of the same kind as this one. */
const entry = new URL(
	import.meta.url.endsWith('.ts') ? './child.ts' : './child.js',
	import.meta.url,
);

export interface DevChildOptions {
	readonly request: DevRequest;
	readonly onMessage: (message: DevMessage) => void;
	/** Gets what it writes to standard error; absent: that goes where ours goes. */
	readonly onErrorOutput?: (text: string) => void;
}

/** How a child has ended. */
export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

/** One life of the app. */
export class DevChild {
	readonly ended: Promise<Ended>;
	readonly #process: ChildProcess;

	constructor({ request, onMessage, onErrorOutput }: DevChildOptions) {
		const child = fork(fileURLToPath(entry), [JSON.stringify(request)], {
			stdio: ['ignore', 'inherit', onErrorOutput === undefined ? 'inherit' : 'pipe', 'ipc'],
		});
		this.#process = child;
		child.on('message', (message) => onMessage(message as DevMessage));
		child.stderr?.setEncoding('utf8').on('data', onErrorOutput ?? (() => {}));
		this.ended = this.#end();
	}

	/** Asks it to end, and does not ask a second time. Resolves when it has ended. */
	async stop(signal: NodeJS.Signals): Promise<void> {
		this.#process.kill(signal);
		const late = setTimeout(() => this.kill(), STOP_MS);
		await this.ended;
		clearTimeout(late);
	}

	kill(): void {
		this.#process.kill('SIGKILL');
	}

	async #end(): Promise<Ended> {
		const closed = once(this.#process, 'close');
		const [code, signal] = (await once(this.#process, 'exit')) as [number | null, NodeJS.Signals];
		const late = AbortSignal.timeout(LAST_LINES_MS);
		await Promise.race([closed, once(late, 'abort')]);
		return { code, signal };
	}
}
