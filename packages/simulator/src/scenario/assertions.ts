import { inspect, stripVTControlCharacters } from 'node:util';

/** Something that must not have happened, or must have. */
export interface Failure {
	readonly kind: FailureKind;
	/** Of the assertion, or what failed; together with the kind it says whether two failures are the same. */
	readonly name: string;
	readonly message: string;
	/** Virtual time. */
	readonly atMs: number;
}

/** By what a run has failed. */
export type FailureKind =
	/** An `always` was false. */
	| 'always'
	/** An `eventually` did not come about after healing. */
	| 'eventually'
	/** The scenario threw. */
	| 'scenario'
	/** The scenario or the start did not end although the world had healed. */
	| 'no progress'
	/** Something was thrown in a process and nobody was there to catch it. */
	| 'unhandled'
	/** Code reached past the simulation into the real world. */
	| 'escape'
	/** An event that never ends, or time that does not pass. */
	| 'stuck';

/** Reads what a service has committed. Each row is an object by column. */
export type ReadRows = (
	strings: TemplateStringsArray,
	...values: readonly (string | number | null)[]
) => readonly Readonly<Record<string, unknown>>[];

/** An invariant over the committed state of one service. */
export interface Invariant {
	readonly name: string;
	readonly service: string;
	/** Throws, or returns false, when the state must not be. */
	readonly check: (rows: ReadRows) => unknown;
}

/** Checks an invariant; returns what is wrong, in words. */
export function violationOf({ check }: Invariant, rows: ReadRows): string | undefined {
	try {
		const result = check(rows);
		if (isPromise(result)) {
			result.then(undefined, () => {});
			return 'it is asynchronous: what must always hold is looked at in one moment';
		}
		return result === false ? 'it was false' : undefined;
	} catch (error) {
		return messageOf(error);
	}
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
	return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

/** What stays the same of an error from seed to seed: its first line, without numbers and ids. */
export function nameOf(error: unknown): string {
	const [first = ''] = messageOf(error).split('\n', 1);
	return first
		.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(?:\.\d+)?/gi, '…')
		.slice(0, NAME_LENGTH);
}

const NAME_LENGTH = 120;

/** An error in words. Anything may be thrown, also what throws when it is looked at. */
export function messageOf(error: unknown): string {
	try {
		return stripVTControlCharacters(describe(error));
	} catch {
		return 'something that cannot be shown';
	}
}

function describe(error: unknown): string {
	if (!(error instanceof Object)) return error === null ? 'null' : inspected(error);
	if (!('message' in error)) return inspected(error);
	const { code } = error as { readonly code?: unknown };
	const text = isDifference(error) ? differenceText(error) : String(error.message);
	return typeof code === 'string' && !text.includes(code) ? `${code}: ${text}` : text;
}

interface Difference {
	readonly message: unknown;
	readonly actual: unknown;
	readonly expected: unknown;
}

/** Whether an assertion of Node compared two values. */
function isDifference(error: object): error is Difference {
	const { operator } = error as { readonly operator?: unknown };
	return typeof operator === 'string' && /^(?:deep)?(?:strict)?equal$/i.test(operator);
}

/** Of a value in a message. */
const VALUE_LENGTH_MAX = 1_000;

/**
 * Node draws a difference in another way where its process began with colours, and a failure's message
 * is in the hash of its run.
 */
function differenceText({ message, actual, expected }: Difference): string {
	const [first] = String(message).split('\n', 1);
	const shown = (value: unknown): string =>
		inspect(value, { depth: 4, breakLength: 100 })
			// Rows have none, and nobody who reads of one wants to know.
			.replaceAll('[Object: null prototype] ', '')
			.slice(0, VALUE_LENGTH_MAX);
	return `${first}\nactual:   ${shown(actual)}\nexpected: ${shown(expected)}`;
}

function inspected(value: unknown): string {
	return typeof value === 'string' ? value : inspect(value, { depth: 2, breakLength: Infinity });
}

/** Where an error comes from: the lines of its stack below its message; empty when it has none. */
export function framesOf(error: unknown): string {
	try {
		const { stack } = (error ?? {}) as { readonly stack?: unknown };
		if (typeof stack !== 'string') return '';
		const first = stack.indexOf('\n    at ');
		return first < 0 ? '' : stack.slice(first);
	} catch {
		return '';
	}
}
