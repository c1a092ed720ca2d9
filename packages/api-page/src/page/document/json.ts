/** What `JSON.parse` gives. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
	readonly [member: string]: Json | undefined;
}

/** The value if it is an object, else an empty one: documents come from anybody. */
export function objectOf(value: Json | undefined): JsonObject {
	return isObject(value) ? value : {};
}

export function isObject(value: Json | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: Json | undefined): readonly Json[] {
	return Array.isArray(value) ? value : [];
}

export function textOf(value: Json | undefined): string {
	return typeof value === 'string' ? value : '';
}

/** What a JSON Pointer such as `#/components/schemas/Order` leads to (RFC 6901). */
function pointedAt(document: JsonObject, reference: string): Json | undefined {
	if (reference !== '#' && !reference.startsWith('#/')) return undefined;
	let found: Json | undefined = document;
	for (const part of reference.split('/').slice(1)) {
		const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
		if (Array.isArray(found)) found = found[Number(key)] as Json | undefined;
		else if (isObject(found) && Object.hasOwn(found, key)) found = found[key];
		else return undefined;
	}
	return found;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** References that follow each other; more is a circle. */
const MOST_REFERENCES = 20;

/**
 * A member of the document with its `$ref` followed; what stands beside the reference holds over what
 * it leads to, as OpenAPI 3.1 wants it.
 */
export function dereference(value: Json | undefined, document: JsonObject): JsonObject {
	let found = objectOf(value);
	for (let step = 0; typeof found.$ref === 'string'; step++) {
		if (step === MOST_REFERENCES) return {};
		const { $ref, ...beside } = found;
		found = { ...objectOf(pointedAt(document, $ref as string)), ...beside };
	}
	return found;
}
