import { isObject, type Json, type JsonObject, listOf, objectOf } from './json.ts';
import { branchesOf, flatten, isNull, typesOf } from './schema.ts';

/** Objects inside of each other in an example; what lies deeper is left out. */
const DEEPEST = 8;

/**
 * A value that fits a schema as far as that can be known: its own example if it has one, else the
 * least that it wants. Of an object where nothing is required it has everything.
 */
export function exampleOf(
	schema: Json | undefined,
	document: JsonObject,
	name = '',
	depth = 0,
): Json {
	const flat = flatten(schema, document);
	const given = givenExample(flat);
	if (given !== undefined) return given;
	const branch = branchesOf(flat).find((one) => !isNull(one, document));
	if (branch !== undefined) return exampleOfBranch(flat, branch, document, name, depth);
	const type = typesOf(flat).find((one) => one !== 'null');
	switch (type) {
		case 'object':
			return exampleObject(flat, document, depth);
		case 'array':
			return exampleArray(flat, document, name, depth);
		case 'integer':
		case 'number':
			return exampleNumber(flat);
		case 'boolean':
			return true;
		case 'string':
			return exampleText(flat, name);
		default:
			return typesOf(flat).includes('null') ? null : {};
	}
}

function givenExample(flat: JsonObject): Json | undefined {
	const { example, examples, const: constant, default: standard } = flat;
	const all = [example, listOf(examples)[0], standard, constant, listOf(flat.enum)[0]];
	return all.find((one) => one !== undefined);
}

/** What stands beside the branches holds for each of them. */
function exampleOfBranch(
	flat: JsonObject,
	branch: Json,
	document: JsonObject,
	name: string,
	depth: number,
): Json {
	if (depth >= DEEPEST) return {};
	const { anyOf: _, oneOf: __, ...beside } = flat;
	const both = { allOf: [beside, branch] } as JsonObject;
	return exampleOf(beside.properties === undefined ? branch : both, document, name, depth + 1);
}

function exampleObject(flat: JsonObject, document: JsonObject, depth: number): Json {
	if (depth >= DEEPEST) return {};
	const properties = Object.entries(objectOf(flat.properties));
	const required = new Set(listOf(flat.required));
	const wanted = properties.filter(([name, schema]) => {
		const field = flatten(schema, document);
		if (field.readOnly === true || field.deprecated === true) return required.has(name);
		return required.size === 0 || required.has(name);
	});
	const example = Object.fromEntries(
		wanted.map(([name, schema]) => [name, exampleOf(schema, document, name, depth + 1)]),
	);
	const values = flat.additionalProperties;
	if (properties.length > 0 || !isObject(values)) return example;
	return { key: exampleOf(values, document, '', depth + 1) };
}

function exampleArray(flat: JsonObject, document: JsonObject, name: string, depth: number): Json {
	if (depth >= DEEPEST) return [];
	const first = listOf(flat.prefixItems).map((item) => exampleOf(item, document, name, depth + 1));
	if (flat.items === undefined || first.length > 0 || flat.maxItems === 0) return first;
	const count = typeof flat.minItems === 'number' ? Math.min(Math.max(flat.minItems, 1), 10) : 1;
	return Array.from({ length: count }, () => exampleOf(flat.items, document, name, depth + 1));
}

function exampleNumber(flat: JsonObject): number {
	const number = (value: Json | undefined): number | undefined =>
		typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
	const step = number(flat.multipleOf) ?? 1;
	const above = number(flat.exclusiveMinimum);
	const least = number(flat.minimum) ?? (above === undefined ? undefined : above + step);
	const most = number(flat.maximum) ?? number(flat.exclusiveMaximum);
	const wanted = least ?? (most !== undefined && most < 1 ? most : 1);
	return step === 1 ? wanted : Math.ceil(wanted / step) * step;
}

const byFormat: Readonly<Record<string, string>> = {
	'date-time': '2026-01-31T12:00:00Z',
	date: '2026-01-31',
	time: '12:00:00Z',
	duration: 'PT1H',
	email: 'ada@example.com',
	hostname: 'example.com',
	ipv4: '192.0.2.1',
	ipv6: '2001:db8::1',
	uri: 'https://example.com/',
	url: 'https://example.com/',
	uuid: '0190f3a4-6f6a-7c3e-8b1d-1f2e3d4c5b6a',
	byte: 'YWhveQ==',
};

/** Tried where a pattern is asked for: the first that fits is taken. */
const CANDIDATES = [
	'ABC-123',
	'abc',
	'ABC',
	'123',
	'abc123',
	'a',
	'A',
	'1',
	'2026-01-31',
	'+123456789',
];

function exampleText(flat: JsonObject, name: string): string {
	const format = byFormat[String(flat.format)];
	if (format !== undefined) return format;
	const plain = fitted(/name$/i.test(name) ? 'Ada' : name === '' ? 'text' : name, flat);
	const pattern = patternOf(flat);
	if (pattern === undefined || pattern.test(plain)) return plain;
	return CANDIDATES.map((text) => fitted(text, flat)).find((text) => pattern.test(text)) ?? plain;
}

function fitted(text: string, { minLength, maxLength }: JsonObject): string {
	const least = typeof minLength === 'number' ? Math.min(minLength, 1_000) : 0;
	const most = typeof maxLength === 'number' ? maxLength : 1_000;
	return text
		.repeat(Math.max(1, Math.ceil(least / text.length)))
		.slice(0, Math.max(least, Math.min(most, text.length)));
}

function patternOf({ pattern }: JsonObject): RegExp | undefined {
	try {
		return typeof pattern === 'string' ? new RegExp(pattern, 'u') : undefined;
	} catch {
		return undefined;
	}
}
