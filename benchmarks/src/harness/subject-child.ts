import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Bench } from './bench.ts';
import type { Round } from './meter.ts';
import type { BenchSubject, Footprint } from './subject.ts';
import type { Order, Report } from './subject-orders.ts';

const KILL_AFTER_MS = 5_000;
const ERROR_TEXT_MAX = 8_192;

/** A subject in a process of its own, seen from here. */
export class SubjectChild {
	readonly listed: BenchSubject;
	/** Known once it has started. */
	footprint: Footprint | undefined;
	readonly #name: string;
	readonly #process: ChildProcess;
	/** Shown only when something goes wrong: subjects log the failures that they provoke. */
	#errorText = '';

	private constructor(bench: Bench, listed: BenchSubject, child: ChildProcess) {
		this.listed = listed;
		this.#name = `${bench.name}: ${listed.subject} (${listed.variant})`;
		this.#process = child;
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			this.#errorText = (this.#errorText + text).slice(-ERROR_TEXT_MAX);
		});
	}

	/** @throws {Error} When the subject does not start. */
	static async start(bench: Bench, listed: BenchSubject): Promise<SubjectChild> {
		const file = new URL('./subject-process.ts', import.meta.url);
		const child = fork(file, [bench.url, listed.id], {
			// Samples travel as the array they are.
			serialization: 'advanced',
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		});
		const started = new SubjectChild(bench, listed, child);
		try {
			started.footprint = (await started.#answer()).footprint;
			return started;
		} catch (error) {
			await started.stop();
			throw error;
		}
	}

	async warmUp(concurrency: number, durationMs: number): Promise<void> {
		await this.#order({ do: 'warm up', concurrency, durationMs });
	}

	async round(concurrency: number, durationMs: number): Promise<Round> {
		const { round } = await this.#order({ do: 'round', concurrency, durationMs });
		if (round === undefined) throw new Error(`${this.#name} answered without figures.`);
		return round;
	}

	async prove(): Promise<void> {
		await this.#order({ do: 'prove' });
	}

	async close(): Promise<void> {
		await this.#order({ do: 'close' });
	}

	/** Lets the process end, and ends it when it does not. */
	async stop(): Promise<void> {
		const child = this.#process;
		if (child.exitCode !== null || child.signalCode !== null) return;
		const exited = once(child, 'exit');
		if (child.connected) child.disconnect();
		const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
		await exited;
		clearTimeout(killer);
	}

	#problem(reason: string): Error {
		return new Error(`${this.#name}: ${reason}\n${this.#errorText}`.trimEnd());
	}

	#order(order: Order): Promise<Extract<Report, { ok: true }>> {
		const answer = this.#answer();
		// A process that has ended is noticed by its exit, which #answer waits for too.
		this.#process.send(order, () => {});
		return answer;
	}

	#answer(): Promise<Extract<Report, { ok: true }>> {
		const child = this.#process;
		return new Promise((resolve, reject) => {
			const settle = (): void => {
				child.off('message', onReport);
				child.off('exit', onExit);
			};
			const onReport = (report: Report): void => {
				settle();
				if (report.ok) resolve(report);
				else reject(this.#problem(report.reason));
			};
			const onExit = (code: number | null, signal: string | null): void => {
				settle();
				reject(this.#problem(`its process ended with ${signal ?? code}.`));
			};
			child.on('message', onReport);
			child.on('exit', onExit);
			if (child.exitCode !== null || child.signalCode !== null) {
				onExit(child.exitCode, child.signalCode);
			}
		});
	}
}
