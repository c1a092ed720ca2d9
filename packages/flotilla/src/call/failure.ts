import type { DeclaredErrorType, Operation } from '../contract/compile-operations.ts';
import { DeclaredError, isDeclaredError } from '../contract/declared-error.ts';
import type { Checked, Issue } from '../contract/schema.ts';
import { type ErrorCode, errorTable, isErrorCode } from '../errors/error-table.ts';
import { type Effect, FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { CallContext } from './call-context.ts';

/**
 * What the caller gets for what a handler threw: a declared error as it is, a failure of the
 * platform below with what it means for this operation, and anything else as a bug.
 */
export function failureOf(call: CallContext, thrown: unknown): DeclaredError | FlotillaError {
	const { operation } = call;
	if (isDeclaredError(thrown) && thrown.operation === operation.address) {
		return checkedDeclaredError(call, thrown);
	}
	if (isFlotillaError(thrown) && isErrorCode(thrown.code)) {
		if (thrown.details.operation === operation.address) return thrown;
		if (passesOn(thrown.code)) return withEffect(thrown, call);
	}
	return handlerFailed(call, thrown);
}

/** The refusal of an input or output that does not match its schema. */
export function invalid(
	code: 'FLOTILLA_INPUT_INVALID' | 'FLOTILLA_OUTPUT_INVALID',
	{ address }: Operation,
	/** `The input`, `The output`, ... of the operation. */
	what: string,
	issues: readonly Issue[],
	effect: Effect = 'none',
): FlotillaError {
	const named = issues
		.slice(0, 3)
		.map(({ path, message }) => `${path || '(all of it)'}: ${message}`);
	const more = issues.length > 3 ? ` and ${issues.length - 3} more` : '';
	const message = `${what} of ${address} is not valid: ${named.join('; ')}${more}.`;
	const details = { operation: address, issues: issues.slice(0, 100) };
	return new FlotillaError(code, message, { effect, details });
}

function handlerFailed(call: CallContext, thrown: unknown): FlotillaError {
	const { address } = call.operation;
	return new FlotillaError('FLOTILLA_HANDLER_FAILED', `${address} failed.`, {
		effect: effectSoFar(call, thrown),
		details: { operation: address },
		cause: thrown,
	});
}

function checkedDeclaredError(
	call: CallContext,
	thrown: DeclaredError,
): DeclaredError | FlotillaError {
	const { operation } = call;
	const type = operation.errors.get(thrown.code);
	if (type === undefined) return handlerFailed(call, thrown);
	const checked = checkedAtOnce(type, thrown.data);
	if (checked.issues === undefined) {
		return new DeclaredError(operation.address, thrown.code, checked.value);
	}
	const what = `The data of the error '${thrown.code}'`;
	const effect = effectSoFar(call, undefined);
	return invalid('FLOTILLA_OUTPUT_INVALID', operation, what, checked.issues, effect);
}

function checkedAtOnce(type: DeclaredErrorType, data: unknown): Checked {
	try {
		const checked = type.data.check(data);
		if (!(checked instanceof Promise)) return checked;
		// What it says comes too late, even when it refuses.
		checked.catch(() => {});
		return { issues: [{ path: '', message: 'its schema validates asynchronously' }] };
	} catch (error) {
		return { issues: [{ path: '', message: `its schema threw ${describe(error)}` }] };
	}
}

/** Whatever was thrown, as text for a log: not everything that is thrown is an error. */
export function describe(thrown: unknown): string {
	try {
		const stack = (thrown as Error | undefined)?.stack;
		return typeof stack === 'string' ? stack : String(thrown);
	} catch {
		return 'something without a text';
	}
}

/** Failures that mean the same to whoever called the operation that met them: try again later. */
function passesOn(code: ErrorCode): boolean {
	return [499, 503, 504].includes(errorTable[code].status);
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
	const elsewhere =
		command.effectsElsewhere > 0 || (isFlotillaError(thrown) && thrown.effect !== 'none');
	if (elsewhere || command.transaction === 'open') return 'unknown';
	// Without a transaction of its own, only the handler knows what it did.
	return operation.idempotent ? 'unknown' : 'none';
}
