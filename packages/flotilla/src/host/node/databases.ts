import {
	closeSync,
	existsSync,
	openSync,
	readFileSync,
	readSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SqliteConnection } from '../../database/sqlite/sqlite-connection.ts';
import { SqliteDatabase } from '../../database/sqlite/sqlite-database.ts';
import { sqliteError } from '../../database/sqlite/sqlite-errors.ts';
import { FlotillaError, isFlotillaError } from '../../errors/flotilla-error.ts';
import type { Clock } from '../clock.ts';
import type { Database, Databases, OpenDatabaseOptions } from '../database.ts';
import type { RandomSource } from '../random.ts';
import { endOfTurn } from './end-of-turn.ts';
import { makeFolderDurably } from './make-folder.ts';
import { openSqliteReader, openSqliteWriter, openUnusedSqliteFile } from './sqlite-connection.ts';

/** Files up to this size are read through before they are opened: about half a second. */
const CHECKED_BYTES_MAX = 256 * 1024 * 1024;

/**
 * SQLite files, one for each service: `FOLDER/NAME.sqlite`, with `-wal` and `-shm` beside it while
 * it is open, and `NAME.lock`, which keeps other processes away.
 *
 * Nobody else may open these files within the process, not even to read: on POSIX systems, closing
 * any descriptor of a file drops all locks that the process holds on it.
 */
export class NodeDatabases implements Databases {
	readonly #clock: Clock;
	readonly #random: RandomSource;

	constructor(clock: Clock, random: RandomSource) {
		this.#clock = clock;
		this.#random = random;
	}

	async check(
		name: string,
		{ folder, exists }: { readonly folder: string; readonly exists: boolean },
	): Promise<void> {
		const path = pathOf(name, folder);
		try {
			if (exists && (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) {
				throw corrupt(path, 'it has been made, but is missing or empty now');
			}
			checkFile(path);
		} catch (error) {
			throw openingError(path, error);
		}
	}

	/** Rejects also with `FLOTILLA_DATABASE_IN_USE`, when another process or this one has it open. */
	async open(name: string, options: OpenDatabaseOptions): Promise<Database> {
		const path = pathOf(name, options.folder);
		const { rerunShare = 0 } = options;
		const undo: (() => void)[] = [];
		try {
			await makeFolderDurably(options.folder);
			const lock = lockDatabase(join(options.folder, `${name}.lock`), path);
			undo.push(() => lock.close());
			checkFile(path);
			makePrivateFile(path);
			const writer = openSqliteWriter(path);
			undo.push(() => writer.close());
			const reader = openSqliteReader(path);
			undo.push(() => reader.close());
			return new SqliteDatabase({
				name,
				clock: this.#clock,
				endOfTurn,
				writer,
				reader,
				...(rerunShare > 0 && { rerun: () => this.#random.next() < rerunShare }),
				afterClose: () => lock.close(),
			});
		} catch (error) {
			for (const close of undo.reverse()) close();
			throw openingError(path, error);
		}
	}
}

function pathOf(name: string, folder: string): string {
	if (/^[a-z0-9-]+$/.test(name)) return join(folder, `${name}.sqlite`);
	throw new TypeError(`a database is named with a-z, 0-9 and -, unlike ${name}`);
}

/** For this user only; SQLite gives its other files the same permissions. */
function makePrivateFile(path: string): void {
	closeSync(openSync(path, 'a', 0o600));
}

/**
 * Takes a lock that ends with the process, however it ends. Node has no call for that but SQLite
 * has, so the lock is an empty database with a transaction that never ends. It cannot be taken on
 * the database itself: there it would keep out our own reader too.
 */
function lockDatabase(lockPath: string, path: string): { close(): void } {
	makePrivateFile(lockPath);
	const lock = new DatabaseSync(lockPath);
	try {
		lock.exec('begin exclusive');
		return lock;
	} catch (error) {
		lock.close();
		if ((error as { readonly errcode?: number }).errcode !== 5) throw error;
		throw new FlotillaError(
			'FLOTILLA_DATABASE_IN_USE',
			`${path} is open in another process; ${lockPath} is locked.`,
			{ details: { path }, cause: error },
		);
	}
}

/** Finds damage before anything is written, because writing could make it worse. */
function checkFile(path: string): void {
	const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
	const logBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
	if (sizeBytes === 0) {
		// SQLite would take the file for a new one and delete the log with all that is in it.
		if (logBytes > 0) throw corrupt(path, 'it is empty or missing, but has a write-ahead log');
		return;
	}
	// A crash while the file was made: the journal has to be rolled back before it can be read.
	if (existsSync(`${path}-journal`)) return;
	const header = readHeader(path);
	if (!header.subarray(0, 16).equals(Buffer.from('SQLite format 3\0'))) {
		throw corrupt(path, 'it is no SQLite database');
	}
	const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
	const pages = header.readUInt32BE(28);
	// The count of pages is valid when both counters of changes agree.
	const counted = header.readUInt32BE(24) === header.readUInt32BE(92);
	// Without a log to complete it, the file has all the pages that its header counts.
	if (logBytes === 0 && counted && sizeBytes < pages * pageBytes) {
		throw corrupt(path, `it was cut off: ${sizeBytes} of ${pages * pageBytes} bytes are left`);
	}
	if (sizeBytes <= CHECKED_BYTES_MAX) checkPages(path, logBytes > 0);
}

/** Reads all pages on a connection that cannot write, so neither the file nor its log changes. */
function checkPages(path: string, hasLog: boolean): void {
	const index = hasLog ? keptIndex(`${path}-shm`) : undefined;
	let connection: SqliteConnection | undefined;
	try {
		connection = hasLog ? openSqliteReader(path) : openUnusedSqliteFile(path);
		const [row] = connection.prepare('pragma quick_check(1)').all([]);
		if (row?.quick_check !== 'ok') throw corrupt(path, `${row?.quick_check}`);
	} finally {
		connection?.close();
		index?.restore();
	}
}

/** The index of a log is made anew by whoever reads the log; whoever only looks leaves no trace. */
function keptIndex(path: string): { restore(): void } {
	const bytes = existsSync(path) ? readFileSync(path) : undefined;
	return {
		restore: () =>
			bytes === undefined ? rmSync(path, { force: true }) : writeFileSync(path, bytes),
	};
}

function readHeader(path: string): Buffer {
	const header = Buffer.alloc(100);
	const descriptor = openSync(path, 'r');
	try {
		readSync(descriptor, header, 0, header.length, 0);
		return header;
	} finally {
		closeSync(descriptor);
	}
}

function corrupt(path: string, reason: string, cause?: unknown): FlotillaError {
	const line = reason.replaceAll(/\s+/g, ' ');
	return new FlotillaError('FLOTILLA_DATABASE_CORRUPT', `${path} is damaged: ${line}.`, {
		details: { path, reason },
		...(cause !== undefined && { cause }),
	});
}

function openingError(path: string, error: unknown): FlotillaError {
	if (isFlotillaError(error)) return error;
	const reason = (error as Error).message;
	if (sqliteError(path, error).code === 'FLOTILLA_DATABASE_CORRUPT') {
		return corrupt(path, reason, error);
	}
	return new FlotillaError(
		'FLOTILLA_DATABASE_UNAVAILABLE',
		`${path} cannot be opened: ${reason}.`,
		{
			details: { path },
			cause: error,
		},
	);
}
