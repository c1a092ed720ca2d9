import { type DiskFile, FlotillaError } from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import { type FaultScope, faultScope } from '../kernel/fault-decisions.ts';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { diskError } from './disk-error.ts';
import type { Operation, Operations } from './operations.ts';
import type { StoredFile } from './stored-file.ts';

/** At the full weight of the fault. */
const readErrorShare = 0.01;
const fullShare = 0.01;
export const syncFailureShare = 0.01;

const accessMs = 0.02;
const syncMs = 0.5;
/** 1 GB/s. */
const bytesPerMs = 1_000_000;
/** Smallest step of virtual time: changes of one file happen one after another. */
const stepMs = 0.001;

const tornSalt = hashOf('torn append');

export interface SimulatedDiskFileOptions {
	readonly path: string;
	readonly file: StoredFile;
	readonly process: SimulatedProcess;
	readonly operations: Operations;
}

/** An open file: what fails, sticks as it does with the real one. */
export class SimulatedDiskFile implements DiskFile {
	readonly path: string;
	readonly #file: StoredFile;
	readonly #process: SimulatedProcess;
	readonly #operations: Operations;
	readonly #scope: FaultScope;
	#lastChangeMs = 0;
	#torn: FlotillaError | undefined;
	#unsynced: FlotillaError | undefined;
	#closed: Promise<void> | undefined;

	constructor({ path, file, process, operations }: SimulatedDiskFileOptions) {
		this.path = path;
		this.#file = file;
		this.#process = process;
		this.#operations = operations;
		this.#scope = faultScope(`${operations.machine}:${path}`);
	}

	sizeBytes(): Promise<number> {
		return this.#run('size', accessMs, () => this.#file.current.sizeBytes);
	}

	read(offset: number, length: number): Promise<Uint8Array> {
		return this.#run('read', accessMs + length / bytesPerMs, ({ number }) => {
			if (this.#strikes('disk.read-error', number, readErrorShare)) {
				throw diskError('EIO', { action: 'read', path: this.path, effect: 'none' });
			}
			return this.#file.current.read(offset, length);
		});
	}

	append(bytes: Uint8Array): Promise<void> {
		return this.#change('append', accessMs + bytes.length / bytesPerMs, ({ number }) => {
			if (this.#torn !== undefined) throw this.#torn;
			this.#operations.trace(bytes);
			if (this.#strikes('disk.full', number, fullShare)) {
				const written = Math.floor(bytes.length * this.#operations.draw(tornSalt, number));
				this.#file.append(bytes.slice(0, written), number);
				this.#torn = diskError('ENOSPC', { action: 'append to', path: this.path });
				throw this.#torn;
			}
			this.#file.append(bytes.slice(), number);
		});
	}

	truncate(sizeBytes: number): Promise<void> {
		return this.#change('cut', accessMs, ({ number }) => {
			this.#file.cut(sizeBytes, number);
			this.#torn = undefined;
		});
	}

	/** Covers what was asked for before, and nothing later. */
	sync(): Promise<void> {
		return this.#run(
			'sync',
			syncMs,
			({ number }) => {
				if (this.#unsynced !== undefined) throw this.#unsynced;
				if (!this.#strikes('disk.sync-failure', number, syncFailureShare)) {
					this.#file.sync(number);
					return;
				}
				this.#file.failSync(number);
				this.#unsynced = diskError('EIO', { action: 'sync', path: this.path });
				throw this.#unsynced;
			},
			this.#lastChangeMs + stepMs,
		);
	}

	close(): Promise<void> {
		if (this.#closed === undefined) {
			this.#closed = this.#operations.run(this.#process, {
				kind: 'close',
				digest: this.path,
				lastsMs: accessMs,
				notBeforeMs: this.#lastChangeMs + stepMs,
				perform: () => {},
			});
		}
		return this.#closed;
	}

	/** Changes take effect in the order in which they were asked for, awaited or not. */
	#change(kind: string, lastsMs: number, perform: (operation: Operation) => void): Promise<void> {
		const notBeforeMs = this.#lastChangeMs + stepMs;
		// Longer than any jitter, so that the next one surely comes later.
		this.#lastChangeMs = Math.max(notBeforeMs, this.#operations.nowMs + lastsMs * 2 + stepMs);
		const changing = (operation: Operation): void => {
			if (this.#unsynced !== undefined) throw this.#unsynced;
			perform(operation);
		};
		return this.#run(kind, lastsMs, changing, notBeforeMs);
	}

	#run<T>(
		kind: string,
		lastsMs: number,
		perform: (operation: Operation) => T,
		notBeforeMs = 0,
	): Promise<T> {
		if (this.#closed !== undefined && this.#process.alive) {
			const message = `${this.path} was closed.`;
			const details = { path: this.path };
			return Promise.reject(
				new FlotillaError('FLOTILLA_DISK_FAILED', message, { effect: 'none', details }),
			);
		}
		const request = { kind, digest: this.path, lastsMs, notBeforeMs, perform };
		return this.#operations.run(this.#process, request);
	}

	#strikes(
		fault: 'disk.read-error' | 'disk.full' | 'disk.sync-failure',
		number: number,
		share: number,
	): boolean {
		return this.#operations.strikes(fault, this.#scope, number, share);
	}
}
