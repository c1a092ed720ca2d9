import type {
	CommandDefinition,
	ContractDefinition,
	ErrorOf,
	HttpBinding,
	OperationDefinition,
	Settle,
	StreamOf,
} from './definition.ts';
import { isMemberName, memberNameRule, refuseUnknownKeys } from './naming.ts';
import { refuseContract } from './refusal.ts';
import {
	type JsonSchema,
	resolveReference,
	type Schema,
	type WireSchema,
	wireSchema,
} from './schema.ts';
import { allowedTypes, type KnownField, knownFields } from './unknown-fields.ts';

/** A query or command, checked and ready to be called, served and exported. */
export interface Operation {
	readonly kind: 'query' | 'command';
	readonly name: string;
	/** The contract's name: that of the service. */
	readonly service: string;
	readonly version: number;
	/** `orders@1/place`: how it is named on the wire, in traces and in logs. */
	readonly address: string;
	readonly description: string | undefined;
	readonly input: WireSchema | undefined;
	/** Of the answer, or of each value of a streaming result. */
	readonly output: WireSchema | undefined;
	readonly streaming: boolean;
	readonly errors: ReadonlyMap<string, DeclaredErrorType>;
	readonly http: HttpOperation | undefined;
	readonly auth: string | undefined;
	readonly timeoutMs: number;
	/** A command whose answers are not recorded. */
	readonly idempotent: boolean;
}

/** An error that an operation declares. */
export interface DeclaredErrorType {
	readonly code: string;
	readonly data: WireSchema;
	readonly status: number;
}

/** How an operation is reached over HTTP. */
export interface HttpOperation {
	readonly method: string;
	/** With the version: `/v1/orders/{id}`. */
	readonly path: string;
	/** The fields of the input that the path carries. */
	readonly pathFields: readonly string[];
	readonly status: number;
	readonly settle: Required<Settle> | undefined;
}

const statusOfName: ReadonlyMap<string, number> = new Map([
	['invalid', 422],
	['unauthenticated', 401],
	['forbidden', 403],
	['notFound', 404],
	['conflict', 409],
	['gone', 410],
	['tooManyRequests', 429],
]);

const knownKeys = ['description', 'input', 'output', 'errors', 'http', 'auth', 'timeoutMs'];

/** Checks every operation of a contract and makes it ready. */
export function compileOperations(
	service: string,
	definition: ContractDefinition,
): ReadonlyMap<string, Operation> {
	const operations = new Map<string, Operation>();
	const add = (kind: Operation['kind'], name: string, given: OperationDefinition): void => {
		const address = `${service}@${definition.version}/${name}`;
		if (!isMemberName(name) || name === 'try' || name === 'then') {
			refuse(address, `the name is not ${memberNameRule}, or is 'try' or 'then'`);
		}
		if (operations.has(name)) refuse(address, 'a query and a command share the name');
		operations.set(name, compileOperation(kind, service, definition.version, name, given));
	};
	for (const [name, given] of Object.entries(definition.queries ?? {})) add('query', name, given);
	for (const [name, given] of Object.entries(definition.commands ?? {}))
		add('command', name, given);
	for (const operation of operations.values()) checkSettle(operation, operations);
	checkRoutes(operations);
	return operations;
}

function compileOperation(
	kind: Operation['kind'],
	service: string,
	version: number,
	name: string,
	given: OperationDefinition & CommandDefinition,
): Operation {
	const address = `${service}@${version}/${name}`;
	refuseUnknownKeys(address, given, kind === 'command' ? [...knownKeys, 'idempotent'] : knownKeys);
	const streaming = isStream(given.output);
	if (streaming && kind === 'command') refuse(address, 'only queries have streaming results');
	const { timeoutMs = streaming ? Number.POSITIVE_INFINITY : 10_000 } = given;
	if (!(timeoutMs >= 1) || (timeoutMs > 3_600_000 && !(streaming && timeoutMs === Infinity))) {
		refuse(address, `timeoutMs is ${timeoutMs}, not 1 to 3600000`);
	}
	if (given.auth !== undefined && !/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(given.auth)) {
		refuse(address, `auth is '${given.auth}', neither 'public' nor a scope (RFC 6749, 3.3)`);
	}
	const input = given.input && compileSchema(address, 'input', given.input);
	if (input !== undefined && !isObjectSchema(input.json, input.json)) {
		refuse(address, 'the input schema does not describe an object, so it could never get a field');
	}
	const output = isStream(given.output) ? given.output.item : (given.output as Schema | undefined);
	return {
		kind,
		name,
		service,
		version,
		address,
		description: given.description,
		input,
		output: output && compileSchema(address, 'output', output),
		streaming,
		errors: compileErrors(address, given.errors ?? {}),
		http: compileHttp(address, kind, version, given, input),
		auth: given.auth,
		timeoutMs,
		idempotent: given.idempotent ?? false,
	};
}

function compileErrors(
	address: string,
	errors: Readonly<Record<string, Schema | ErrorOf>>,
): ReadonlyMap<string, DeclaredErrorType> {
	const compiled = new Map<string, DeclaredErrorType>();
	for (const [code, given] of Object.entries(errors)) {
		if (!isMemberName(code)) refuse(address, `the error '${code}' is not ${memberNameRule}`);
		const explicit = '~flotilla' in given ? given : undefined;
		const status = explicit?.status ?? statusOfName.get(code) ?? 409;
		if (!Number.isInteger(status) || status < 400 || status > 499) {
			refuse(address, `the error '${code}' has the status ${status}, not 400 to 499`);
		}
		const data = compileSchema(address, `errors.${code}`, explicit?.data ?? (given as Schema));
		compiled.set(code, { code, data, status });
	}
	return compiled;
}

function compileHttp(
	address: string,
	kind: Operation['kind'],
	version: number,
	given: OperationDefinition,
	input: WireSchema | undefined,
): HttpOperation | undefined {
	if (given.http === undefined) return undefined;
	if (given.auth === undefined) {
		refuse(address, "it has `http` but no `auth`: say 'public' or a scope");
	}
	const binding: HttpBinding = typeof given.http === 'string' ? { route: given.http } : given.http;
	refuseUnknownKeys(`${address}, http`, binding, ['route', 'status', 'settle']);
	const match =
		/^(GET|POST|PUT|PATCH|DELETE) (\/(?:[A-Za-z0-9._~-]+|\{[A-Za-z0-9]+\})(?:\/(?:[A-Za-z0-9._~-]+|\{[A-Za-z0-9]+\}))*)$/.exec(
			binding.route,
		);
	if (match === null) refuse(address, `the route '${binding.route}' is not METHOD /path/{field}`);
	const [, method = '', path = ''] = match;
	if ((method === 'GET') !== (kind === 'query')) {
		refuse(address, `a ${kind} cannot be reached with ${method}: GET is for queries, and only it`);
	}
	const pathFields = [...path.matchAll(/\{([^}]+)\}/g)].map(([, field = '']) => field);
	checkPathFields(address, pathFields, input);
	const { status = 200, settle } = binding;
	if (!Number.isInteger(status) || status < 200 || status > 299) {
		refuse(address, `the status ${status} is not 200 to 299`);
	}
	return {
		method,
		path: `/v${version}${path}`,
		pathFields,
		status,
		settle: settle && { waitMs: 2_000, ...settle },
	};
}

function checkPathFields(
	address: string,
	pathFields: readonly string[],
	input: WireSchema | undefined,
): void {
	if (new Set(pathFields).size < pathFields.length) refuse(address, 'the path has a field twice');
	const fields = fieldsOf(input);
	for (const name of pathFields) {
		const field = fields.get(name);
		if (field === undefined) {
			refuse(address, `the path has {${name}}, which the input lacks`);
		}
		const types = allowedTypes(field.schemas, (input as WireSchema).json);
		if (types === undefined || types.has('object') || types.has('array')) {
			refuse(address, `the path has {${name}}, which is not a plain text, number or boolean`);
		}
	}
}

/** Two operations under one method and path: only one of them could ever be reached. */
function checkRoutes(operations: ReadonlyMap<string, Operation>): void {
	const taken = new Map<string, string>();
	for (const { address, http } of operations.values()) {
		if (http === undefined) continue;
		const route = `${http.method} ${http.path.replaceAll(/\{[^}]+\}/g, '{}')}`;
		const other = taken.get(route);
		if (other !== undefined) refuse(address, `${other} has the same route`);
		taken.set(route, address);
	}
}

/** A settled answer is awaited through a streaming query, whose input comes from the answer. */
function checkSettle(operation: Operation, operations: ReadonlyMap<string, Operation>): void {
	const settle = operation.http?.settle;
	if (settle === undefined) return;
	refuseUnknownKeys(`${operation.address}, settle`, settle, ['watch', 'while', 'waitMs']);
	if (operation.kind !== 'command') refuse(operation.address, 'only commands settle');
	const watch = operations.get(settle.watch);
	if (watch === undefined || !watch.streaming) {
		refuse(operation.address, `settle.watch '${settle.watch}' is not a streaming query`);
	}
	const conditions = Object.keys(settle.while);
	if (conditions.length === 0) refuse(operation.address, 'settle.while says nothing');
	const answer = fieldsOf(operation.output);
	const needed = [...fieldsOf(watch.input)].filter(([, { required }]) => required);
	for (const field of [...conditions, ...needed.map(([name]) => name)]) {
		if (!answer.has(field)) refuse(operation.address, `settle needs '${field}' in the output`);
	}
	if (!(settle.waitMs >= 0 && settle.waitMs <= 30_000)) {
		refuse(operation.address, `settle.waitMs is ${settle.waitMs}, not 0 to 30000`);
	}
}

function compileSchema(address: string, place: string, schema: Schema): WireSchema {
	try {
		return wireSchema(schema);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		return refuseContract(
			`The schema '${place}' of ${address} has no JSON form: ${reason}.`,
			cause,
		);
	}
}

function isStream(output: Schema | StreamOf | undefined): output is StreamOf {
	return output !== undefined && (output as StreamOf)['~flotilla'] === 'stream';
}

function isObjectSchema(
	schema: unknown,
	root: JsonSchema,
	above: readonly unknown[] = [],
): boolean {
	if (typeof schema !== 'object' || schema === null || above.includes(schema)) return false;
	const json = schema as JsonSchema;
	if (json.type === 'object') return true;
	const below = [...above, schema];
	const describes = (part: unknown): boolean => isObjectSchema(part, root, below);
	if (typeof json.$ref === 'string') return describes(resolveReference(json.$ref, root));
	if (Array.isArray(json.allOf)) return json.allOf.some(describes);
	const branches = json.anyOf ?? json.oneOf;
	return Array.isArray(branches) && branches.length > 0 && branches.every(describes);
}

function fieldsOf(schema: WireSchema | undefined): ReadonlyMap<string, KnownField> {
	return schema === undefined ? new Map() : knownFields(schema.json);
}

function refuse(address: string, reason: string): never {
	return refuseContract(`${address} is refused: ${reason}.`);
}
