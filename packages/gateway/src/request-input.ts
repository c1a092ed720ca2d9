import {
	allowedTypes,
	FlotillaError,
	type HttpOperation,
	type Issue,
	itemSchemas,
	type JsonSchema,
	type KnownField,
	knownFields,
	type Operation,
	unknownFields,
} from 'flotilla/adapter';
import type { Query } from './query-string.ts';
import { shortened } from './strict-json.ts';

/** What of a request becomes the input of an operation. */
export interface RequestParts {
	/** Decoded, by field. */
	readonly path: Readonly<Record<string, string | undefined>>;
	readonly query: Query;
	/** Parsed; `undefined` when there is none. */
	readonly body: unknown;
}

/**
 * Makes the input of one operation out of requests: fields from the path and the query on GET, from
 * the path and the body otherwise. Texts become what the JSON Schema of their field says.
 *
 * A field may come from one place only, and every field must be one that the schema knows. What the
 * values may be is left to the validation that every call goes through.
 */
export class RequestInput {
	readonly #operation: Operation;
	readonly #http: HttpOperation;
	readonly #json: JsonSchema;
	readonly #fields: ReadonlyMap<string, TextReader>;

	/**
	 * @throws {FlotillaError} `FLOTILLA_CONTRACT_INVALID`: a field that the path or query would carry
	 *   can only be an object.
	 */
	constructor(operation: Operation, http: HttpOperation) {
		this.#operation = operation;
		this.#http = http;
		this.#json = operation.input?.json ?? {};
		const known = operation.input === undefined ? noFields : knownFields(this.#json);
		const texts = [...known].filter(
			([name]) => http.method === 'GET' || http.pathFields.includes(name),
		);
		this.#fields = new Map(
			texts.map(([name, field]) => [name, this.#readerOf(name, field)] as const),
		);
	}

	/**
	 * @throws {FlotillaError} `FLOTILLA_INPUT_INVALID`, `details.issues` naming the fields that are
	 *   unknown or come from the wrong place; `FLOTILLA_REQUEST_MALFORMED`: a query key came twice.
	 */
	read({ path, query, body }: RequestParts): unknown {
		const input: Record<string, unknown> =
			this.#http.method === 'GET' ? this.#fromQuery(query) : this.#fromBody(query, body);
		for (const name of this.#http.pathFields) {
			input[name] = this.#fields.get(name)?.one(path[name] ?? '');
		}
		if (this.#operation.input === undefined) return undefined;
		const unknown = unknownFields(this.#json, input);
		if (unknown.length > 0) {
			this.#refuse(unknown.map((pointer) => ({ path: pointer, message: 'This field is unknown' })));
		}
		return input;
	}

	#fromQuery(query: Query): Record<string, unknown> {
		const input: Record<string, unknown> = {};
		const issues: Issue[] = [];
		for (const [name, values] of query) {
			const path = pointer(name);
			if (this.#http.pathFields.includes(name)) {
				issues.push({ path, message: 'This field comes from the path' });
			} else if (this.#operation.input === undefined) {
				issues.push({ path, message: 'This field is unknown' });
			} else input[name] = this.#textsOf(name, values);
		}
		if (issues.length > 0) this.#refuse(issues);
		return input;
	}

	#textsOf(name: string, values: readonly string[]): unknown {
		const reader = this.#fields.get(name);
		if (reader?.many !== undefined) return values.map(reader.many);
		if (values.length > 1) {
			throw new FlotillaError(
				'FLOTILLA_REQUEST_MALFORMED',
				`The query has the key '${shortened(name)}' twice, which is no list.`,
			);
		}
		const [value = ''] = values;
		return reader === undefined ? value : reader.one(value);
	}

	#fromBody(query: Query, body: unknown): Record<string, unknown> {
		const issues: Issue[] = [];
		for (const name of query.keys()) {
			const message = 'Query parameters are for GET; send this field in the body';
			issues.push({ path: pointer(name), message });
		}
		if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
			this.#refuse([{ path: '', message: 'The body must be an object' }]);
		}
		const input = (body ?? {}) as Record<string, unknown>;
		for (const name of Object.keys(input)) {
			if (this.#http.pathFields.includes(name)) {
				issues.push({ path: pointer(name), message: 'This field comes from the path' });
			} else if (this.#operation.input === undefined) {
				issues.push({ path: pointer(name), message: 'This field is unknown' });
			}
		}
		if (issues.length > 0) this.#refuse(issues);
		return input;
	}

	#refuse(issues: readonly Issue[]): never {
		const named = issues.slice(0, 3).map(({ path, message }) => `${shortened(path)}: ${message}`);
		throw new FlotillaError(
			'FLOTILLA_INPUT_INVALID',
			`The input of ${this.#operation.address} is not valid: ${named.join('; ')}.`,
			{ details: { issues } },
		);
	}

	#readerOf(name: string, { schemas }: KnownField): TextReader {
		const types = allowedTypes(schemas, this.#json);
		const one = textReader(types);
		const takesList = types?.has('array') === true && !this.#http.pathFields.includes(name);
		if (types !== undefined && !takesList && [...types].every(isComposite)) {
			throw new FlotillaError(
				'FLOTILLA_CONTRACT_INVALID',
				`${this.#operation.address} is refused: its field '${name}' comes from the path or query, which carry texts, numbers and booleans only.`,
			);
		}
		if (!takesList) return { one, many: undefined };
		return { one, many: textReader(allowedTypes(itemSchemas(schemas, this.#json), this.#json)) };
	}
}

interface TextReader {
	readonly one: (text: string) => unknown;
	/** For each value of a list; `undefined` when the field is no list. */
	readonly many: ((text: string) => unknown) | undefined;
}

const noFields: ReadonlyMap<string, KnownField> = new Map();

/**
 * Turns a text into what its schema wants. Where the schema allows a text it stays one, and where it
 * is not what the schema wants it stays one as well: the validation then says what is wrong.
 *
 * @param types What the schema allows; `undefined` when it says nothing.
 */
function textReader(types: ReadonlySet<string> | undefined): (text: string) => unknown {
	if (types === undefined || types.has('string')) return (text) => text;
	const takesNumber = types.has('number') || types.has('integer');
	const takesBoolean = types.has('boolean');
	const takesNull = types.has('null');
	return (text) => {
		if (takesNumber && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) {
			return Number(text);
		}
		if (takesBoolean && (text === 'true' || text === 'false')) return text === 'true';
		return takesNull && text === 'null' ? null : text;
	};
}

function isComposite(type: string): boolean {
	return type === 'object' || type === 'array' || type === 'null';
}

function pointer(name: string): string {
	return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
