import { isDeclaredError } from 'flotilla';
import {
	errorTable,
	type Issue,
	isErrorCode,
	isFlotillaError,
	type Operation,
} from 'flotilla/adapter';
import { fixedLimits } from './limits.ts';

/** A refusal or failure as the edge answers it: problem details (RFC 9457). */
export interface Problem {
	/** Names the kind of problem: `urn:flotilla:error:` and the code, with the operation if it declares it. */
	readonly type: string;
	readonly title: string;
	readonly status: number;
	readonly detail: string;
	readonly code: string;
	readonly requestId: string;
	/** What may have happened: see `Effect`. */
	readonly effect: string;
	/** What is wrong with the input, by JSON Pointer. */
	readonly errors?: readonly Issue[];
	/** What a declared error carries. */
	readonly data?: unknown;
}

/**
 * What a caller outside may know about an error. Declared errors and the platform's refusals are
 * told in full; of a bug nothing is told but where to look it up.
 *
 * @param operation The one that was called, which declares the statuses of its errors.
 */
export function problemOf(
	error: unknown,
	requestId: string,
	operation: Operation | undefined,
): Problem {
	if (isDeclaredError(error)) {
		const { code, data, effect } = error;
		return {
			type: `urn:flotilla:error:${error.operation}/${code}`,
			title: inWords(code),
			status: operation?.errors.get(code)?.status ?? 409,
			detail: `The operation answered '${code}'.`,
			code,
			requestId,
			effect,
			data,
		};
	}
	// A code that is not known comes from another fleet, through what somebody has plugged in.
	const isKnown = isFlotillaError(error) && isErrorCode(error.code);
	if (!isKnown || isBug(errorTable[error.code].status)) {
		const effect = isFlotillaError(error) ? error.effect : 'unknown';
		const { when, remedy } = errorTable.FLOTILLA_HANDLER_FAILED;
		const detail = `Something went wrong inside. ${remedy} The request id is ${requestId}.`;
		return platformProblem('FLOTILLA_HANDLER_FAILED', 500, when, detail, requestId, effect);
	}
	const { code, effect, details } = error;
	const { when, remedy, status } = errorTable[code];
	// Refusals speak about the request and are safe to show; failures speak about the inside.
	const detail = status < 499 ? error.message.slice(code.length + 2) : `${when} ${remedy}`;
	const problem = platformProblem(
		code,
		status === 499 ? 503 : status,
		when,
		detail,
		requestId,
		effect,
	);
	const issues = details.issues as readonly Issue[] | undefined;
	if (issues === undefined) return problem;
	return { ...problem, errors: issues.slice(0, fixedLimits.issuesListed) };
}

/** Whether a status means that the fault is ours: then the log must say more than the answer. */
export function isBug(status: number): boolean {
	return status === 500 || status === 502;
}

/** Headers that belong to a problem. */
export function problemHeaders(
	{ status, code }: Problem,
	operation: Operation | undefined,
	hadToken: boolean,
): Readonly<Record<string, string>> {
	switch (status) {
		case 401:
			return {
				'www-authenticate':
					hadToken && code === 'FLOTILLA_UNAUTHENTICATED'
						? 'Bearer error="invalid_token"'
						: 'Bearer',
			};
		case 403:
			if (code !== 'FLOTILLA_FORBIDDEN') return {};
			return {
				'www-authenticate': `Bearer error="insufficient_scope", scope="${operation?.auth ?? ''}"`,
			};
		case 503:
			return { 'retry-after': '1' };
		default:
			return {};
	}
}

function platformProblem(
	code: string,
	status: number,
	title: string,
	detail: string,
	requestId: string,
	effect: string,
): Problem {
	const type = `urn:flotilla:error:${code}`;
	return { type, title, status, detail, code, requestId, effect };
}

/** `outOfStock` in words: `Out of stock`. */
function inWords(code: string): string {
	const words = code.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
	return words.charAt(0).toUpperCase() + words.slice(1);
}
