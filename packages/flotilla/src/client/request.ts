import type { HttpOperation, Operation } from '../contract/compile-operations.ts';
import { failure } from './failure.ts';

/** A request as the edge takes it. */
export interface HttpRequest {
	readonly method: string;
	/** Path and query: `/v1/orders/7?full=true`. */
	readonly target: string;
	/** JSON; absent when there is nothing to say. */
	readonly body?: string;
}

/**
 * The request of a call: fields of the path, then the query (GET) or a JSON body (the other methods).
 *
 * @throws {FlotillaError} `FLOTILLA_INPUT_INVALID`: a field of the path is missing or empty, or its
 *   value cannot be a part of a path (`.` and `..`, which are resolved in every URL).
 */
export function httpRequestOf(
	operation: Operation,
	{ method, path, pathFields }: HttpOperation,
	input: unknown,
): HttpRequest {
	const fields = new Map(Object.entries((input ?? {}) as Record<string, unknown>));
	const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
		pathPart(operation, name, fields.get(name)),
	);
	for (const name of pathFields) fields.delete(name);
	if (method === 'GET') return { method, target: filled + queryOf(fields) };
	if (fields.size === 0) return { method, target: filled };
	return { method, target: filled, body: JSON.stringify(Object.fromEntries(fields)) };
}

function pathPart(operation: Operation, name: string, value: unknown): string {
	const text = value === undefined ? '' : String(value);
	if (text !== '' && text !== '.' && text !== '..') return encodeURIComponent(text);
	const issue = { path: `/${name}`, message: `'${text}' cannot be a part of a path` };
	const told = `The input of ${operation.address} is not valid: ${issue.path}: ${issue.message}. Correct the fields that the message names.`;
	const more = { details: { issues: [issue] } };
	throw failure('FLOTILLA_INPUT_INVALID', 'none', operation, told, more);
}

/** Lists give their key once for each value, as the edge reads them. */
function queryOf(fields: ReadonlyMap<string, unknown>): string {
	const query = new URLSearchParams();
	for (const [name, value] of fields) {
		for (const one of Array.isArray(value) ? value : [value]) {
			if (one !== undefined) query.append(name, String(one));
		}
	}
	const text = query.toString();
	return text === '' ? '' : `?${text}`;
}
