import type { Operation } from '../contract/compile-operations.ts';
import { DeclaredError } from '../contract/declared-error.ts';
import type { WireSchema } from '../contract/schema.ts';
import { errorOf, foreignAnswer, isDeclared, isProblem, unexpected } from './failure.ts';

/** What a successful answer says. */
export async function answerOf(operation: Operation, response: Response): Promise<unknown> {
	const { output } = operation;
	const text = await response.text();
	if (output === undefined) return undefined;
	return checked(operation, output, jsonOf(operation, text), 'The answer');
}

/**
 * The events of a successful answer to a streaming query.
 *
 * @throws {FlotillaError} `FLOTILLA_OUTPUT_INVALID`: it is something else, such as a page that another
 *   server has for every path; read as events it would be a stream without values.
 */
export function eventsOf(operation: Operation, response: Response): ReadableStream<Uint8Array> {
	const type = response.headers.get('content-type') ?? '';
	if (response.body !== null && /^text\/event-stream\b/i.test(type)) return response.body;
	response.body?.cancel().catch(() => {});
	throw unexpected(operation, 'The answer');
}

/** The error for an answer with another status. */
export async function refusalOf(operation: Operation, response: Response): Promise<Error> {
	const problem = await response.json().catch(() => undefined);
	return isProblem(problem)
		? problemError(operation, problem)
		: foreignAnswer(operation, response.status);
}

/** The error for a problem document, which declared errors come as too. */
export async function problemError(operation: Operation, problem: unknown): Promise<Error> {
	if (!isProblem(problem)) return unexpected(operation, 'A problem');
	const declared = isDeclared(operation, problem) && operation.errors.get(problem.code);
	if (!declared) return errorOf(operation, problem);
	const what = `The error '${problem.code}'`;
	const data = await checked(operation, declared.data, problem.data, what);
	return new DeclaredError(operation.address, problem.code, data);
}

/** What a schema makes of JSON that came: what a consumer gets is its output form. */
export async function checked(
	operation: Operation,
	schema: WireSchema,
	json: unknown,
	what: string,
): Promise<unknown> {
	const result = await schema.check(json);
	if (result.issues !== undefined) throw unexpected(operation, what, result.issues);
	return result.value;
}

/** @throws {FlotillaError} `FLOTILLA_OUTPUT_INVALID` */
export function jsonOf(operation: Operation, text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw unexpected(operation, 'The answer');
	}
}
