import { constants, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Disk, DiskFile, DiskLock, OpenOptions } from '../disk.ts';
import { diskError } from './disk-error.ts';
import { NodeDiskFile } from './disk-file.ts';
import { lockFile } from './disk-lock.ts';

/** The file system of the operating system. */
export class NodeDisk implements Disk {
	async open(path: string, { create = false, mode = 0o644 }: OpenOptions = {}): Promise<DiskFile> {
		const flags = constants.O_RDWR | constants.O_APPEND | (create ? constants.O_CREAT : 0);
		try {
			return new NodeDiskFile(path, await open(path, flags, mode));
		} catch (error) {
			throw diskError(error, { action: 'open', path, effect: 'none' });
		}
	}

	async rename(from: string, to: string): Promise<void> {
		try {
			await rename(from, to);
		} catch (error) {
			throw diskError(error, { action: `rename to ${to}`, path: from });
		}
	}

	async remove(path: string): Promise<void> {
		try {
			await unlink(path);
		} catch (error) {
			if (!isMissing(error)) throw diskError(error, { action: 'remove', path });
		}
	}

	async makeFolder(path: string): Promise<void> {
		let first: string | undefined;
		try {
			first = await mkdir(path, { recursive: true });
		} catch (error) {
			throw diskError(error, { action: 'make the folder', path });
		}
		if (first === undefined) return;
		// A name is durable once the folder that holds it was synced.
		const above = dirname(resolve(first));
		for (let made = resolve(path); made !== above; made = dirname(made)) {
			await this.syncFolder(dirname(made));
		}
	}

	async list(path: string): Promise<readonly string[] | undefined> {
		try {
			return (await readdir(path)).sort();
		} catch (error) {
			if (isMissing(error)) return undefined;
			throw diskError(error, { action: 'list', path, effect: 'none' });
		}
	}

	async syncFolder(path: string): Promise<void> {
		// Windows cannot open a folder; its journal keeps names in order without being asked.
		if (process.platform === 'win32') return;
		try {
			const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
			try {
				await folder.sync();
			} finally {
				await folder.close();
			}
		} catch (error) {
			throw diskError(error, { action: 'sync', path });
		}
	}

	lock(path: string): Promise<DiskLock> {
		return lockFile(path);
	}
}

function isMissing(error: unknown): boolean {
	return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
