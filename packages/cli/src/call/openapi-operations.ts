import { UsageError } from '../usage-error.ts';

/** An operation as an OpenAPI document describes it: where the fields of its input go. */
export interface DescribedOperation {
	/** `orders.place`. */
	readonly id: string;
	readonly method: string;
	/** With `{field}` for each field of the path. */
	readonly path: string;
	readonly pathFields: readonly string[];
	readonly queryFields: readonly string[];
	readonly hasBody: boolean;
	readonly takesIdempotencyKey: boolean;
}

interface Parameter {
	readonly name?: unknown;
	readonly in?: unknown;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * All operations of an OpenAPI document that have an id.
 *
 * @throws {UsageError} It is no OpenAPI document.
 */
export function operationsOf(document: unknown, url: string): readonly DescribedOperation[] {
	const { openapi, paths } = (document ?? {}) as { openapi?: unknown; paths?: unknown };
	if (typeof openapi !== 'string' || typeof paths !== 'object' || paths === null) {
		throw new UsageError(`${url} is no OpenAPI document: there is no edge of Flotilla.`);
	}
	return Object.entries(paths).flatMap(([path, item]) =>
		METHODS.flatMap((method) => {
			const described = (item as Record<string, unknown> | null)?.[method];
			return describe(method, path, described) ?? [];
		}),
	);
}

function describe(
	method: string,
	path: string,
	described: unknown,
): DescribedOperation | undefined {
	const { operationId, parameters, requestBody } = (described ?? {}) as Record<string, unknown>;
	if (typeof operationId !== 'string') return undefined;
	const list = Array.isArray(parameters) ? (parameters as readonly Parameter[]) : [];
	const namesIn = (place: string): readonly string[] =>
		list.filter((one) => one?.in === place).map(({ name }) => String(name));
	return {
		id: operationId,
		method: method.toUpperCase(),
		path,
		pathFields: namesIn('path'),
		queryFields: namesIn('query'),
		hasBody: requestBody !== undefined,
		takesIdempotencyKey: namesIn('header').some((name) => /^idempotency-key$/i.test(name)),
	};
}

/**
 * @param nearest Chooses the name that a misspelt one probably meant.
 * @throws {UsageError} There is no such operation; the message names those that are like it.
 */
export async function findOperation(
	id: string,
	operations: readonly DescribedOperation[],
	nearest: () => Promise<(name: string, candidates: readonly string[]) => string | undefined>,
): Promise<DescribedOperation> {
	const found = operations.find((one) => one.id === id);
	if (found !== undefined) return found;
	const ids = operations.map((one) => one.id).toSorted();
	const service = id.split('.')[0] ?? '';
	const ofService = ids.filter((one) => one.startsWith(`${service}.`));
	const services = [...new Set(ids.map((one) => one.split('.')[0]))];
	const candidate = (await nearest())(id, ofService.length > 0 ? ofService : ids);
	const question = candidate === undefined ? '' : ` Did you mean ${candidate}?`;
	const list =
		ofService.length > 0
			? `${service} has: ${ofService.map((one) => one.slice(service.length + 1)).join(', ')}.`
			: `The services are: ${services.join(', ')}.`;
	throw new UsageError(`There is no operation '${id}' at the edge.${question}\n${list}`);
}
