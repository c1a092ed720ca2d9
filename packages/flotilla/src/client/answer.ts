import type { Operation } from '../contract/compile-operations.ts';
import { DeclaredError } from '../contract/declared-error.ts';
import type { WireSchema } from '../contract/schema.ts';
import { errorOf, foreignAnswer, isDeclared, isProblem, tooLarge, unexpected } from './failure.ts';

/**
 * What a successful answer says.
 *
 * @throws {FlotillaError} `FLOTILLA_HTTP_FAILED`: it is no answer to this operation, such as the page of
 *   a login or of another server.
 */
export async function answerOf(operation: Operation, response: Response): Promise<unknown> {
	const { output } = operation;
	const text = await boundedText(operation, response);
	const isOfAnEdge = output === undefined ? text === '' : isOfType(response, 'application/json');
	if (!isOfAnEdge) throw foreignAnswer(operation, response.status);
	if (output === undefined) return undefined;
	return checked(operation, output, jsonOf(operation, text), 'The answer');
}

/**
 * The events of a successful answer to a streaming query.
 *
 * @throws {FlotillaError} `FLOTILLA_HTTP_FAILED`: it is something else; read as events it would be a
 *   stream without values.
 */
export function eventsOf(operation: Operation, response: Response): ReadableStream<Uint8Array> {
	if (response.body !== null && isOfType(response, 'text/event-stream')) return response.body;
	response.body?.cancel().catch(() => {});
	throw foreignAnswer(operation, response.status);
}

function isOfType({ headers }: Response, type: string): boolean {
	return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() === type;
}

/** Of one answer. Who wants more than that at once wants a streaming result. */
const ANSWER_BYTES_MAX = 67_108_864;

async function boundedText(operation: Operation, { body }: Response): Promise<string> {
	if (body === null) return '';
	const reader = body.getReader();
	const decoder = new TextDecoder();
	let text = '';
	for (let bytes = 0; ; ) {
		const { done, value } = await reader.read();
		if (done) return text + decoder.decode();
		bytes += value.byteLength;
		if (bytes > ANSWER_BYTES_MAX) {
			reader.cancel().catch(() => {});
			throw tooLarge(operation);
		}
		text += decoder.decode(value, { stream: true });
	}
}

/** The error for an answer with another status. */
export async function refusalOf(operation: Operation, response: Response): Promise<Error> {
	const text = await boundedText(operation, response);
	let problem: unknown;
	try {
		problem = JSON.parse(text);
	} catch {
		// What is no JSON is no problem document either.
	}
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
