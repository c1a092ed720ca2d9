/** Something that must not have happened, or must have. */
export interface Failure {
	readonly kind: FailureKind;
	/** Of the assertion, or what failed; together with the kind it says whether two failures are the same. */
	readonly name: string;
	readonly message: string;
	/** Virtual time. */
	readonly atMs: number;
}

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
		return check(rows) === false ? 'it was false' : undefined;
	} catch (error) {
		return messageOf(error);
	}
}

/** What stays the same of an error from seed to seed: its first line, without numbers and ids. */
export function nameOf(error: unknown): string {
	const [first = ''] = messageOf(error).split('\n', 1);
	return first
		.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(?:\.\d+)?/gi, '…')
		.slice(0, NAME_LENGTH);
}

const NAME_LENGTH = 120;

export function messageOf(error: unknown): string {
	if (!(error instanceof Object) || !('message' in error)) return String(error);
	const { code } = error as { readonly code?: unknown };
	const text = String(error.message);
	return typeof code === 'string' && !text.includes(code) ? `${code}: ${text}` : text;
}
