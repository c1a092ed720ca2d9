import type { HttpOperation, Operation } from '../contract/compile-operations.ts';
import type { JsonSchema } from '../contract/schema.ts';
import { allowedTypes, itemSchemas, knownFields } from '../contract/unknown-fields.ts';
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
 * @throws {FlotillaError} `FLOTILLA_INPUT_INVALID`: a field of the path is missing or empty, or a value
 *   cannot be said in a URL, where the service would get another one.
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
	if (method === 'GET') return { method, target: filled + queryOf(operation, fields) };
	if (fields.size === 0) return { method, target: filled };
	return { method, target: filled, body: JSON.stringify(Object.fromEntries(fields)) };
}

function pathPart(operation: Operation, name: string, value: unknown): string {
	const text = value === undefined ? '' : textOf(operation, name, value, false);
	// Dots are resolved in every URL, and lead to another operation.
	if (text === '' || text === '.' || text === '..') {
		refuse(operation, name, `'${text}' cannot be a part of a path`);
	}
	return encodeURIComponent(text);
}

/** Lists give their key once for each value, as the edge reads them. */
function queryOf(operation: Operation, fields: ReadonlyMap<string, unknown>): string {
	const query = new URLSearchParams();
	for (const [name, value] of fields) {
		if (value === undefined) continue;
		const isList = Array.isArray(value);
		if (isList && value.length === 0) {
			refuse(operation, name, 'a query cannot say an empty list: leave the field out');
		}
		for (const one of isList ? value : [value]) {
			query.append(name, textOf(operation, name, one, isList));
		}
	}
	const text = query.toString();
	return text === '' ? '' : `?${text}`;
}

/** A URL carries texts: where a text is allowed, everything else would arrive as one. */
function textOf(operation: Operation, name: string, value: unknown, isItem: boolean): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'object' && value !== null) {
		refuse(operation, name, 'an object or a list cannot be said here');
	}
	const json = operation.input?.json as JsonSchema;
	const schemas = knownFields(json).get(name)?.schemas ?? [];
	const types = allowedTypes(isItem ? itemSchemas(schemas, json) : schemas, json);
	if (types?.has('string') !== false) {
		refuse(operation, name, `${value} would arrive as a text: give it in another way`);
	}
	return String(value);
}

function refuse(operation: Operation, name: string, message: string): never {
	const path = `/${name}`;
	const text = `The input of ${operation.address} is not valid: ${path}: ${message}. Correct the fields that the message names.`;
	const details = { issues: [{ path, message }] };
	throw failure('FLOTILLA_INPUT_INVALID', 'none', operation, text, { details });
}
