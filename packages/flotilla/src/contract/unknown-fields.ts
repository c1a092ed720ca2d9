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

/** The scalar and composite types that a schema allows: `string`, `integer`, `array` and so on. */
export function allowedTypes(
	schemas: readonly unknown[],
	root: JsonSchema,
): ReadonlySet<string> | undefined {
	const types = new Set<string>();
	for (const leaf of schemas.flatMap((schema) => leavesOf(schema, root))) {
		if (leaf === anything) return undefined;
		for (const type of typesOf(leaf)) types.add(type);
	}
	return types;
}

/** What the items of the arrays that a schema allows may be. */
export function itemSchemas(schemas: readonly unknown[], root: JsonSchema): readonly unknown[] {
	return schemas
		.flatMap((schema) => leavesOf(schema, root))
		.filter((leaf) => leaf === anything || typesOf(leaf).includes('array'))
		.flatMap((leaf) => [...((leaf.prefixItems ?? []) as unknown[]), leaf.items ?? true]);
}

const anything: JsonSchema = Object.freeze({});
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
const leavesOfNode = new WeakMap<object, readonly JsonSchema[]>();

function visit(
	schemas: readonly unknown[],
	value: unknown,
	path: string,
	root: JsonSchema,
	found: string[],
): void {
	if (typeof value !== 'object' || value === null) return;
	const leaves = schemas.flatMap((schema) => leavesOf(schema, root));
	if (leaves.includes(anything)) return;
	if (Array.isArray(value)) {
		const arrays = leaves.filter((leaf) => typesOf(leaf).includes('array'));
		for (const [index, item] of value.entries()) {
			const inner = arrays.map((leaf) => itemSchema(leaf, index));
			visit(inner, item, `${path}/${index}`, root, found);
		}
		return;
	}
	const objects = leaves.filter((leaf) => typesOf(leaf).includes('object'));
	if (objects.length === 0 || objects.some(isOpen)) return;
	for (const [key, item] of Object.entries(value)) {
		const inner = objects.flatMap((leaf) => schemasOfKey(leaf, key));
		const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
		if (inner.length === 0) found.push(pointer);
		else visit(inner, item, pointer, root, found);
	}
}

/** The branches and references of a schema, resolved: schemas that speak for themselves. */
function leavesOf(schema: unknown, root: JsonSchema): readonly JsonSchema[] {
	if (schema === false) return [];
	if (typeof schema !== 'object' || schema === null) return [anything];
	let leaves = leavesOfNode.get(schema);
	if (leaves === undefined) {
		leaves = [...collectLeaves(schema as JsonSchema, root, new Set())];
		leavesOfNode.set(schema, leaves);
	}
	return leaves;
}

function* collectLeaves(
	schema: unknown,
	root: JsonSchema,
	seen: Set<unknown>,
): Iterable<JsonSchema> {
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
	if (contents.some((keyword) => keyword in node)) yield node;
	else if (branches.length === 0) yield 'type' in node ? node : anything;
}

/** Whether an object schema says nothing about the fields, as a bare `{ "type": "object" }` does. */
function isOpen(leaf: JsonSchema): boolean {
	return !('properties' in leaf || 'patternProperties' in leaf || 'additionalProperties' in leaf);
}

function schemasOfKey(leaf: JsonSchema, key: string): readonly unknown[] {
	const schemas: unknown[] = [];
	const properties = (leaf.properties ?? {}) as JsonSchema;
	if (Object.hasOwn(properties, key)) schemas.push(properties[key]);
	for (const [pattern, schema] of Object.entries((leaf.patternProperties ?? {}) as JsonSchema)) {
		if (new RegExp(pattern, 'u').test(key)) schemas.push(schema);
	}
	if (schemas.length > 0) return schemas;
	const rest = leaf.additionalProperties;
	return rest === undefined || rest === false ? [] : [rest];
}

function itemSchema(leaf: JsonSchema, index: number): unknown {
	const prefix = (leaf.prefixItems ?? []) as readonly unknown[];
	return index < prefix.length ? prefix[index] : (leaf.items ?? true);
}

function typesOf(leaf: JsonSchema): readonly string[] {
	if (typeof leaf.type === 'string') return [leaf.type];
	if (Array.isArray(leaf.type)) return leaf.type as string[];
	if ('const' in leaf) return [typeOf(leaf.const)];
	if (Array.isArray(leaf.enum)) return leaf.enum.map(typeOf);
	if ('prefixItems' in leaf || 'items' in leaf) return ['array'];
	return ['object'];
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
