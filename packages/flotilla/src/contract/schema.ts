import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

/**
 * Any Standard Schema (zod, valibot, ArkType, ...). What a producer gives and what travels is the
 * schema's input form, which must be JSON; what a consumer gets is its output form.
 */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** What a producer gives: the form that travels. */
export type InputOf<S extends Schema> = NonNullable<S['~standard']['types']>['input'];

/** What a consumer gets. */
export type OutputOf<S extends Schema> = NonNullable<S['~standard']['types']>['output'];

/** JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** One thing that is wrong with a value, and where: a JSON Pointer (RFC 6901), `''` for the whole. */
export interface Issue {
	readonly path: string;
	readonly message: string;
}

export type Checked =
	| { readonly value: unknown; readonly issues?: undefined }
	| { readonly issues: readonly Issue[] };

/** A schema made ready for the wire. */
export interface WireSchema {
	readonly schema: Schema;
	/** Its input form. */
	readonly json: JsonSchema;
	/**
	 * Validates a value and copies it, so that producer and consumer share nothing: the result has
	 * no part that the argument has, whatever the validator does.
	 */
	check(value: unknown): Checked | Promise<Checked>;
}

/**
 * Makes a schema ready for the wire.
 *
 * @throws {TypeError} It is no Standard Schema, or it has no JSON form; the message says what to do.
 */
export function wireSchema(schema: Schema): WireSchema {
	const json = jsonSchemaOf(schema);
	const { validate, vendor } = schema['~standard'];
	// zod builds new objects wherever the schema says what they hold; what it knows nothing about
	// (`any`, extra keys) it passes on by reference. Other validators may return their argument.
	const copies = vendor === 'zod' && isClosed(json, json, new Set());
	const check = (value: unknown): Checked | Promise<Checked> => {
		let input = value;
		if (!copies) {
			const copied = copyJson(value, '');
			if (copied.issues !== undefined) return copied;
			input = copied.value;
		}
		const result = validate(input);
		return result instanceof Promise ? result.then(toChecked) : toChecked(result);
	};
	return { schema, json, check };
}

/** The JSON Schema of what a producer of `schema` may give. */
export function jsonSchemaOf(schema: Schema): JsonSchema {
	const standard = (schema as Partial<Schema>)?.['~standard'] as
		| (StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props>)
		| undefined;
	if (standard === undefined) throw new TypeError('it is not a Standard Schema');
	if (standard.jsonSchema === undefined) {
		throw new TypeError(
			`its library (${standard.vendor}) gives no JSON Schema: use the library's Standard JSON Schema adapter`,
		);
	}
	const { $schema: _, ...json } = standard.jsonSchema.input({ target: 'draft-2020-12' });
	return json;
}

function toChecked(result: StandardSchemaV1.Result<unknown>): Checked {
	if (result.issues === undefined) return result;
	return {
		issues: result.issues.map(({ message, path }) => ({
			path: (path ?? [])
				.map((segment) => (typeof segment === 'object' ? segment.key : segment))
				.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`)
				.join(''),
			message,
		})),
	};
}

/** Whether every place in the schema says what it holds, so that a copying validator copies all. */
function isClosed(json: unknown, root: JsonSchema, seen: Set<unknown>): boolean {
	if (json === false) return true;
	if (typeof json !== 'object' || json === null) return false;
	if (seen.has(json)) return true;
	seen.add(json);
	const node = json as JsonSchema;
	const closed = (child: unknown): boolean => isClosed(child, root, seen);
	if (typeof node.$ref === 'string') return closed(resolveReference(node.$ref, root));
	for (const keyword of ['anyOf', 'oneOf', 'allOf'] as const) {
		if (Array.isArray(node[keyword])) return node[keyword].every(closed);
	}
	if ('const' in node || 'enum' in node) return true;
	const types = Array.isArray(node.type) ? node.type : [node.type];
	return types.every((type) => {
		if (type === 'object') {
			const children = Object.values((node.properties ?? {}) as JsonSchema);
			// Without the keyword zod drops unknown keys; with it, it keeps them.
			return children.every(closed) && closed(node.additionalProperties ?? false);
		}
		if (type === 'array') {
			const prefix = (node.prefixItems ?? []) as unknown[];
			if (node.items === undefined && prefix.length === 0) return false;
			return prefix.every(closed) && closed(node.items ?? false);
		}
		return type !== undefined;
	});
}

/** What a local `$ref` of a JSON Schema stands for; `{}`, which allows all, when it leads nowhere. */
export function resolveReference(reference: string, root: JsonSchema): unknown {
	let node: unknown = root;
	for (const part of reference.replace(/^#\/?/, '').split('/')) {
		if (part === '') continue;
		const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
		node = (node as JsonSchema | undefined)?.[key];
	}
	return node ?? {};
}

const depthMax = 200;

/** Copies a JSON value; anything that JSON cannot carry is an issue, as it would be on a wire. */
export function copyJson(value: unknown, path: string, depth = 0): Checked {
	switch (typeof value) {
		case 'string':
		case 'boolean':
		case 'undefined':
			return { value };
		case 'number':
			return Number.isFinite(value) ? { value } : refuse(path, `${value} is not a JSON number`);
		case 'object':
			if (value === null) return { value };
			if (depth > depthMax) return refuse(path, `nested deeper than ${depthMax}`);
			return Array.isArray(value) ? copyArray(value, path, depth) : copyObject(value, path, depth);
		default:
			return refuse(path, `a ${typeof value} is not JSON`);
	}
}

function copyArray(values: readonly unknown[], path: string, depth: number): Checked {
	const copy: unknown[] = [];
	for (let index = 0; index < values.length; index++) {
		const item = copyJson(values[index], `${path}/${index}`, depth + 1);
		if (item.issues !== undefined) return item;
		if (item.value === undefined) return refuse(`${path}/${index}`, 'undefined is not JSON');
		copy.push(item.value);
	}
	return { value: copy };
}

function copyObject(source: object, path: string, depth: number): Checked {
	const prototype: unknown = Object.getPrototypeOf(source);
	if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
		return refuse(path, `an instance of ${source.constructor?.name ?? 'a class'} is not JSON`);
	}
	const copy: Record<string, unknown> = {};
	for (const key of Object.keys(source)) {
		const item = copyJson((source as Record<string, unknown>)[key], `${path}/${key}`, depth + 1);
		if (item.issues !== undefined) return item;
		if (item.value === undefined) continue;
		if (key === '__proto__') return refuse(`${path}/${key}`, 'this key is not allowed');
		copy[key] = item.value;
	}
	return { value: copy };
}

function refuse(path: string, message: string): Checked {
	return { issues: [{ path, message }] };
}
