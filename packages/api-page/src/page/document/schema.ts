import { dereference, isObject, type Json, type JsonObject, listOf, objectOf } from './json.ts';

/** Schemas inside of `allOf` inside of each other; more is a circle. */
const DEEPEST = 20;

/** A schema without `$ref` and `allOf` at its top: all that they ask for, in one. */
export function flatten(schema: Json | undefined, document: JsonObject, depth = 0): JsonObject {
	const own = dereference(schema, document);
	const parts = listOf(own.allOf);
	if (parts.length === 0 || depth === DEEPEST) return own;
	const { allOf: _, ...rest } = own;
	return [...parts.map((part) => flatten(part, document, depth + 1)), rest].reduce(both, {});
}

function both(left: JsonObject, right: JsonObject): JsonObject {
	const properties = { ...objectOf(left.properties) };
	for (const [name, schema] of Object.entries(objectOf(right.properties))) {
		const known = properties[name];
		properties[name] = isObject(known) && isObject(schema) ? { ...known, ...schema } : schema;
	}
	const required = [...new Set([...listOf(left.required), ...listOf(right.required)])];
	return {
		...left,
		...right,
		...(Object.keys(properties).length > 0 && { properties }),
		...(required.length > 0 && { required }),
	};
}

/** The last part of a reference, which is the name of what it leads to. */
export function nameOf(schema: Json | undefined): string | undefined {
	const { $ref } = objectOf(schema);
	return typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : undefined;
}

/** The types that a value may have, by the keywords `type`, `const`, `enum`, or what it has. */
export function typesOf(schema: JsonObject): readonly string[] {
	const { type } = schema;
	if (typeof type === 'string') return [type];
	if (Array.isArray(type)) return type.filter((one): one is string => typeof one === 'string');
	if (schema.properties !== undefined || schema.additionalProperties !== undefined)
		return ['object'];
	if (schema.items !== undefined || schema.prefixItems !== undefined) return ['array'];
	if (schema.pattern !== undefined || schema.minLength !== undefined) return ['string'];
	return [];
}

/** The branches of `anyOf` or `oneOf`. */
export function branchesOf(schema: JsonObject): readonly Json[] {
	return [...listOf(schema.oneOf), ...listOf(schema.anyOf)];
}

export function isNull(schema: Json, document: JsonObject): boolean {
	const flat = flatten(schema, document);
	return flat.type === 'null' || flat.const === null;
}
