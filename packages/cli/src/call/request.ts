import { UsageError } from '../usage-error.ts';
import type { DescribedOperation } from './openapi-operations.ts';

/** A request as `fetch` wants it. */
export interface CallRequest {
	readonly url: string;
	readonly method: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
}

export interface CallOptions {
	/** Of the edge, without a slash at the end. */
	readonly url: string;
	readonly token: string | undefined;
	readonly idempotencyKey: string | undefined;
}

/**
 * Puts the fields of an input where the operation wants them: into its path, its query and its body.
 * Whether the values are right is for the app to say.
 *
 * @throws {UsageError} A field has no place, or the path lacks one.
 */
export function requestOf(
	operation: DescribedOperation,
	input: Readonly<Record<string, unknown>>,
	{ url, token, idempotencyKey }: CallOptions,
): CallRequest {
	const { id, method, pathFields, queryFields, hasBody } = operation;
	const isInBody = (name: string): boolean =>
		hasBody && !pathFields.includes(name) && !queryFields.includes(name);
	const homeless = Object.keys(input).filter(
		(name) => !pathFields.includes(name) && !queryFields.includes(name) && !hasBody,
	);
	if (homeless.length > 0) {
		const known = [...pathFields, ...queryFields];
		const hint = known.length === 0 ? 'It takes nothing.' : `It takes: ${known.join(', ')}.`;
		throw new UsageError(`${id} does not take '${homeless.join("', '")}'. ${hint}`);
	}
	if (idempotencyKey !== undefined && !operation.takesIdempotencyKey) {
		throw new UsageError(
			`${id} takes no idempotency key: running it twice is as good as once. Leave it out.`,
		);
	}
	const query = queryOf(operation, input);
	const body = Object.fromEntries(Object.entries(input).filter(([name]) => isInBody(name)));
	return {
		url: `${url}${pathOf(operation, input)}${query === '' ? '' : `?${query}`}`,
		method,
		headers: {
			accept: 'application/json, text/event-stream, application/problem+json',
			...(hasBody && { 'content-type': 'application/json' }),
			...(token !== undefined && { authorization: `Bearer ${token}` }),
			...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
		},
		...(hasBody && { body: JSON.stringify(body) }),
	};
}

function pathOf(
	{ id, path }: DescribedOperation,
	input: Readonly<Record<string, unknown>>,
): string {
	return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
		if (!Object.hasOwn(input, name)) throw new UsageError(`${id} wants '${name}' in its input.`);
		const text = textOf(id, name, input[name]);
		// A URL would swallow the dots, and lead to another operation.
		if (text === '' || text === '.' || text === '..') {
			throw new UsageError(`'${name}' of ${id} is a part of its path, which cannot be '${text}'.`);
		}
		return encodeURIComponent(text);
	});
}

function queryOf(
	{ id, queryFields }: DescribedOperation,
	input: Readonly<Record<string, unknown>>,
): string {
	const query = new URLSearchParams();
	for (const name of queryFields) {
		if (!Object.hasOwn(input, name)) continue;
		const value = input[name];
		if (Array.isArray(value) && value.length === 0) {
			throw new UsageError(`A query cannot say an empty list: leave '${name}' out.`);
		}
		for (const one of Array.isArray(value) ? value : [value]) {
			query.append(name, textOf(id, name, one));
		}
	}
	return query.toString();
}

function textOf(id: string, name: string, value: unknown): string {
	// It would arrive as the text 'null'.
	if (typeof value !== 'object') return String(value);
	throw new UsageError(
		`'${name}' of ${id} stands in its path or query, which carry texts, numbers and booleans only.`,
	);
}
