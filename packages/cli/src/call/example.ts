import { type JsonSchema, resolveReference } from 'flotilla/adapter';

/** Deeper schemas are recursive, or no example for a line. */
const DEPTH_MAX = 8;

const ofFormat: Readonly<Record<string, string>> = {
	email: 'ada@example.com',
	uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
	uri: 'https://example.com/',
	date: '2026-01-31',
	time: '12:00:00Z',
	'date-time': '2026-01-31T12:00:00.000Z',
};

const ofName: Readonly<Record<string, string>> = {
	name: 'Ada',
	text: 'Hello',
	title: 'Hello',
	email: 'ada@example.com',
	password: 'analytical engine',
};

/** Texts that one or the other pattern takes. */
const texts = [
	'example',
	'a',
	'a1',
	'A',
	'A1',
	'ABC',
	'ABC-001',
	'a-1',
	'1',
	'001',
	'EUR',
	'SPRING',
];

/**
 * A value that a JSON Schema probably allows: required fields only, made of what the schema says
 * about them. Whether it is allowed, a validator has to say.
 */
export function exampleOf(json: unknown, root: JsonSchema, name = '', depth = 0): unknown {
	if (typeof json !== 'object' || json === null || depth > DEPTH_MAX) return {};
	const schema = json as JsonSchema;
	const below = (part: unknown, of = name): unknown => exampleOf(part, root, of, depth + 1);
	if (typeof schema.$ref === 'string') return below(resolveReference(schema.$ref, root));
	if ('const' in schema) return schema.const;
	for (const known of [schema.examples, schema.enum]) {
		if (Array.isArray(known) && known.length > 0) return known[0];
	}
	if ('default' in schema) return schema.default;
	const branches = schema.anyOf ?? schema.oneOf;
	if (Array.isArray(branches)) return below(branches[0]);
	if (Array.isArray(schema.allOf))
		return Object.assign({}, ...schema.allOf.map((one) => below(one)));
	const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
	if (type === 'string') return textOf(schema, name);
	if (type === 'integer' || type === 'number') return numberOf(schema);
	if (type === 'boolean') return true;
	if (type === 'null') return null;
	if (type === 'array') {
		const least = Math.max(1, Number(schema.minItems ?? 1));
		const items = schema.maxItems === 0 ? 0 : Math.min(least, 10);
		return Array.from({ length: items }, () => below(schema.items));
	}
	const properties = (schema.properties ?? {}) as JsonSchema;
	const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
	return Object.fromEntries(required.map((key) => [key, below(properties[key], key)]));
}

function textOf(schema: JsonSchema, name: string): string {
	const { format, pattern, minLength, maxLength } = schema;
	const wanted = ofFormat[String(format)] ?? ofName[name] ?? 'example';
	const least = Number(minLength ?? 0);
	const sized = (text: string): string =>
		text.padEnd(Math.min(least, 100), text).slice(0, Number(maxLength ?? text.length + least));
	if (typeof pattern !== 'string') return sized(wanted);
	const matches = (text: string): boolean => {
		try {
			return new RegExp(pattern, 'u').test(text);
		} catch {
			return false;
		}
	};
	return [wanted, ...texts].map(sized).find(matches) ?? wanted;
}

function numberOf({ minimum, exclusiveMinimum, maximum }: JsonSchema): number {
	const least = Number(minimum ?? Number(exclusiveMinimum ?? 0) + 1);
	return Math.min(Math.max(1, least), Number(maximum ?? Number.MAX_SAFE_INTEGER));
}
