import { isFlotillaError } from 'flotilla/adapter';
import type { Kernel } from '../kernel/kernel.ts';
import type { MachineProcess } from '../machine/process.ts';
import { type Failure, type FailureKind, messageOf, nameOf } from '../scenario/assertions.ts';

/** What the conductor needs of a world. */
export interface Stage {
	readonly kernel: Kernel;
	/** Whether every process has started and is known to those that need it. */
	ready(): boolean;
	/** Who is not. */
	notReady(): readonly string[];
	/** Lets the faults begin. */
	breakThings(): void;
	/** Ends all faults and starts what is down. */
	heal(): void;
	/** Runs the scenario. */
	play(): Promise<void>;
	/** The last error with which something in the scenario was tried again, in words. */
	lastRefusal(): string | undefined;
	/** What must come about in the end; each throws, or returns false, until it has. */
	readonly hopes: ReadonlyMap<string, () => unknown>;
}

/** How often the conductor looks whether something has come about. */
const LOOK_EVERY_MS = 50;

/**
 * The phases of a run. Safety: faults strike while the scenario runs, and nothing may ever be wrong.
 * Liveness: the world heals, and everything must come to its end.
 */
export class Conductor {
	readonly failures: Failure[] = [];
	readonly #stage: Stage;
	readonly #process: MachineProcess;
	readonly #forMs: number;
	readonly #settleMs: number;
	readonly #whenHealed: (() => void)[] = [];
	#healed = false;
	#played = false;
	#done = false;

	constructor(stage: Stage, process: MachineProcess, times: { forMs: number; settleMs: number }) {
		this.#stage = stage;
		this.#process = process;
		this.#forMs = times.forMs;
		this.#settleMs = times.settleMs;
	}

	/** Nothing is left to be done. */
	get done(): boolean {
		return this.#done;
	}

	/** Schedules the run. */
	start(): void {
		this.#after(0, 'scenario', () => void this.#conduct());
	}

	/** Resolves when faults have ceased. */
	healed(): Promise<void> {
		return new Promise((resolve) => {
			if (this.#healed) resolve();
			else this.#whenHealed.push(resolve);
		});
	}

	sleep(ms: number): Promise<void> {
		return new Promise((resolve) => this.#after(ms, 'timer', resolve));
	}

	/**
	 * Something is wrong: the run ends. The first failure is the one: others are often its consequences.
	 * It may come when all else is done, in the very event that ends the run.
	 */
	fail(kind: FailureKind, name: string, message: string): void {
		if (this.failures.length > 0) return;
		const { nowMs } = this.#stage.kernel;
		this.failures.push({ kind, name, message, atMs: nowMs });
		this.#stage.kernel.note('world', 'failure', `${kind} ${name}`, () => `${name}: ${message}`);
		this.#done = true;
	}

	async #conduct(): Promise<void> {
		if (!(await this.#untilReady('the start'))) return;
		this.#stage.breakThings();
		this.#after(this.#forMs, 'heal', () => this.heal());
		const limitMs = this.#forMs + this.#settleMs;
		this.#after(limitMs, 'limit', () => {
			const message = `the scenario had not ended ${this.#settleMs} ms after the world had healed`;
			if (!this.#played) this.fail('no progress', 'the scenario', this.#withLastRefusal(message));
		});
		try {
			await this.#stage.play();
		} catch (error) {
			// Who is about to be told of as an escape need not be told of as the scenario's error.
			if (isFlotillaError(error, 'FLOTILLA_SIM_ESCAPE')) return;
			this.fail('scenario', nameOf(error), messageOf(error));
		}
		this.#played = true;
		this.heal();
		if (!(await this.#untilReady('healing'))) return;
		await this.#untilHopesCome();
		this.#done = true;
	}

	/** Ends all faults, before their time or at it. */
	heal(): void {
		if (this.#healed) return;
		this.#healed = true;
		this.#stage.heal();
		for (const resolve of this.#whenHealed) resolve();
	}

	async #untilReady(what: string): Promise<boolean> {
		const limitMs = this.#stage.kernel.nowMs + this.#settleMs;
		while (!this.#stage.ready()) {
			if (this.#stage.kernel.nowMs >= limitMs) {
				const message = `${this.#stage.notReady().join(', ')} did not start`;
				this.fail('no progress', what, message);
				return false;
			}
			await this.sleep(LOOK_EVERY_MS);
		}
		return true;
	}

	async #untilHopesCome(): Promise<void> {
		const open = new Map(this.#stage.hopes);
		const reasons = new Map<string, string>();
		/** What is being looked at: it may wait for something that never comes. */
		let asked: string | undefined;
		this.#after(this.#settleMs, 'limit', () => {
			const [first = ''] = open.keys();
			const pending = `it had not been decided ${this.#settleMs} ms after the scenario had ended`;
			if (this.#done) return;
			if (asked === undefined) this.fail('eventually', first, reasons.get(first) ?? '');
			else this.fail('eventually', asked, this.#withLastRefusal(pending));
		});
		while (open.size > 0 && !this.#done) {
			for (const [name, check] of open) {
				asked = name;
				const reason = await whyNot(check);
				asked = undefined;
				if (reason === undefined) open.delete(name);
				else reasons.set(name, reason);
			}
			if (open.size > 0) await this.sleep(LOOK_EVERY_MS * 4);
		}
	}

	#withLastRefusal(message: string): string {
		const last = this.#stage.lastRefusal();
		return last === undefined ? message : `${message}; the last error in it was: ${last}`;
	}

	#after(ms: number, kind: string, run: () => void): void {
		this.#stage.kernel.after(ms, this.#process, kind, '', run);
	}
}

async function whyNot(check: () => unknown): Promise<string | undefined> {
	try {
		return (await check()) === false ? 'it was false' : undefined;
	} catch (error) {
		return messageOf(error);
	}
}
