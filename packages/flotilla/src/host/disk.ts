/**
 * Files with honest durability: nothing is durable before `sync` resolved, a new or renamed name
 * not before `syncFolder` did. Paths are absolute and in the operating system's own form.
 *
 * Failures reject with `FLOTILLA_DISK_FAILED`, `FLOTILLA_DISK_FULL` or `FLOTILLA_DISK_DENIED`.
 * After a failed `sync` the file's content is unknown: further operations on the open file are
 * refused. After a failed `append` the file may end in a torn piece: further ones are refused until
 * `truncate` has cut it off.
 */
export interface Disk {
	/** Opens for reading and appending; makes the file when it is missing and `create` is set. */
	open(path: string, options?: OpenOptions): Promise<DiskFile>;
	/** Replaces `to` in one step. */
	rename(from: string, to: string): Promise<void>;
	/** A missing file is fine. */
	remove(path: string): Promise<void>;
	/** Makes the folder and those above it, durably, and for this user only. */
	makeFolder(path: string): Promise<void>;
	/** The names in a folder, sorted; `undefined` when there is no such folder. */
	list(path: string): Promise<readonly string[] | undefined>;
	/** Makes names that were created, renamed or removed in the folder durable. */
	syncFolder(path: string): Promise<void>;
	/**
	 * Takes the exclusive lock that the operating system keeps on `path` (a file, made when missing)
	 * for as long as this process lives: killing the process frees it.
	 * Rejects with `FLOTILLA_LOCKED` when another holder has it. Nothing else may open that file in this
	 * process: where locks are POSIX's, closing any handle on it would drop the lock.
	 */
	lock(path: string): Promise<DiskLock>;
}

export interface OpenOptions {
	readonly create?: boolean;
	/** Permission bits of a file that is made now, such as 0o600; 0o644 when absent. */
	readonly mode?: number;
}

export interface DiskFile {
	readonly path: string;
	sizeBytes(): Promise<number>;
	/** Up to `length` bytes from `offset`; fewer only where the file ends. */
	read(offset: number, length: number): Promise<Uint8Array>;
	/** Adds the bytes at the end. They may be torn or lost by a crash until `sync` resolved. */
	append(bytes: Uint8Array): Promise<void>;
	/** Cuts the file to `sizeBytes`; never makes it longer. */
	truncate(sizeBytes: number): Promise<void>;
	sync(): Promise<void>;
	close(): Promise<void>;
}

export interface DiskLock {
	release(): Promise<void>;
}
