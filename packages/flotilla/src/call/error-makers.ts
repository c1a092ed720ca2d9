import type { Operation } from '../contract/compile-operations.ts';
import { DeclaredError } from '../contract/declared-error.ts';

export type ErrorMakersByName = Readonly<Record<string, (data: unknown) => DeclaredError>>;

const made = new WeakMap<Operation, ErrorMakersByName>();

/** The functions that make an operation's declared errors, by their names. */
export function errorMakers(operation: Operation): ErrorMakersByName {
	let makers = made.get(operation);
	if (makers === undefined) {
		makers = Object.fromEntries(
			[...operation.errors.keys()].map((code) => [
				code,
				(data: unknown) => new DeclaredError(operation.address, code, data),
			]),
		);
		made.set(operation, makers);
	}
	return makers;
}
