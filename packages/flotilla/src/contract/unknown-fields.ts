import { type JsonSchema, resolveReference } from './schema.ts';

/** A field of the objects that a JSON Schema describes. */
export interface KnownField {
	/** All that the schema says about its value; a value fits one of them, or all. */
	readonly schemas: readonly unknown[];
	/** Whether every value of the schema has it. */
	readonly required: boolean;
}

/**
 * Which fields of a value its JSON Schema does not know, as JSON Pointers (RFC 6901), in the order
 * in which the value has them. What lies below an unknown field is not looked at.
 *
 * Validators drop such fields in silence, which hides a caller's typing error. Where a schema has
 * several branches, a field is known if any branch knows it; whether the branch fits is for the
 * validator to say. A schema that says nothing about a place knows everything there.
 *
 * @param json The schema, draft 2020-12, with `$ref` inside of itself only.
 * @param value JSON. Its depth is the depth of the recursion: bound it before.
 */
export function unknownFields(json: JsonSchema, value: unknown): readonly string[] {
	const found: string[] = [];
	visit([json], value, '', json, found);
	return found;
}

/** The fields that the objects of a schema may have, by name; with `additionalProperties`, those that it names. */
export function knownFields(json: JsonSchema): ReadonlyMap<string, KnownField> {
	return fieldsOf(json, json, new Set());
}

/** The types that a schema allows: `string`, `integer`, `array` and so on; `undefined` for all. */
export function allowedTypes(
	schemas: readonly unknown[],
	root: JsonSchema,
): ReadonlySet<string> | undefined {
	const leaves = leavesOfAll(schemas, root);
	return leaves.includes(anything) ? undefined : new Set(leaves.flatMap(({ types }) => types));
}

/** What the items of the arrays that a schema allows may be. */
export function itemSchemas(schemas: readonly unknown[], root: JsonSchema): readonly unknown[] {
	return leavesOfAll(schemas, root)
		.filter(({ types }) => types.includes('array'))
		.flatMap(({ prefix, items }) => [...prefix, items]);
}

/** A schema without branches and references, which speaks for itself. */
interface Leaf {
	readonly types: readonly string[];
	/** Says nothing about the fields of an object, as a bare `{ "type": "object" }` does. */
	readonly open: boolean;
	readonly fields: ReadonlyMap<string, unknown>;
	readonly patterns: readonly (readonly [RegExp, unknown])[];
	/** What further fields may be; `undefined` when there are none. */
	readonly rest: unknown;
	/** What the first items of an array may be, place by place. */
	readonly prefix: readonly unknown[];
	/** What its other items may be. */
	readonly items: unknown;
}

const anything: Leaf = {
	types: ['array', 'object'],
	open: true,
	fields: new Map(),
	patterns: [],
	rest: true,
	prefix: [],
	items: true,
};

const applicators = ['allOf', 'anyOf', 'oneOf'] as const;
const contents = [
	'properties',
	'patternProperties',
	'additionalProperties',
	'prefixItems',
	'items',
	'enum',
	'const',
] as const;

/** Schemas are looked through once, since every request asks again; a node has one root. */
const leavesOfNode = new WeakMap<object, readonly Leaf[]>();

function visit(
	schemas: readonly unknown[],
	value: unknown,
	path: string,
	root: JsonSchema,
	found: string[],
): void {
	if (typeof value !== 'object' || value === null) return;
	const leaves = leavesOfAll(schemas, root);
	if (leaves.includes(anything)) return;
	if (Array.isArray(value)) visitItems(leaves, value, path, root, found);
	else visitFields(leaves, value as JsonSchema, path, root, found);
}

function visitItems(
	leaves: readonly Leaf[],
	items: readonly unknown[],
	path: string,
	root: JsonSchema,
	found: string[],
): void {
	const arrays = leaves.filter(({ types }) => types.includes('array'));
	for (const [index, item] of items.entries()) {
		if (typeof item !== 'object' || item === null) continue;
		const inner = arrays.map((leaf) => leaf.prefix[index] ?? leaf.items);
		visit(inner, item, `${path}/${index}`, root, found);
	}
}

function visitFields(
	leaves: readonly Leaf[],
	value: JsonSchema,
	path: string,
	root: JsonSchema,
	found: string[],
): void {
	const objects = leaves.filter(({ types }) => types.includes('object'));
	if (objects.length === 0 || objects.some(({ open }) => open)) return;
	for (const key of Object.keys(value)) {
		const inner: unknown[] = [];
		for (const leaf of objects) pushSchemasOfKey(leaf, key, inner);
		const item = value[key];
		if (inner.length > 0 && (typeof item !== 'object' || item === null)) continue;
		const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
		if (inner.length === 0) found.push(pointer);
		else visit(inner, item, pointer, root, found);
	}
}

function pushSchemasOfKey(leaf: Leaf, key: string, schemas: unknown[]): void {
	const before = schemas.length;
	if (leaf.fields.has(key)) schemas.push(leaf.fields.get(key));
	for (const [pattern, schema] of leaf.patterns) {
		if (pattern.test(key)) schemas.push(schema);
	}
	if (schemas.length === before && leaf.rest !== undefined) schemas.push(leaf.rest);
}

function leavesOfAll(schemas: readonly unknown[], root: JsonSchema): readonly Leaf[] {
	return schemas.length === 1
		? leavesOf(schemas[0], root)
		: schemas.flatMap((schema) => leavesOf(schema, root));
}

function leavesOf(schema: unknown, root: JsonSchema): readonly Leaf[] {
	if (schema === false) return [];
	if (typeof schema !== 'object' || schema === null) return [anything];
	let leaves = leavesOfNode.get(schema);
	if (leaves === undefined) {
		leaves = [...collectLeaves(schema, root, new Set())];
		leavesOfNode.set(schema, leaves);
	}
	return leaves;
}

/** The branches and references of a schema, resolved. */
function* collectLeaves(schema: unknown, root: JsonSchema, seen: Set<unknown>): Iterable<Leaf> {
	if (schema === false || seen.has(schema)) return;
	if (typeof schema !== 'object' || schema === null) {
		yield anything;
		return;
	}
	seen.add(schema);
	const node = schema as JsonSchema;
	const branches: unknown[] = applicators.flatMap((applicator) => node[applicator] ?? []);
	if (typeof node.$ref === 'string') branches.push(resolveReference(node.$ref, root));
	for (const branch of branches) yield* collectLeaves(branch, root, seen);
	// Beside branches, a type alone says nothing that they do not say better.
	if (contents.some((keyword) => keyword in node)) yield leafOf(node);
	else if (branches.length === 0) yield 'type' in node ? leafOf(node) : anything;
}

function leafOf(node: JsonSchema): Leaf {
	const { properties, patternProperties, additionalProperties, prefixItems, items } = node;
	return {
		types: typesOf(node),
		open: [properties, patternProperties, additionalProperties].every((part) => part === undefined),
		fields: new Map(Object.entries((properties ?? {}) as JsonSchema)),
		patterns: Object.entries((patternProperties ?? {}) as JsonSchema).map(
			([pattern, schema]) => [new RegExp(pattern, 'u'), schema] as const,
		),
		rest: additionalProperties === false ? undefined : additionalProperties,
		prefix: (prefixItems ?? []) as readonly unknown[],
		items: items ?? true,
	};
}

function typesOf(node: JsonSchema): readonly string[] {
	if (typeof node.type === 'string') return [node.type];
	if (Array.isArray(node.type)) return node.type as string[];
	if ('const' in node) return [typeOf(node.const)];
	if (Array.isArray(node.enum)) return node.enum.map(typeOf);
	return 'prefixItems' in node || 'items' in node ? ['array'] : ['object'];
}

function typeOf(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
}

function fieldsOf(
	schema: unknown,
	root: JsonSchema,
	seen: Set<unknown>,
): ReadonlyMap<string, KnownField> {
	const fields = new Map<string, KnownField>();
	if (typeof schema !== 'object' || schema === null || seen.has(schema)) return fields;
	const node = schema as JsonSchema;
	const below = new Set(seen).add(node);
	const required = new Set((node.required ?? []) as readonly string[]);
	for (const [name, field] of Object.entries((node.properties ?? {}) as JsonSchema)) {
		merge(fields, name, { schemas: [field], required: required.has(name) });
	}
	const all = [
		...(typeof node.$ref === 'string' ? [resolveReference(node.$ref, root)] : []),
		...((node.allOf ?? []) as readonly unknown[]),
	];
	for (const part of all) {
		for (const [name, field] of fieldsOf(part, root, below)) merge(fields, name, field);
	}
	for (const alternatives of [node.anyOf, node.oneOf]) {
		if (!Array.isArray(alternatives)) continue;
		const branches = alternatives.map((branch) => fieldsOf(branch, root, below));
		for (const name of new Set(branches.flatMap((branch) => [...branch.keys()]))) {
			const found = branches.map((branch) => branch.get(name));
			merge(fields, name, {
				schemas: found.flatMap((field) => field?.schemas ?? []),
				required: found.every((field) => field?.required === true),
			});
		}
	}
	for (const name of required) {
		const field = fields.get(name);
		if (field !== undefined) fields.set(name, { ...field, required: true });
	}
	return fields;
}

function merge(fields: Map<string, KnownField>, name: string, field: KnownField): void {
	const known = fields.get(name);
	if (known === undefined) fields.set(name, field);
	else {
		fields.set(name, {
			schemas: [...known.schemas, ...field.schemas],
			required: known.required || field.required,
		});
	}
}
