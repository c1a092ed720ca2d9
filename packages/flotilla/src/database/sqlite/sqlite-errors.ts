import type { ErrorCode } from '../../errors/error-table.ts';
import { FlotillaError, isFlotillaError } from '../../errors/flotilla-error.ts';

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that the platform tells apart. */
const BUSY = 5;
const LOCKED = 6;
const NO_MEMORY = 7;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const PROTOCOL = 15;
const CONSTRAINT = 19;
const NOT_A_DATABASE = 26;

/** No room for the index of the write-ahead log: the disk is full, not broken. */
const IO_ERROR_INDEX_SIZE = 4874;

const constraintKinds: Readonly<Record<number, string>> = {
	275: 'check',
	787: 'foreign-key',
	1299: 'not-null',
	1555: 'unique',
	2067: 'unique',
	2579: 'unique',
};
/** A value of the wrong type in a strict table: the statement is wrong, not the data in its way. */
const CONSTRAINT_DATA_TYPE = 3091;

/** The error that a caller gets for one of SQLite's. Errors of the platform pass unchanged. */
export function sqliteError(database: string, error: unknown): FlotillaError {
	if (isFlotillaError(error)) return error;
	const code = extendedCode(error);
	const reason = messageOf(error);
	if (primaryCode(error) === CONSTRAINT && code !== CONSTRAINT_DATA_TYPE) {
		return new FlotillaError(
			'FLOTILLA_DATABASE_CONSTRAINT',
			`A constraint of database ${database} refused a statement: ${reason}.`,
			{ details: constraintDetails(code, reason), cause: error },
		);
	}
	return new FlotillaError(codeFor(error), `Database ${database}: ${reason}.`, { cause: error });
}

/** Whether the disk or the file failed: what is written afterwards cannot be trusted. */
export function isFatal(error: unknown): boolean {
	const primary = primaryCode(error);
	if (primary === IO_ERROR) return extendedCode(error) !== IO_ERROR_INDEX_SIZE;
	return primary === CORRUPT || primary === NOT_A_DATABASE;
}

/** Whether a constraint was broken: at COMMIT, a deferred one. */
export function isConstraint(error: unknown): boolean {
	return primaryCode(error) === CONSTRAINT;
}

/** Whether a COMMIT that failed in this way has surely had no effect. */
export function isSurelyRefused(error: unknown): boolean {
	const primary = primaryCode(error);
	return primary === CONSTRAINT || primary === FULL || primary === BUSY;
}

function codeFor(error: unknown): ErrorCode {
	switch (primaryCode(error)) {
		case BUSY:
		case LOCKED:
			return 'FLOTILLA_DATABASE_CONTENTION';
		case FULL:
			return 'FLOTILLA_DATABASE_FULL';
		case IO_ERROR:
			return isFatal(error) ? 'FLOTILLA_DATABASE_UNAVAILABLE' : 'FLOTILLA_DATABASE_FULL';
		case CORRUPT:
		case NOT_A_DATABASE:
			return 'FLOTILLA_DATABASE_CORRUPT';
		case NO_MEMORY:
		case CANNOT_OPEN:
		case PROTOCOL:
			return 'FLOTILLA_DATABASE_UNAVAILABLE';
		default:
			return 'FLOTILLA_DATABASE_STATEMENT';
	}
}

/**
 * SQLite names a constraint by its columns (`orders.id, orders.line`), by its index
 * (`index 'orders_open'`), by its name or text (CHECK), or not at all (foreign keys).
 */
function constraintDetails(code: number, reason: string): Readonly<Record<string, unknown>> {
	const subject = /constraint failed: (.+)$/.exec(reason)?.[1];
	const kind = constraintKinds[code] ?? 'other';
	const table = kind === 'check' ? undefined : /^(\w+)\./.exec(subject ?? '')?.[1];
	return {
		kind,
		...(subject !== undefined && { constraint: subject }),
		...(table !== undefined && { table }),
	};
}

function primaryCode(error: unknown): number {
	return extendedCode(error) & 0xff;
}

function extendedCode(error: unknown): number {
	const code = (error as { readonly errcode?: unknown } | undefined)?.errcode;
	return typeof code === 'number' ? code : 0;
}

/** Without a full stop, so that it fits into a sentence. */
function messageOf(error: unknown): string {
	return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
