import { FlotillaError } from '../errors/flotilla-error.ts';
import type {
	CommandDefinition,
	ContractDefinition,
	ErrorOf,
	HttpBinding,
	OperationDefinition,
	Settle,
	StreamOf,
} from './definition.ts';
import { type JsonSchema, type Schema, type WireSchema, wireSchema } from './schema.ts';

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

const statusOfName: Readonly<Record<string, number>> = {
	invalid: 422,
	unauthenticated: 401,
	forbidden: 403,
	notFound: 404,
	conflict: 409,
	gone: 410,
	tooManyRequests: 429,
};

const known: Readonly<Record<string, true>> = {
	description: true,
	input: true,
	output: true,
	errors: true,
	http: true,
	auth: true,
	timeoutMs: true,
};

/** Checks every operation of a contract and makes it ready. */
export function compileOperations(
	service: string,
	definition: ContractDefinition,
): ReadonlyMap<string, Operation> {
	const operations = new Map<string, Operation>();
	const add = (kind: Operation['kind'], name: string, given: OperationDefinition): void => {
		const address = `${service}@${definition.version}/${name}`;
		if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(name) || name === 'try' || name === 'then') {
			refuse(address, 'the name is not camelCase of at most 40 characters, or is `try` or `then`');
		}
		if (operations.has(name)) refuse(address, 'a query and a command share the name');
		operations.set(name, compileOperation(kind, service, definition.version, name, given));
	};
	for (const [name, given] of Object.entries(definition.queries ?? {})) add('query', name, given);
	for (const [name, given] of Object.entries(definition.commands ?? {}))
		add('command', name, given);
	for (const operation of operations.values()) checkSettle(operation, operations);
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
	for (const key of Object.keys(given)) {
		if (!known[key] && !(kind === 'command' && key === 'idempotent')) {
			refuse(address, `it has the unknown key '${key}'`);
		}
	}
	const streaming = isStream(given.output);
	if (streaming && kind === 'command') refuse(address, 'only queries have streaming results');
	const { timeoutMs = streaming ? Number.POSITIVE_INFINITY : 10_000 } = given;
	if (!(timeoutMs >= 1) || (timeoutMs > 3_600_000 && !(streaming && timeoutMs === Infinity))) {
		refuse(address, `timeoutMs is ${timeoutMs}, not 1 to 3600000`);
	}
	const input = given.input && compileSchema(address, 'input', given.input);
	if (input !== undefined && !isObjectSchema(input.json)) {
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
		if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(code)) {
			refuse(address, `the error '${code}' is not named in camelCase of at most 40 characters`);
		}
		const explicit = '~flotilla' in given ? given : undefined;
		const status = explicit?.status ?? statusOfName[code] ?? 409;
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
	const fields = (input?.json.properties ?? {}) as JsonSchema;
	for (const field of pathFields) {
		if (!(field in fields)) refuse(address, `the path has {${field}}, which the input lacks`);
	}
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

/** A settled answer is awaited through a streaming query, whose input comes from the answer. */
function checkSettle(operation: Operation, operations: ReadonlyMap<string, Operation>): void {
	const settle = operation.http?.settle;
	if (settle === undefined) return;
	const watch = operations.get(settle.watch);
	if (watch === undefined || !watch.streaming) {
		refuse(operation.address, `settle.watch '${settle.watch}' is not a streaming query`);
	}
	const answer = (operation.output?.json.properties ?? {}) as JsonSchema;
	const wanted = [
		...Object.keys(settle.while),
		...((watch.input?.json.required ?? []) as string[]),
	];
	for (const field of wanted) {
		if (!(field in answer)) refuse(operation.address, `settle needs '${field}' in the output`);
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
		throw new FlotillaError(
			'FLOTILLA_CONTRACT_INVALID',
			`The schema '${place}' of ${address} has no JSON form: ${reason}.`,
			{ cause },
		);
	}
}

function isStream(output: Schema | StreamOf | undefined): output is StreamOf {
	return output !== undefined && (output as StreamOf)['~flotilla'] === 'stream';
}

function isObjectSchema(json: JsonSchema): boolean {
	if (json.type === 'object') return true;
	const branches = json.anyOf ?? json.oneOf ?? json.allOf;
	return Array.isArray(branches) && branches.every((branch) => isObjectSchema(branch));
}

function refuse(address: string, reason: string): never {
	throw new FlotillaError('FLOTILLA_CONTRACT_INVALID', `${address} is refused: ${reason}.`);
}
