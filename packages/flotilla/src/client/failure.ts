import type { Operation } from '../contract/compile-operations.ts';
import type { Issue } from '../contract/schema.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { ErrorCode } from '../errors/error-table.ts';
import type { Effect } from '../errors/flotilla-error.ts';

/** An error that the client itself has to tell about a call. */
export function failure(
	code: ErrorCode,
	effect: Effect,
	{ address }: Operation,
	text: string,
	more: { readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {},
): CodedError {
	const details = { operation: address, ...more.details };
	const cause = more.cause === undefined ? {} : { cause: more.cause };
	return new CodedError(code, text, { effect, details, ...cause });
}

/** What a call may have done of which nothing was heard. */
export function effectUnheard({ kind }: Operation): Effect {
	return kind === 'query' ? 'none' : 'unknown';
}

const UNSURE =
	'Try again under the same idempotency key: it tells whether the first try took effect.';

export function lost(operation: Operation, cause?: unknown): CodedError {
	const text = `The edge could not be reached, or was lost while ${operation.address} was asked. ${UNSURE}`;
	return failure('FLOTILLA_CONNECTION_LOST', effectUnheard(operation), operation, text, { cause });
}

/** The answer is not one that this version of the contract allows. */
export function unexpected(
	operation: Operation,
	what: string,
	issues?: readonly Issue[],
): CodedError {
	const text = `${what} of ${operation.address} is not what its contract says. Load the newest version: client and server have contracts that do not go together.`;
	const details = issues === undefined ? {} : { issues };
	const more = { details };
	return failure('FLOTILLA_OUTPUT_INVALID', effectUnheard(operation), operation, text, more);
}

/** More than a page would bear. */
export function tooLarge(operation: Operation): CodedError {
	const text = `What ${operation.address} answered is larger than a client takes. Ask for less at once.`;
	return failure('FLOTILLA_BODY_TOO_LARGE', effectUnheard(operation), operation, text);
}

/** The statuses by which what stands between says that it does not reach the edge. */
const UNREACHED: readonly number[] = [502, 503, 504];

/** An answer that no edge of ours has given: of a proxy in between, or of another server. */
export function foreignAnswer(operation: Operation, status: number): CodedError {
	const cause = `Something that is no edge answered with the status ${status}.`;
	if (UNREACHED.includes(status)) return lost(operation, cause);
	const text = `${operation.address} got no answer of an edge. ${cause} Check the address, and what stands between.`;
	const more = { details: { status } };
	return failure('FLOTILLA_HTTP_FAILED', effectUnheard(operation), operation, text, more);
}

/** How the edge tells a refusal or failure: problem details (RFC 9457). */
interface Problem {
	readonly type: string;
	readonly detail: string;
	readonly status: number;
	readonly code: string;
	readonly requestId: string;
	readonly effect: Effect;
	readonly errors?: readonly Issue[];
	readonly data?: unknown;
}

const EFFECTS: readonly unknown[] = ['none', 'unknown', 'done'];

export function isProblem(value: unknown): value is Problem {
	if (typeof value !== 'object' || value === null) return false;
	const { type, code, effect } = value as Partial<Problem>;
	return typeof type === 'string' && typeof code === 'string' && EFFECTS.includes(effect);
}

/** Whether the contract of the operation declares it. */
export function isDeclared({ address }: Operation, { type, code }: Problem): boolean {
	return type === `urn:flotilla:error:${address}/${code}`;
}

/** A problem of the platform; its code may be one that this version does not know yet. */
export function errorOf({ address }: Operation, problem: Problem): CodedError {
	const { code, detail, effect, status, requestId, errors } = problem;
	const issues = errors === undefined ? {} : { issues: errors };
	const details = { operation: address, status, requestId, ...issues };
	return new CodedError(code, String(detail), { effect, details });
}

/** The same error, when an earlier try has left open whether something took effect. */
export function madeUnsure(error: unknown): unknown {
	if (!isOurs(error) || error.effect !== 'none') return error;
	const text = `${error.message.slice(error.code.length + 2)} ${UNSURE}`;
	return new CodedError(error.code, text, {
		effect: 'unknown',
		details: error.details,
		cause: error,
	});
}

/** Whether this has been told in the platform's words already; declared errors are answers. */
export function isOurs(error: unknown): error is CodedError {
	return (error as Partial<CodedError> | undefined)?.['~flotilla'] === 'error';
}
