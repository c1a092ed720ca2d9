import {
	type JsonSchema,
	jsonSchemaOf,
	resolveReference,
	type Schema,
} from '../contract/schema.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { SqlRow } from '../host/database.ts';

type Decode = (row: SqlRow) => unknown;

const decoders = new WeakMap<Schema, Decode>();

/**
 * Makes of a row what its schema describes: names, booleans, JSON, bytes and nulls are brought into
 * the schema's input form, then the schema validates. The plan is made once for each schema.
 */
export function decodeRow(schema: Schema, row: SqlRow): unknown {
	let decode = decoders.get(schema);
	if (decode === undefined) {
		decode = decoderOf(schema);
		decoders.set(schema, decode);
	}
	return decode(row);
}

function decoderOf(schema: Schema): Decode {
	const columns = columnsOf(jsonSchemaOf(schema));
	const { validate } = schema['~standard'];
	return (row) => {
		const value: Record<string, unknown> = {};
		for (const name in row) {
			const column = columns.get(name);
			if (column !== undefined) assign(value, column, row[name]);
			else if (columns.size === 0) value[name] = row[name];
		}
		const checked = validate(value);
		if (checked instanceof Promise) {
			checked.catch(() => {});
			throw invalidRow('the schema validates asynchronously');
		}
		if (checked.issues === undefined) return checked.value;
		const problems = checked.issues.slice(0, 3).map(({ path = [], message }) => {
			const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
			return `${keys.join('.') || '(all of it)'}: ${message}`;
		});
		throw invalidRow(`${problems.join('; ')} (columns: ${Object.keys(row).join(', ')})`);
	};
}

/** What a column holds, as the schema sees it. */
interface Column {
	readonly property: string;
	/** The types of JSON that the property may have; empty when the schema does not say. */
	readonly types: ReadonlySet<unknown>;
	/** 0 and 1 stand for false and true. */
	readonly boolean: boolean;
	/** A text is JSON. */
	readonly json: boolean;
	/** Bytes go into the schema as base64. */
	readonly base64: boolean;
	/** Null stands for "absent". */
	readonly optional: boolean;
}

function assign(value: Record<string, unknown>, column: Column, given: unknown): void {
	const converted = convert(column, given);
	if (converted !== null || !column.optional) value[column.property] = converted;
}

function convert(column: Column, given: unknown): unknown {
	if (column.json && typeof given === 'string') return parseJson(column, given);
	if (column.boolean && (given === 0 || given === 1)) return given === 1;
	if (column.base64 && given instanceof Uint8Array) return toBase64(given);
	return given;
}

/** Where the schema allows a text as well, what cannot be meant as JSON is one. */
function parseJson({ property, types }: Column, text: string): unknown {
	try {
		const parsed: unknown = JSON.parse(text);
		return types.has('string') && !types.has(typeOf(parsed)) ? text : parsed;
	} catch (cause) {
		if (types.has('string')) return text;
		throw invalidRow(`${property} holds no JSON`, cause);
	}
}

function toBase64(bytes: Uint8Array): string {
	return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** The columns that a schema knows, under both of their spellings: `created_at` and `createdAt`. */
function columnsOf(root: JsonSchema): ReadonlyMap<string, Column> {
	const shapes = alternatives(root, root);
	const properties = new Set(shapes.flatMap((shape) => Object.keys(propertiesOf(shape))));
	const columns = new Map<string, Column>();
	for (const property of properties) columns.set(property, columnOf(property, shapes, root));
	for (const property of properties) {
		const name = snakeCase(property);
		// A property that is spelled like the column itself comes first.
		if (!properties.has(name)) columns.set(name, columns.get(property) as Column);
	}
	return columns;
}

function columnOf(property: string, shapes: readonly JsonSchema[], root: JsonSchema): Column {
	const nodes = shapes
		.map((shape) => propertiesOf(shape)[property])
		.filter((node) => node !== undefined)
		.flatMap((node) => alternatives(node as JsonSchema, root));
	const types = new Set(nodes.flatMap(typesOf));
	const required = shapes.every((shape) =>
		((shape.required ?? []) as readonly string[]).includes(property),
	);
	return {
		property,
		types,
		boolean: types.has('boolean') && !types.has('number'),
		json: types.has('object') || types.has('array'),
		base64: nodes.some((node) => node.contentEncoding === 'base64'),
		optional: !required && !types.has('null'),
	};
}

function propertiesOf(shape: JsonSchema): JsonSchema {
	return (shape.properties ?? {}) as JsonSchema;
}

/** The schemas of which a value has to match one: unions are taken apart, intersections merged. */
function alternatives(
	node: JsonSchema,
	root: JsonSchema,
	followed: readonly string[] = [],
): readonly JsonSchema[] {
	const { $ref: reference, allOf } = node;
	if (typeof reference === 'string') {
		if (followed.includes(reference)) return [];
		const target = resolveReference(reference, root) as JsonSchema;
		return alternatives(target, root, [...followed, reference]);
	}
	const either = node.anyOf ?? node.oneOf;
	if (Array.isArray(either)) return either.flatMap((one) => alternatives(one, root, followed));
	if (!Array.isArray(allOf)) return [node];
	return allOf
		.map((part) => alternatives(part, root, followed))
		.reduce((left, right) => left.flatMap((one) => right.map((other) => merged(one, other))));
}

function merged(left: JsonSchema, right: JsonSchema): JsonSchema {
	return {
		...left,
		...right,
		properties: { ...propertiesOf(left), ...propertiesOf(right) },
		required: [...((left.required ?? []) as []), ...((right.required ?? []) as [])],
	};
}

function typesOf({ type, enum: values, const: value }: JsonSchema): readonly unknown[] {
	if (type !== undefined) return [type].flat().map((one) => (one === 'integer' ? 'number' : one));
	if (Array.isArray(values)) return values.map(typeOf);
	return value === undefined ? [] : [typeOf(value)];
}

function typeOf(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
}

function snakeCase(property: string): string {
	return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function invalidRow(reason: string, cause?: unknown): FlotillaError {
	return new FlotillaError('FLOTILLA_ROW_INVALID', `A row does not match its schema: ${reason}.`, {
		cause,
	});
}
