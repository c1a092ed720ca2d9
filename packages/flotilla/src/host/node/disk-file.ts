import type { FileHandle } from 'node:fs/promises';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { DiskFile } from '../disk.ts';
import { plainBytes } from './bytes.ts';
import { diskError } from './disk-error.ts';

/**
 * A file open for reading and appending.
 *
 * Appends and cuts take effect in the order in which they were issued, awaited or not: the thread
 * pool would run them in any order. A sync waits for those issued before it and for no later ones,
 * so a log can go on growing while its last batch is on the way to the disk.
 *
 * Two failures stick, because going on would lose data in silence:
 * - after a failed append, further ones are refused until `truncate`: they would land behind torn
 *   bytes, where no reader looks;
 * - after a failed sync, everything that writes is refused. The kernel reports a failed page once and
 *   then takes it for clean, so the next sync would lie (Rebello and others, "Can Applications
 *   Recover from fsync Failures?", 2020).
 */
export class NodeDiskFile implements DiskFile {
	readonly path: string;
	readonly #handle: FileHandle;
	#lastChange: Promise<unknown> = Promise.resolve();
	#torn: FlotillaError | undefined;
	#unsynced: FlotillaError | undefined;
	#closed: Promise<void> | undefined;

	constructor(path: string, handle: FileHandle) {
		this.path = path;
		this.#handle = handle;
	}

	async sizeBytes(): Promise<number> {
		this.#refuseWhenClosed();
		try {
			return (await this.#handle.stat()).size;
		} catch (error) {
			throw diskError(error, { action: 'read the size of', path: this.path, effect: 'none' });
		}
	}

	async read(offset: number, length: number): Promise<Uint8Array> {
		this.#refuseWhenClosed();
		// Not from Node's pool: the result may be kept, and would keep a whole slab.
		const bytes = Buffer.allocUnsafeSlow(length);
		let filled = 0;
		try {
			while (filled < length) {
				const rest = length - filled;
				const { bytesRead } = await this.#handle.read(bytes, filled, rest, offset + filled);
				if (bytesRead === 0) break;
				filled += bytesRead;
			}
		} catch (error) {
			throw diskError(error, { action: 'read', path: this.path, effect: 'none' });
		}
		return plainBytes(bytes.subarray(0, filled));
	}

	append(bytes: Uint8Array): Promise<void> {
		return this.#change(async () => {
			if (this.#torn !== undefined) throw this.#torn;
			try {
				for (let written = 0; written < bytes.length; ) {
					written += (await this.#handle.write(bytes, written)).bytesWritten;
				}
			} catch (error) {
				this.#torn = diskError(error, { action: 'append to', path: this.path });
				throw this.#torn;
			}
		});
	}

	truncate(sizeBytes: number): Promise<void> {
		return this.#change(async () => {
			try {
				// The system call would fill up a shorter file with zeros.
				const { size } = await this.#handle.stat();
				if (sizeBytes < size) await this.#handle.truncate(sizeBytes);
			} catch (error) {
				throw diskError(error, { action: 'cut', path: this.path });
			}
			this.#torn = undefined;
		});
	}

	async sync(): Promise<void> {
		this.#refuseWhenClosed();
		await this.#lastChange;
		if (this.#unsynced !== undefined) throw this.#unsynced;
		try {
			// Leaves out what no reader needs, such as the time of change, and costs one write less.
			await this.#handle.datasync();
		} catch (error) {
			this.#unsynced = diskError(error, { action: 'sync', path: this.path });
			throw this.#unsynced;
		}
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		await this.#lastChange;
		try {
			// Waits for reads and syncs under way.
			await this.#handle.close();
		} catch (error) {
			throw diskError(error, { action: 'close', path: this.path });
		}
	}

	async #change(change: () => Promise<void>): Promise<void> {
		this.#refuseWhenClosed();
		const done = this.#lastChange.then(() => {
			if (this.#unsynced !== undefined) throw this.#unsynced;
			return change();
		});
		this.#lastChange = done.catch(ignore);
		await done;
	}

	#refuseWhenClosed(): void {
		if (this.#closed === undefined) return;
		throw new FlotillaError('FLOTILLA_DISK_FAILED', `${this.path} was closed.`, {
			effect: 'none',
			details: { path: this.path },
		});
	}
}

/** Whoever issued the change hears of its failure; those behind it only wait. */
function ignore(): void {}
