import { constants, open, readdir, rename, unlink } from 'node:fs/promises';
import type { Disk, DiskFile, DiskLock, OpenOptions } from '../disk.ts';
import { diskError } from './disk-error.ts';
import { NodeDiskFile } from './disk-file.ts';
import { lockFile } from './disk-lock.ts';
import { makeFolderDurably, syncFolder } from './make-folder.ts';

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
		try {
			await makeFolderDurably(path);
		} catch (error) {
			throw diskError(error, { action: 'make the folder', path, effect: 'none' });
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
		try {
			await syncFolder(path);
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
