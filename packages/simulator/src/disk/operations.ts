import type { FaultName } from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import type { FaultScope } from '../kernel/fault-decisions.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';

/** Something that a disk was asked for. */
export interface Operation {
	/** When it was asked for, among all operations of the disk. */
	readonly number: number;
}

export interface OperationRequest<T> {
	readonly kind: string;
	/** What of it goes into the hash of the trace: its path. */
	readonly digest: string;
	readonly lastsMs: number;
	/** Not done before this time. */
	readonly notBeforeMs?: number;
	readonly perform: (operation: Operation) => T;
}

const jitterSalt = hashOf('jitter of a disk');
const deathSalt = hashOf('under way at death');

/** What a disk was asked for and has not done yet. */
export class Operations {
	readonly machine: string;
	readonly #kernel: Kernel;
	readonly #scope: number;
	readonly #underWay = new Map<SimulatedProcess, Map<number, () => void>>();
	#number = 0;

	constructor(kernel: Kernel, machine: string) {
		this.#kernel = kernel;
		this.machine = machine;
		this.#scope = hashOf(`disk of ${machine}`);
	}

	get nowMs(): number {
		return this.#kernel.nowMs;
	}

	/** Does something after a while. Never settles once the process is dead. */
	run<T>(process: SimulatedProcess, request: OperationRequest<T>): Promise<T> {
		if (!process.alive) return new Promise(() => {});
		const { kind, digest, notBeforeMs = 0, perform } = request;
		const number = this.#number++;
		const jitter = this.#kernel.chance.draw(this.#scope ^ jitterSalt, number);
		const delayMs = Math.max(request.lastsMs * (1 + jitter), notBeforeMs - this.nowMs);
		const underWay = this.#underWayOf(process);
		return new Promise<T>((resolve, reject) => {
			underWay.set(number, () => perform({ number }));
			const finish = (): void => {
				underWay.delete(number);
				try {
					resolve(perform({ number }));
				} catch (error) {
					reject(error);
				}
			};
			this.#kernel.after(delayMs, process, 'disk', digest, finish, () => `${kind} ${digest}`);
		});
	}

	/** What it had asked for has been done or not, in order: nobody will say. */
	processDied(process: SimulatedProcess): void {
		const underWay = this.#underWay.get(process);
		this.#underWay.delete(process);
		if (underWay === undefined) return;
		for (const [number, perform] of underWay) {
			if (this.draw(deathSalt, number) >= 1 / 2) continue;
			try {
				perform();
			} catch {
				// Refused: there is nobody who could be told.
			}
		}
	}

	/** Adds what is written to the hash of the trace. */
	trace(bytes: Uint8Array): void {
		this.#kernel.trace.add(bytes);
	}

	/** A number for a decision, 0 inclusive to 1 exclusive. */
	draw(salt: number, number: number): number {
		return this.#kernel.chance.draw(this.#scope ^ salt, number);
	}

	strikes(fault: FaultName, scope: FaultScope, number: number, share: number): boolean {
		return this.#kernel.faults.strikes(fault, scope, number, share, () => scope.name);
	}

	#underWayOf(process: SimulatedProcess): Map<number, () => void> {
		let underWay = this.#underWay.get(process);
		if (underWay === undefined) {
			underWay = new Map();
			this.#underWay.set(process, underWay);
		}
		return underWay;
	}
}
