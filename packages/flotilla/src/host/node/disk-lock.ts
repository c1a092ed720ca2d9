import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { DiskLock } from '../disk.ts';
import { diskError } from './disk-error.ts';

/** Primary result codes of SQLite, which stand in the low byte of the extended ones. */
const sqliteBusy = 5;
const sqliteReadOnly = 8;
const sqliteCannotOpen = 14;

/** A lock is freed when its connection is collected, so none that is held may become garbage. */
const held = new Set<DatabaseSync>();

/**
 * A lock that ends with the process, however it ends. Node.js has no call for that but SQLite has:
 * the file is an empty database with a transaction that never ends and never writes, so the file
 * stays empty and nothing else appears beside it.
 *
 * The file must not be opened in any other way: on POSIX systems closing any descriptor of it drops
 * all locks that the process has on it. It is left behind after the release, because removing it
 * would let two processes lock two files of the same name.
 */
export async function lockFile(path: string): Promise<DiskLock> {
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(path, { timeout: 0 });
		database.exec('pragma journal_mode = memory; pragma locking_mode = exclusive; begin exclusive');
	} catch (error) {
		if (database?.isOpen) database.close();
		throw await lockError(error, path);
	}
	held.add(database);
	return new SqliteLock(database);
}

class SqliteLock implements DiskLock {
	readonly #database: DatabaseSync;

	constructor(database: DatabaseSync) {
		this.#database = database;
	}

	async release(): Promise<void> {
		if (held.delete(this.#database)) this.#database.close();
	}
}

async function lockError(error: unknown, path: string): Promise<FlotillaError> {
	const code = ((error as { readonly errcode?: number }).errcode ?? 0) & 0xff;
	if (code === sqliteBusy) {
		return new FlotillaError('FLOTILLA_LOCKED', `${path} is locked by another process.`, {
			details: { path },
			cause: error,
		});
	}
	const attempt = { action: 'lock', path, effect: 'none' } as const;
	if (code !== sqliteCannotOpen && code !== sqliteReadOnly) return diskError(error, attempt);
	// SQLite does not say why. The operating system does, and asking it for access opens nothing.
	try {
		await access(dirname(path), constants.W_OK);
		await access(path, constants.W_OK);
	} catch (reason) {
		return diskError(reason, attempt);
	}
	return diskError(error, attempt);
}
