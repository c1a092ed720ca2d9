import { contractInvalid } from './contract-invalid.ts';

/**
 * Every error code of the platform, in one place: when it arises, whether anything took effect (an
 * error may say so more exactly), the HTTP status that the edge answers with, and what to do.
 */
export const errorTable = {
	// Definitions: found when the program starts.
	FLOTILLA_CONTRACT_INVALID: contractInvalid as typeof contractInvalid,
	FLOTILLA_SERVICE_INVALID: {
		when: 'A service does not implement its contract, or an app lacks a service that another needs.',
		effect: 'none',
		status: 500,
		remedy: 'Change the service or the app as the message says.',
	},
	FLOTILLA_CONFIGURATION: {
		when: 'A configuration value or key is wrong.',
		effect: 'none',
		status: 500,
		remedy: 'Correct it and start again.',
	},
	// Calls.
	FLOTILLA_INPUT_INVALID: {
		when: 'An input does not match the schema of the operation.',
		effect: 'none',
		status: 422,
		remedy: 'Correct the fields that the message names.',
	},
	FLOTILLA_OUTPUT_INVALID: {
		when: 'A handler returned what the schema of its operation does not allow.',
		effect: 'unknown',
		status: 500,
		remedy: 'This is a bug in the service: correct the handler or the contract.',
	},
	FLOTILLA_DEADLINE_EXCEEDED: {
		when: 'The deadline passed before the answer came.',
		effect: 'unknown',
		status: 504,
		remedy: 'Try again under the same idempotency key, with more time if this is the rule.',
	},
	FLOTILLA_CANCELLED: {
		when: 'The caller, or one above it, gave up.',
		effect: 'unknown',
		status: 499,
		remedy:
			'Nothing needs to be done unless the effect matters: then ask under the same idempotency key.',
	},
	FLOTILLA_UNAVAILABLE: {
		when: 'The service is not running here, or is stopping.',
		effect: 'none',
		status: 503,
		remedy: 'Try again later.',
	},
	FLOTILLA_HANDLER_FAILED: {
		when: 'A handler threw something that its contract does not declare: a bug.',
		effect: 'unknown',
		status: 500,
		remedy: 'Look up the trace id in the logs of the service.',
	},
	FLOTILLA_DOUBLE_INCOMPLETE: {
		when: 'A test called an operation of a double that was not given it.',
		effect: 'none',
		status: 501,
		remedy: 'Give the double a function for it, or leave the call out.',
	},
	FLOTILLA_OVERLOADED: {
		when: 'A limit on work under way or queued is reached.',
		effect: 'none',
		status: 503,
		remedy: 'Try again later, with backoff.',
	},
	FLOTILLA_CALL_IN_TX: {
		when: 'A call to a service was made inside a transaction: it would hold locks over the network.',
		effect: 'none',
		status: 500,
		remedy: 'Make the call before the transaction, or emit an event in it.',
	},
	// Who is asking.
	FLOTILLA_UNAUTHENTICATED: {
		when: 'The operation wants a principal and none was proved.',
		effect: 'none',
		status: 401,
		remedy: 'Send a valid bearer token.',
	},
	FLOTILLA_FORBIDDEN: {
		when: 'The principal lacks the scope that the operation wants.',
		effect: 'none',
		status: 403,
		remedy: 'Ask with a principal that has the scope.',
	},
	// Idempotency keys.
	FLOTILLA_IDEMPOTENCY_KEY_REUSED: {
		when: 'An idempotency key came again with another input.',
		effect: 'none',
		status: 422,
		remedy: 'Use a fresh idempotency key for a new command, or send the same input.',
	},
	FLOTILLA_IDEMPOTENCY_KEY_EXPIRED: {
		when: 'A generated idempotency key is older than answers are kept.',
		effect: 'none',
		status: 422,
		remedy: 'Find out by a query whether the command took effect, then use a fresh key.',
	},
	FLOTILLA_IDEMPOTENCY_KEY_INVALID: {
		when: 'An idempotency key is empty, too long, or has characters that are not allowed.',
		effect: 'none',
		status: 400,
		remedy: 'Use 1 to 255 printable ASCII characters; a UUIDv7 is best.',
	},
	// Transactions.
	FLOTILLA_TX_FOREIGN_AWAIT: {
		when: 'A transaction waited for something that is not one of its own statements.',
		effect: 'none',
		status: 500,
		remedy: 'Do the other work before the transaction; inside, await nothing but `t`.',
	},
	FLOTILLA_TX_CLOSED: {
		when: 'A statement was issued after its transaction had ended.',
		effect: 'none',
		status: 500,
		remedy: 'Await every statement inside the transaction; a forgotten `await` is the usual cause.',
	},
	FLOTILLA_TX_NESTED: {
		when: '`tx` or `read` was called inside a transaction.',
		effect: 'none',
		status: 500,
		remedy: 'Pass `t` on instead of opening another one.',
	},
	FLOTILLA_TX_SECOND: {
		when: 'A command opened a second transaction: the two could not commit together.',
		effect: 'done',
		status: 500,
		remedy: 'Put both into one `tx`, or make the command a saga.',
	},
	FLOTILLA_TX_ANSWER: {
		when: 'A command answered with something else than its transaction returned and recorded.',
		effect: 'done',
		status: 500,
		remedy: 'Return the result of `tx` unchanged: a retry will get what was recorded.',
	},
	FLOTILLA_TX_OUTSIDE_COMMAND: {
		when: '`tx` was called by something that is not a command: queries change nothing.',
		effect: 'none',
		status: 500,
		remedy: 'Use `read`, or make the operation a command.',
	},
	FLOTILLA_ROW_COUNT: {
		when: '`t.one` found no row, or more than one.',
		effect: 'none',
		status: 500,
		remedy: 'Use `t.first` or `t.all` where that can happen.',
	},
	FLOTILLA_ROW_INVALID: {
		when: 'A row does not match the schema that it is read with.',
		effect: 'none',
		status: 500,
		remedy: 'Correct the query, the schema, or the data by a migration.',
	},
	// Databases.
	FLOTILLA_DATABASE_CONSTRAINT: {
		when: 'A constraint of the database refused a statement.',
		effect: 'none',
		status: 500,
		remedy: 'Check before you write, or use `on conflict`.',
	},
	FLOTILLA_DATABASE_STATEMENT: {
		when: 'The database refused a statement.',
		effect: 'none',
		status: 500,
		remedy: 'Correct the SQL as the message says.',
	},
	FLOTILLA_DATABASE_CONTENTION: {
		when: 'A transaction lost against others on every rerun.',
		effect: 'none',
		status: 503,
		remedy: 'Try again later, or touch fewer rows.',
	},
	FLOTILLA_DATABASE_UNAVAILABLE: {
		when: 'The database cannot be reached or opened.',
		effect: 'none',
		status: 503,
		remedy: 'Check its address and its log, then try again.',
	},
	FLOTILLA_DATABASE_FULL: {
		when: 'The database has no room left.',
		effect: 'none',
		status: 503,
		remedy: 'Make room on its disk, then try again.',
	},
	FLOTILLA_DATABASE_CORRUPT: {
		when: 'A database file is damaged, or is no database.',
		effect: 'none',
		status: 500,
		remedy: 'Restore the file from a backup; it was not changed.',
	},
	FLOTILLA_DATABASE_IN_USE: {
		when: 'Another process writes to an embedded database.',
		effect: 'none',
		status: 500,
		remedy: 'Stop the other process, or move the service to PostgreSQL.',
	},
	FLOTILLA_COMMIT_UNKNOWN: {
		when: 'The database was lost while it committed.',
		effect: 'unknown',
		status: 503,
		remedy: 'Try again under the same idempotency key: it tells whether the first try took effect.',
	},
	FLOTILLA_MIGRATION_CHANGED: {
		when: 'A migration that was applied has been edited, removed or reordered.',
		effect: 'none',
		status: 500,
		remedy: 'Restore it as it was and add a new migration for the change.',
	},
	FLOTILLA_MIGRATION_FAILED: {
		when: 'A migration was refused by the database.',
		effect: 'none',
		status: 500,
		remedy: 'Correct the migration; the database is as it was before it.',
	},
	FLOTILLA_MIGRATION_NOT_PORTABLE: {
		when: 'A migration uses what one of the two dialects lacks.',
		effect: 'none',
		status: 500,
		remedy: 'Use the portable form that the message names, or give the SQL for each dialect.',
	},
	// The process and its surroundings.
	FLOTILLA_DATA_NEWER: {
		when: 'The data folder was written by a newer version.',
		effect: 'none',
		status: 500,
		remedy: 'Start the newer version; the folder was not changed.',
	},
	FLOTILLA_DATA_FOREIGN: {
		when: 'The data folder belongs to another app, or its description cannot be read.',
		effect: 'none',
		status: 500,
		remedy: 'Choose another folder; this one was not changed.',
	},
	FLOTILLA_LOCKED: {
		when: 'Another process holds the lock of a file or folder.',
		effect: 'none',
		status: 500,
		remedy: 'Stop the other process, or choose another folder.',
	},
	FLOTILLA_DISK_FAILED: {
		when: 'The disk refused an operation.',
		effect: 'unknown',
		status: 500,
		remedy: 'Check the disk and the log of the operating system.',
	},
	FLOTILLA_DISK_FULL: {
		when: 'The disk is full.',
		effect: 'unknown',
		status: 503,
		remedy: 'Make room, then try again.',
	},
	FLOTILLA_DISK_DENIED: {
		when: 'The operating system denied access to a file or folder.',
		effect: 'none',
		status: 500,
		remedy: 'Give the process the permission, or choose another folder.',
	},
	FLOTILLA_ADDRESS_IN_USE: {
		when: 'Another process listens on the address.',
		effect: 'none',
		status: 500,
		remedy: 'Stop the other process, or choose another port.',
	},
	FLOTILLA_ADDRESS_UNAVAILABLE: {
		when: 'The address cannot be bound on this machine.',
		effect: 'none',
		status: 500,
		remedy: 'Choose an address of this machine and a port that the process may bind.',
	},
	FLOTILLA_CONNECTION_FAILED: {
		when: 'A connection could not be made.',
		effect: 'none',
		status: 503,
		remedy: 'Check that the other side listens and is reachable.',
	},
	FLOTILLA_CONNECTION_LOST: {
		when: 'The connection to another instance broke while it was asked for something.',
		effect: 'unknown',
		status: 503,
		remedy: 'Try again under the same idempotency key: it tells whether the first try took effect.',
	},
	FLOTILLA_NOT_LISTENING: {
		when: 'An event came to an instance that does not listen to it: another version may.',
		effect: 'none',
		status: 503,
		remedy:
			'Nothing: it is delivered to another instance, or dropped when nobody listens any more.',
	},
	FLOTILLA_FRAME_MALFORMED: {
		when: 'What came from another instance is no frame of this version of the wire.',
		effect: 'none',
		status: 400,
		remedy: 'See docs/reference/wire.md, and check who listens on the address.',
	},
	FLOTILLA_HTTP_FAILED: {
		when: 'An outgoing HTTP exchange broke.',
		effect: 'unknown',
		status: 502,
		remedy: 'Try again if the request is idempotent.',
	},
	FLOTILLA_BODY_TOO_LARGE: {
		when: 'A body is larger than its limit.',
		effect: 'none',
		status: 413,
		remedy: 'Send less, or raise the limit where both sides can bear it.',
	},
	// The edge.
	FLOTILLA_REQUEST_MALFORMED: {
		when: 'A request is no well-formed HTTP, JSON, UTF-8 or query string.',
		effect: 'none',
		status: 400,
		remedy: 'Correct what the message names.',
	},
	FLOTILLA_ROUTE_UNKNOWN: {
		when: 'No operation has this path.',
		effect: 'none',
		status: 404,
		remedy: 'See /openapi.json for the paths there are.',
	},
	FLOTILLA_METHOD_NOT_ALLOWED: {
		when: 'The path exists, but not with this method.',
		effect: 'none',
		status: 405,
		remedy: 'Use one of the methods in the Allow header.',
	},
	FLOTILLA_CONTENT_TYPE_UNSUPPORTED: {
		when: 'The content type of the body is not understood.',
		effect: 'none',
		status: 415,
		remedy: 'Send application/json.',
	},
	FLOTILLA_EXPECTATION_FAILED: {
		when: 'The Expect header asks for something else than `100-continue`.',
		effect: 'none',
		status: 417,
		remedy: 'Send it again without the Expect header.',
	},
	FLOTILLA_URI_TOO_LONG: {
		when: 'The query string is longer than its limit.',
		effect: 'none',
		status: 414,
		remedy: 'Ask for less at once.',
	},
	FLOTILLA_REQUEST_TIMEOUT: {
		when: 'A request did not arrive in full within its time.',
		effect: 'none',
		status: 408,
		remedy: 'Send it again, faster.',
	},
	FLOTILLA_HEADERS_TOO_LARGE: {
		when: 'The headers are larger than their limit.',
		effect: 'none',
		status: 431,
		remedy: 'Send fewer or shorter headers.',
	},
	// The simulator.
	FLOTILLA_SIM_ESCAPE: {
		when: 'Code in a simulation used the real world: its clock, chance, files, network, or threads.',
		effect: 'none',
		status: 500,
		remedy: 'Use what the message names instead.',
	},
	FLOTILLA_SIM_STUCK: {
		when: 'Code in a simulation ran on and on while virtual time stood still.',
		effect: 'unknown',
		status: 500,
		remedy: 'End the loop, or let it wait for time to pass.',
	},
	FLOTILLA_SIM_INVALID: {
		when: 'Simulations cannot be run: their file or their app cannot be imported, or has none.',
		effect: 'none',
		status: 500,
		remedy: 'Correct what the message names.',
	},
	// The command line.
	FLOTILLA_NODE_TOO_OLD: {
		when: 'A command was started by a version of Node that cannot run the platform.',
		effect: 'none',
		status: 500,
		remedy: 'Install the version that the message names, or a newer one.',
	},
	FLOTILLA_COMMANDS_MISSING: {
		when: 'A command was started where the package with the commands is not installed.',
		effect: 'none',
		status: 500,
		remedy: 'Run `npm install --save-dev @flotilla/cli`.',
	},
	FLOTILLA_HISTORY_UNREADABLE: {
		when: 'A history of operations cannot be judged: it cannot be read, or contradicts itself.',
		effect: 'none',
		status: 500,
		remedy: 'Correct the line that the message names, or say how the file is written: `--format`.',
	},
} as const;

/** A code of the platform, such as `FLOTILLA_LOCKED`. */
export type ErrorCode = keyof typeof errorTable;

/** Whether this version knows a code: a client outside of the fleet may be told newer ones. */
export function isErrorCode(code: string): code is ErrorCode {
	return Object.hasOwn(errorTable, code);
}
