import type { Operation } from '../contract/compile-operations.ts';
import { DeclaredError, isDeclaredError } from '../contract/declared-error.ts';
import type { Checked, Issue } from '../contract/schema.ts';
import { type ErrorCode, errorTable } from '../errors/error-table.ts';
import { type Effect, FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { CallContext } from './call-context.ts';

/**
 * What the caller gets for what a handler threw: a declared error as it is, a failure of the
 * platform below with what it means for this operation, and anything else as a bug.
 */
export function failureOf(call: CallContext, thrown: unknown): DeclaredError | FlotillaError {
	const { operation } = call;
	if (isDeclaredError(thrown) && thrown.operation === operation.address) {
		return checkedDeclaredError(operation, thrown);
	}
	if (isFlotillaError(thrown)) {
		if (thrown.details.operation === operation.address) return thrown;
		if (passesOn(thrown.code)) return withEffect(thrown, call);
	}
	return new FlotillaError('FLOTILLA_HANDLER_FAILED', `${operation.address} failed.`, {
		effect: effectSoFar(call, thrown),
		details: { operation: operation.address },
		cause: thrown,
	});
}

/** The refusal of an input or output that does not match its schema. */
export function invalid(
	code: 'FLOTILLA_INPUT_INVALID' | 'FLOTILLA_OUTPUT_INVALID',
	subject: string,
	issues: readonly Issue[],
	effect: Effect = 'none',
): FlotillaError {
	const named = issues
		.slice(0, 3)
		.map(({ path, message }) => `${path || '(all of it)'}: ${message}`);
	const more = issues.length > 3 ? ` and ${issues.length - 3} more` : '';
	return new FlotillaError(code, `${subject} is not valid: ${named.join('; ')}${more}.`, {
		effect,
		details: { issues: issues.slice(0, 100) },
	});
}

function checkedDeclaredError(
	operation: Operation,
	thrown: DeclaredError,
): DeclaredError | FlotillaError {
	const checked = operation.errors.get(thrown.code)?.data.check(thrown.data) as Checked | undefined;
	if (checked === undefined || checked instanceof Promise) return thrown;
	if (checked.issues !== undefined) {
		const subject = `The data of the error '${thrown.code}' of ${operation.address}`;
		return invalid('FLOTILLA_OUTPUT_INVALID', subject, checked.issues);
	}
	return new DeclaredError(operation.address, thrown.code, checked.value);
}

/** Failures that mean the same to whoever called the operation that met them: try again later. */
function passesOn(code: ErrorCode): boolean {
	return [499, 503, 504].includes(errorTable[code].status) || code === 'FLOTILLA_TX_SECOND';
}

function withEffect(error: FlotillaError, call: CallContext): FlotillaError {
	const effect = effectSoFar(call, error);
	if (effect === error.effect) return error;
	const message = `${call.operation.address} met ${error.code}.`;
	return new FlotillaError(error.code, message, { effect, details: error.details, cause: error });
}

/** What a call that fails now may have done. */
export function effectSoFar(call: CallContext, thrown: unknown): Effect {
	const { command, operation } = call;
	if (command === undefined) return 'none';
	if (command.transaction === 'committed') return 'done';
	if (isFlotillaError(thrown) && thrown.effect === 'unknown') return 'unknown';
	// Without a transaction of its own, only the handler knows what it did elsewhere.
	return operation.idempotent ? 'unknown' : 'none';
}
