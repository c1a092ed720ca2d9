import type { Effect } from './flotilla-error.ts';

/**
 * An error with a code and an effect, recognised by its brand like every error of the platform, but
 * without the table of all codes: for what must stay small, such as a client in a browser, and for
 * codes that a newer server knows and this version does not.
 */
export class CodedError extends Error {
	readonly code: string;
	readonly effect: Effect;
	/** What the message names, for programs: JSON values only. */
	readonly details: Readonly<Record<string, unknown>>;
	/** The brand by which errors are recognised. */
	readonly '~flotilla' = 'error' as const;

	/** @param text What happened and what to do. The code is put in front. */
	constructor(
		code: string,
		text: string,
		options: {
			readonly effect: Effect;
			readonly details?: Readonly<Record<string, unknown>> | undefined;
			readonly cause?: unknown;
		},
	) {
		super(`${code}: ${text}`, 'cause' in options ? { cause: options.cause } : undefined);
		this.name = 'FlotillaError';
		this.code = code;
		this.effect = options.effect;
		this.details = options.details ?? {};
	}
}
