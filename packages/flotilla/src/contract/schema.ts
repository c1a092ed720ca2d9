import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { copyJson, isExactJson, NotJson, pointerSegment } from './json-value.ts';
import { buildsAnew } from './zod-schema.ts';

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
	/** Whether its output form differs from its input form, as with codecs and defaults. */
	readonly transforms: boolean;
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
	// Other validators may return their argument.
	const anew = vendor === 'zod' && buildsAnew(schema);
	const check = (value: unknown): Checked | Promise<Checked> => {
		let input = value;
		// What a wire would change is changed here too, so that no schema sees the difference.
		if (value !== undefined && !(anew && isExactJson(value))) {
			input = copyJson(value);
			if (input instanceof NotJson) {
				return { issues: [{ path: input.path, message: input.reason }] };
			}
		}
		const result = validate(input);
		return result instanceof Promise ? result.then(toChecked) : toChecked(result);
	};
	return { schema, json, transforms: transforms(schema, json), check };
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

function transforms(schema: Schema, json: JsonSchema): boolean {
	const { jsonSchema } = schema['~standard'] as StandardSchemaV1.Props & StandardJSONSchemaV1.Props;
	try {
		const { $schema: _, ...output } = jsonSchema.output({ target: 'draft-2020-12' });
		// An output form is closed where the input form is open to further fields, which are dropped.
		const text = (form: JsonSchema): string =>
			JSON.stringify(form, (key, value) =>
				key === 'additionalProperties' && value === false ? undefined : value,
			);
		return text(output) !== text(json);
	} catch {
		// What it makes of JSON is not JSON, such as a Date.
		return true;
	}
}

function toChecked(result: StandardSchemaV1.Result<unknown>): Checked {
	if (result.issues === undefined) return result;
	return {
		issues: result.issues.map(({ message, path }) => ({
			path: (path ?? [])
				.map((segment) => (typeof segment === 'object' ? segment.key : segment))
				.map((key) => `/${pointerSegment(key)}`)
				.join(''),
			message,
		})),
	};
}

/** What a local `$ref` of a JSON Schema stands for; `{}`, which allows all, when it leads nowhere. */
export function resolveReference(reference: string, root: JsonSchema): unknown {
	let node: unknown = root;
	for (const part of reference.replace(/^#\/?/, '').split('/')) {
		if (part === '') continue;
		const holder = (node ?? {}) as JsonSchema;
		// zod writes names as they are, where a URI would have `%25` for `%`.
		const key = unescaped(part);
		node = Object.hasOwn(holder, key) ? holder[key] : holder[unescaped(percentDecoded(part))];
	}
	return node ?? {};
}

function unescaped(segment: string): string {
	return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function percentDecoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
