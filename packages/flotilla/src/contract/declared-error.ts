import type { Effect } from '../errors/flotilla-error.ts';

/**
 * An error that a contract declares: an answer, not a failure of the platform. Recognise it with
 * `isDeclaredError` or by `code`, never by `instanceof`.
 */
export class DeclaredError<Code extends string = string, Data = unknown> extends Error {
	readonly '~flotilla' = 'declared-error' as const;
	readonly code: Code;
	readonly data: Data;
	/** The operation that answered so: `orders@1/place`. */
	readonly operation: string;
	/** Whatever its transaction had written was rolled back before it was answered. */
	readonly effect: Effect = 'none';

	constructor(operation: string, code: Code, data: Data) {
		super(`${operation} answered ${code}: ${JSON.stringify(data)}`);
		this.name = 'DeclaredError';
		this.code = code;
		this.data = data;
		this.operation = operation;
	}
}

/** Whether this is a declared error, with that code when one is given. */
export function isDeclaredError<Code extends string>(
	error: unknown,
	code?: Code,
): error is DeclaredError<Code> {
	return (
		typeof error === 'object' &&
		error !== null &&
		(error as DeclaredError)['~flotilla'] === 'declared-error' &&
		(code === undefined || (error as DeclaredError).code === code)
	);
}
