import { type ErrorCode, FlotillaError, isFlotillaError } from 'flotilla/adapter';
import { endsConnection } from './connection.ts';

/** What the server says about a failure (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
interface ServerError {
	readonly code: string;
	readonly message: string;
	readonly severity?: string;
	readonly routine?: string;
	readonly table_name?: string;
	readonly column_name?: string;
	readonly constraint_name?: string;
}

const constraintKinds: Readonly<Record<string, string>> = {
	'23001': 'foreign-key',
	'23502': 'not-null',
	'23503': 'foreign-key',
	'23505': 'unique',
	'23514': 'check',
};

/** The error that a caller gets for one of the server's or the driver's; ours pass unchanged. */
export function postgresError(database: string, error: unknown): FlotillaError {
	if (isFlotillaError(error)) return error;
	const { code = '', message } = error as ServerError;
	if (code.startsWith('23')) {
		return new FlotillaError(
			'FLOTILLA_DATABASE_CONSTRAINT',
			`A constraint of database ${database} refused a statement: ${message}.`,
			{ details: constraintDetails(error as ServerError), cause: error },
		);
	}
	const text = `Database ${database}: ${message || String(error)}.`;
	return new FlotillaError(codeFor(error), text, { cause: error });
}

/** A COMMIT that the server has not clearly refused may have taken effect. */
export function commitError(database: string, error: unknown): FlotillaError {
	if ((error as ServerError).severity === 'ERROR') return postgresError(database, error);
	return new FlotillaError(
		'FLOTILLA_COMMIT_UNKNOWN',
		`Database ${database} was lost while it committed: ${(error as ServerError).message}.`,
		{ cause: error },
	);
}

/** Whether a statement failed because it was prepared before its table was changed. */
export function isStale(error: FlotillaError): boolean {
	const { code, routine } = (error.cause ?? {}) as Partial<ServerError>;
	return code === '0A000' && routine === 'RevalidateCachedQuery';
}

function codeFor(error: unknown): ErrorCode {
	const { code = '' } = error as Partial<ServerError>;
	if (code === '40001' || code === '40P01') return 'FLOTILLA_DATABASE_CONTENTION';
	if (code === '53100') return 'FLOTILLA_DATABASE_FULL';
	if (code === 'XX001' || code === 'XX002') return 'FLOTILLA_DATABASE_CORRUPT';
	// Connection, resources, intervention (also timeouts), system, internal errors.
	if (/^(?:08|53|57|58|F0|XX)...$/.test(code) || endsConnection(error)) {
		return 'FLOTILLA_DATABASE_UNAVAILABLE';
	}
	return 'FLOTILLA_DATABASE_STATEMENT';
}

function constraintDetails(error: ServerError): Readonly<Record<string, unknown>> {
	const { table_name: table, column_name: column, constraint_name: constraint } = error;
	const subject = constraint ?? (column === undefined ? undefined : `${table}.${column}`);
	return {
		kind: constraintKinds[error.code] ?? 'other',
		...(subject !== undefined && { constraint: subject }),
		...(table !== undefined && { table }),
	};
}
