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
 * Makes of a row what its schema describes: names, booleans, JSON and nulls are brought into the
 * schema's input form, then the schema validates. The plan is made once for each schema.
 */
export function decodeRow(schema: Schema, row: SqlRow): unknown {
	let decode = decoders.get(schema);
	if (decode === undefined) {
		decode = decoderOf(schema);
		decoders.set(schema, decode);
	}
	return decode(row);
}

interface Column {
	readonly property: string;
	readonly boolean: boolean;
	readonly json: boolean;
	/** Null stands for "absent". */
	readonly optional: boolean;
}

function decoderOf(schema: Schema): Decode {
	const root = jsonSchemaOf(schema);
	const columns = columnsOf(root);
	const { validate } = schema['~standard'];
	return (row) => {
		const value: Record<string, unknown> = {};
		for (const name in row) {
			const column = columns.get(name);
			if (column !== undefined) assign(value, column, row[name]);
			else if (columns.size === 0) value[name] = row[name];
		}
		const checked = validate(value);
		if (checked instanceof Promise) throw invalidRow('the schema validates asynchronously');
		if (checked.issues === undefined) return checked.value;
		const problems = checked.issues
			.slice(0, 3)
			.map(({ path, message }) => `${path?.join('.') ?? ''}: ${message}`);
		throw invalidRow(`${problems.join('; ')} (columns: ${Object.keys(row).join(', ')})`);
	};
}

function assign(value: Record<string, unknown>, column: Column, given: unknown): void {
	if (given === null) {
		if (!column.optional) value[column.property] = null;
	} else if (column.boolean && typeof given !== 'boolean') {
		value[column.property] = given === 0 ? false : given === 1 ? true : given;
	} else if (column.json && typeof given === 'string') {
		value[column.property] = parseJson(given, column.property);
	} else {
		value[column.property] = given;
	}
}

/** The columns that a schema knows, under both of their spellings: `created_at` and `createdAt`. */
function columnsOf(root: JsonSchema): ReadonlyMap<string, Column> {
	const columns = new Map<string, Column>();
	for (const branch of branchesOf(root, root)) {
		const required = new Set((branch.required ?? []) as string[]);
		for (const [property, given] of Object.entries((branch.properties ?? {}) as JsonSchema)) {
			const types = typesOf(given as JsonSchema, root);
			const column: Column = {
				property,
				boolean: types.has('boolean'),
				json: types.has('object') || types.has('array'),
				optional: !required.has(property) && !types.has('null'),
			};
			columns.set(property, column);
			columns.set(snakeCase(property), column);
		}
	}
	return columns;
}

function branchesOf(node: JsonSchema, root: JsonSchema): JsonSchema[] {
	if (typeof node.$ref === 'string') {
		return branchesOf(resolveReference(node.$ref, root) as JsonSchema, root);
	}
	const branches = node.anyOf ?? node.oneOf ?? node.allOf;
	if (!Array.isArray(branches)) return [node];
	return (branches as JsonSchema[]).flatMap((branch) => branchesOf(branch, root));
}

function typesOf(node: JsonSchema, root: JsonSchema): ReadonlySet<unknown> {
	return new Set(
		branchesOf(node, root).flatMap(({ type, enum: values, const: value }) => {
			if (type !== undefined) return type as string | string[];
			return ((values as unknown[] | undefined) ?? [value]).map((each) => typeof each);
		}),
	);
}

function snakeCase(property: string): string {
	return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function parseJson(text: string, property: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw invalidRow(`${property} holds no JSON`, cause);
	}
}

function invalidRow(reason: string, cause?: unknown): FlotillaError {
	return new FlotillaError('FLOTILLA_ROW_INVALID', `A row does not match its schema: ${reason}.`, {
		cause,
	});
}
