import { type ErrorCode, errorTable } from '../errors/error-table.ts';
import type { HttpOperation, Operation } from './compile-operations.ts';
import type { Contract } from './contract.ts';
import { compareText, inOrder } from './order.ts';
import { type JsonSchema, resolveReference } from './schema.ts';
import { Components } from './schema-components.ts';
import { type KnownField, knownFields } from './unknown-fields.ts';

export interface OpenApiOptions {
	/** Of the API as a whole. */
	readonly title: string;
	/** Of the API as a whole, as its readers know it. */
	readonly version: string;
	readonly description?: string;
	readonly contracts: readonly Contract[];
}

/** An OpenAPI document: plain JSON. */
export type OpenApiDocument = { readonly [member: string]: unknown };

/**
 * Describes the operations that are reached over HTTP, as an OpenAPI 3.1 document.
 *
 * A pure function of the contracts: the same ones, in any order, give the same document, so that it
 * can be kept in version control and compared.
 *
 * @example
 * const document = openApiDocument({ title: 'Shop', version: '1.0.0', contracts: [Orders, Products] });
 */
export function openApiDocument(options: OpenApiOptions): OpenApiDocument {
	const { title, version, description } = options;
	const contracts = inOrder(options.contracts);
	const components = new Components('#/components/schemas/', { Problem: problemSchema });
	const paths = new Map<string, Map<string, unknown>>();
	for (const { operations } of contracts) {
		for (const operation of operations.values()) {
			const { http } = operation;
			if (http === undefined) continue;
			const path = paths.get(http.path) ?? new Map<string, unknown>();
			path.set(http.method.toLowerCase(), describeOperation(operation, http, components));
			paths.set(http.path, path);
		}
	}
	return {
		openapi: '3.1.0',
		info: { title, version, ...(description === undefined ? {} : { description }) },
		servers: [{ url: '/' }],
		tags: contracts.map(({ name, definition }) => ({
			name,
			...(definition.description === undefined ? {} : { description: definition.description }),
		})),
		paths: Object.fromEntries(
			[...paths]
				.toSorted(([a], [b]) => compareText(a, b))
				.map(([path, methods]) => [path, Object.fromEntries(methods)]),
		),
		components: {
			schemas: components.schemas(),
			headers: { RequestId: requestIdHeader },
			securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
		},
	};
}

function describeOperation(
	operation: Operation,
	http: HttpOperation,
	components: Components,
): unknown {
	const { service, name, description, auth, input } = operation;
	const prefix = `${service}.${name}`;
	const fields = input === undefined ? noFields : knownFields(input.json);
	const body = http.method === 'GET' ? undefined : bodyOf(operation, http, fields);
	return {
		operationId: prefix,
		tags: [service],
		summary: description ?? sentenceOf(name),
		security: auth === 'public' ? [] : [{ bearer: [auth] }],
		parameters: parametersOf(operation, http, fields, (schema) =>
			components.adopt(schema, `${prefix}.input`, input?.json),
		),
		...(body === undefined
			? {}
			: {
					requestBody: {
						required: body.required,
						content: {
							'application/json': {
								schema: components.adopt(body.schema, `${prefix}.input`, input?.json),
							},
						},
					},
				}),
		responses: responsesOf(operation, http, body !== undefined, components),
	};
}

const noFields: ReadonlyMap<string, KnownField> = new Map();

function parametersOf(
	operation: Operation,
	http: HttpOperation,
	fields: ReadonlyMap<string, KnownField>,
	adopt: (schema: JsonSchema) => JsonSchema,
): readonly unknown[] {
	const parameter = (name: string, place: 'path' | 'query', field: KnownField): unknown => ({
		name,
		in: place,
		required: place === 'path' || field.required,
		schema: adopt(oneSchema(field.schemas)),
	});
	const parameters: unknown[] = [];
	for (const name of http.pathFields) {
		const field = fields.get(name);
		if (field !== undefined) parameters.push(parameter(name, 'path', field));
	}
	if (http.method === 'GET') {
		for (const [name, field] of fields) {
			if (!http.pathFields.includes(name)) parameters.push(parameter(name, 'query', field));
		}
	}
	if (operation.kind === 'command' && !operation.idempotent) parameters.push(idempotencyKey);
	if (http.settle !== undefined) parameters.push(prefer(http.settle.waitMs));
	return parameters;
}

/** What is left for the body when the path has its part; `undefined` when nothing is. */
function bodyOf(
	{ input }: Operation,
	{ pathFields }: HttpOperation,
	fields: ReadonlyMap<string, KnownField>,
): { readonly schema: JsonSchema; readonly required: boolean } | undefined {
	if (input === undefined) return undefined;
	const left = [...fields].filter(([name]) => !pathFields.includes(name));
	if (left.length === 0 && pathFields.length > 0) return undefined;
	return {
		schema:
			pathFields.length === 0 ? input.json : withoutFields(input.json, pathFields, input.json),
		required: left.some(([, { required }]) => required),
	};
}

function withoutFields(json: JsonSchema, names: readonly string[], root: JsonSchema): JsonSchema {
	if (typeof json.$ref === 'string') {
		return withoutFields(resolveReference(json.$ref, root) as JsonSchema, names, root);
	}
	const without: Record<string, unknown> = { ...json };
	if (typeof json.properties === 'object') {
		without.properties = Object.fromEntries(
			Object.entries(json.properties as JsonSchema).filter(([name]) => !names.includes(name)),
		);
	}
	if (Array.isArray(json.required)) {
		without.required = json.required.filter((name) => !names.includes(name));
	}
	for (const applicator of ['allOf', 'anyOf', 'oneOf'] as const) {
		const branches = json[applicator];
		if (!Array.isArray(branches)) continue;
		without[applicator] = branches.map((branch: JsonSchema) => withoutFields(branch, names, root));
	}
	return without;
}

function responsesOf(
	operation: Operation,
	http: HttpOperation,
	hasBody: boolean,
	components: Components,
): unknown {
	const { auth, errors, input, kind, service, name } = operation;
	const platform = new Set<ErrorCode>(always);
	if (auth !== 'public') add(platform, ['FLOTILLA_UNAUTHENTICATED', 'FLOTILLA_FORBIDDEN']);
	if (hasBody) add(platform, ['FLOTILLA_BODY_TOO_LARGE', 'FLOTILLA_CONTENT_TYPE_UNSUPPORTED']);
	if (input !== undefined) add(platform, ['FLOTILLA_INPUT_INVALID']);
	if (kind === 'command' && !operation.idempotent) {
		add(platform, [
			'FLOTILLA_IDEMPOTENCY_KEY_INVALID',
			'FLOTILLA_IDEMPOTENCY_KEY_REUSED',
			'FLOTILLA_IDEMPOTENCY_KEY_EXPIRED',
		]);
	}
	const refusals = new Map<number, { codes: string[]; schemas: JsonSchema[] }>();
	const refuse = (status: number, code: string, schema: JsonSchema): void => {
		const known = refusals.get(status) ?? { codes: [], schemas: [] };
		refusals.set(status, known);
		known.codes.push(code);
		if (!known.schemas.some((other) => other.$ref !== undefined && other.$ref === schema.$ref)) {
			known.schemas.push(schema);
		}
	};
	for (const { code, status, data } of errors.values()) {
		const schema = components.adopt(data.json, `${service}.${name}.${code}`);
		refuse(status, code, declaredProblem(code, schema));
	}
	for (const code of platform) refuse(errorTable[code].status, code, { $ref: problemReference });
	return {
		[successStatus(operation, http)]: successOf(operation, http, components),
		...Object.fromEntries(
			[...refusals].map(([status, { codes, schemas }]) => [
				status,
				problemOf(status, codes, oneSchema(schemas)),
			]),
		),
	};
}

/** The status of a successful answer: 204 where there is nothing to answer and nothing else is said. */
export function successStatus(operation: Operation, http: HttpOperation): number {
	return operation.output === undefined && http.status === 200 ? 204 : http.status;
}

function successOf(operation: Operation, http: HttpOperation, components: Components): unknown {
	const { output, streaming, service, name } = operation;
	const headers = {
		'X-Request-Id': requestIdReference,
		...(http.settle === undefined ? {} : { 'Preference-Applied': preferenceApplied }),
	};
	if (output === undefined) return { description: 'Done.', headers };
	const schema = components.adopt(output.json, `${service}.${name}.output`);
	if (streaming) {
		return {
			description: 'Server-sent events; the `data` of each is one JSON value of this schema.',
			headers,
			content: { 'text/event-stream': { schema } },
		};
	}
	return { description: 'The answer.', headers, content: { 'application/json': { schema } } };
}

function problemOf(status: number, codes: readonly string[], schema: JsonSchema): unknown {
	const headers: Record<string, unknown> = { 'X-Request-Id': requestIdReference };
	if (status === 401) headers['WWW-Authenticate'] = { schema: { type: 'string' } };
	if (status === 503) {
		headers['Retry-After'] = { description: 'In seconds.', schema: { type: 'integer' } };
	}
	return {
		description: codes.map((code) => `\`${code}\``).join(', '),
		headers,
		content: { 'application/problem+json': { schema } },
	};
}

function declaredProblem(code: string, data: JsonSchema): JsonSchema {
	return {
		allOf: [
			{ $ref: problemReference },
			{ type: 'object', properties: { code: { const: code }, data }, required: ['code', 'data'] },
		],
	};
}

/** Problems that any operation may answer with. */
const always: readonly ErrorCode[] = [
	'FLOTILLA_REQUEST_MALFORMED',
	'FLOTILLA_HANDLER_FAILED',
	'FLOTILLA_UNAVAILABLE',
	'FLOTILLA_OVERLOADED',
	'FLOTILLA_DEADLINE_EXCEEDED',
];

const problemReference = '#/components/schemas/Problem';

const problemSchema: JsonSchema = {
	type: 'object',
	description: 'A refusal or failure (RFC 9457).',
	properties: {
		type: { type: 'string', format: 'uri', description: 'Names the kind of problem.' },
		title: { type: 'string', description: 'The kind of problem in words.' },
		status: { type: 'integer', description: 'The HTTP status.' },
		detail: { type: 'string', description: 'What happened this time, and what to do about it.' },
		code: { type: 'string', description: 'Names the kind of problem, for programs.' },
		requestId: { type: 'string', description: 'As in the X-Request-Id header.' },
		effect: {
			type: 'string',
			enum: ['none', 'unknown', 'done'],
			description:
				'What may have happened: nothing, something or nothing, or all that was asked for.',
		},
		errors: {
			type: 'array',
			description: 'What is wrong with the input.',
			items: {
				type: 'object',
				properties: {
					path: { type: 'string', description: 'Where: a JSON Pointer (RFC 6901).' },
					message: { type: 'string' },
				},
				required: ['path', 'message'],
			},
		},
		data: { description: 'What an error that the operation declares carries.' },
	},
	required: ['type', 'title', 'status', 'detail', 'code', 'requestId', 'effect'],
};

const requestIdHeader = {
	description: 'Names this request in the logs; taken from the request when it has one.',
	schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' },
};

const requestIdReference = { $ref: '#/components/headers/RequestId' };

const idempotencyKey = {
	name: 'Idempotency-Key',
	in: 'header',
	required: false,
	description: 'The same key with the same input gets the first answer again for 7 days.',
	schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function prefer(waitMs: number): unknown {
	return {
		name: 'Prefer',
		in: 'header',
		required: false,
		description: `\`wait=N\`: how many seconds to wait for an answer that is settled, 0 to 30 (RFC 7240); ${waitMs / 1_000} when absent.`,
		schema: { type: 'string' },
		example: 'wait=10',
	};
}

const preferenceApplied = {
	description: 'The part of `Prefer` that was honoured.',
	schema: { type: 'string' },
};

function oneSchema(schemas: readonly unknown[]): JsonSchema {
	const distinct = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
	return (distinct.length === 1 ? distinct[0] : { anyOf: distinct }) as JsonSchema;
}

function add<T>(set: Set<T>, values: readonly T[]): void {
	for (const value of values) set.add(value);
}

/** `findInvoice` in words: `Find invoice`. */
function sentenceOf(name: string): string {
	const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
	return words.charAt(0).toUpperCase() + words.slice(1);
}
