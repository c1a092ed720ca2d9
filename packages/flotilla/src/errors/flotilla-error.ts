import { CodedError } from './coded-error.ts';
import { type ErrorCode, errorTable } from './error-table.ts';

/**
 * What may already have happened when an error arrives.
 * - `none`: nothing took effect; trying again is safe.
 * - `unknown`: it may or may not have; only a retry under the same idempotency key is safe.
 * - `done`: it took effect; the error is about what came afterwards.
 */
export type Effect = 'none' | 'unknown' | 'done';

/**
 * An error of the platform. Recognise it with `isFlotillaError` or by `code`, never by
 * `instanceof`: two copies of this module may live in one process.
 */
export class FlotillaError extends CodedError {
	declare readonly code: ErrorCode;

	/**
	 * @param message What happened to which named thing. The code is put in front, because logs
	 *   often show the message alone; what to do about it is added from the error table.
	 */
	constructor(
		code: ErrorCode,
		message: string,
		options: {
			readonly effect?: Effect;
			readonly details?: Readonly<Record<string, unknown>>;
			readonly cause?: unknown;
		} = {},
	) {
		const { remedy, effect } = errorTable[code];
		super(code, `${message} ${remedy}`, { ...options, effect: options.effect ?? effect });
	}
}

/** Whether this is an error of the platform, with that code when one is given. */
export function isFlotillaError<Code extends ErrorCode = ErrorCode>(
	error: unknown,
	code?: Code,
): error is FlotillaError & { readonly code: Code } {
	if (typeof error !== 'object' || error === null) return false;
	try {
		return (
			(error as FlotillaError)['~flotilla'] === 'error' &&
			(code === undefined || (error as FlotillaError).code === code)
		);
	} catch {
		// A proxy or a getter that throws was thrown: asking about it must not replace it.
		return false;
	}
}
