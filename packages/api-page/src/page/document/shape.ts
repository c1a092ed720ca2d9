import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from './json.ts';
import { branchesOf, flatten, isNull, nameOf, typesOf } from './schema.ts';

/** What a reader sees of a schema; what lies deeper is made when it is looked at. */
export interface Shape {
	/** In words: `array of string`, `Order or null`. */
	readonly type: string;
	/** What must hold beyond the type, in words. */
	readonly rules: readonly string[];
	readonly description: string;
	readonly isDeprecated: boolean;
	readonly parts: readonly Part[];
}

/** What stands inside: a field, or one of several forms. */
export interface Part {
	readonly kind: 'field' | 'form' | 'item';
	readonly name: string;
	readonly isRequired: boolean;
	readonly schema: Json;
}

export function shapeOf(schema: Json | undefined, document: JsonObject): Shape {
	if (schema === false) return { ...anything, type: 'nothing' };
	const flat = flatten(schema, document);
	return {
		type: typeText(schema, document),
		rules: rulesOf(flat),
		description: textOf(flat.description),
		isDeprecated: flat.deprecated === true,
		parts: partsOf(flat, document),
	};
}

const anything: Shape = {
	type: 'anything',
	rules: [],
	description: '',
	isDeprecated: false,
	parts: [],
};

/** Arrays of arrays deeper than this are only called arrays. */
const DEEPEST_TYPE = 4;

function typeText(schema: Json | undefined, document: JsonObject, depth = 0): string {
	const flat = flatten(schema, document);
	const name = nameOf(schema) ?? (textOf(flat.title) || undefined);
	if (flat.const !== undefined) return JSON.stringify(flat.const);
	if (Array.isArray(flat.enum)) {
		return flat.enum.length > 12 ? `one of ${flat.enum.length}` : flat.enum.map(show).join(' | ');
	}
	const branches = branchesOf(flat);
	if (branches.length > 0 && name === undefined && depth < DEEPEST_TYPE) {
		const texts = branches.map((branch) => typeText(branch, document, depth + 1));
		return [...new Set(texts)].join(' or ');
	}
	const types = typesOf(flat).map((type) => {
		if (type === 'array' && depth < DEEPEST_TYPE) {
			return flat.items === undefined
				? 'array'
				: `array of ${typeText(flat.items, document, depth + 1)}`;
		}
		if (type === 'object') return name ?? mapText(flat, document, depth);
		return type;
	});
	return types.join(' or ') || (name ?? 'anything');
}

function mapText(flat: JsonObject, document: JsonObject, depth: number): string {
	const values = flat.additionalProperties;
	if (!isObject(values) || flat.properties !== undefined || depth >= DEEPEST_TYPE) return 'object';
	return `map of ${typeText(values, document, depth + 1)}`;
}

const show = (value: Json): string => JSON.stringify(value);

/** What JSON Schema writes for a safe integer says nothing to a reader. */
const isBound = (value: Json | undefined): value is number =>
	typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;

function rulesOf(flat: JsonObject): string[] {
	const rules = [
		textOf(flat.format),
		between(flat.minimum, flat.maximum, ''),
		isBound(flat.exclusiveMinimum) ? `more than ${flat.exclusiveMinimum}` : '',
		isBound(flat.exclusiveMaximum) ? `less than ${flat.exclusiveMaximum}` : '',
		isBound(flat.multipleOf) ? `a multiple of ${flat.multipleOf}` : '',
		between(flat.minLength, flat.maxLength, ' characters'),
		between(flat.minItems, flat.maxItems, ' items'),
		between(flat.minProperties, flat.maxProperties, ' members'),
		flat.uniqueItems === true ? 'each once' : '',
		// A format says the same in one word.
		typeof flat.pattern === 'string' && flat.format === undefined ? `like ${flat.pattern}` : '',
		flat.default !== undefined ? `${show(flat.default)} when absent` : '',
		flat.readOnly === true ? 'in answers only' : '',
		flat.writeOnly === true ? 'in requests only' : '',
	];
	return rules.filter((rule) => rule !== '');
}

function between(least: Json | undefined, most: Json | undefined, what: string): string {
	if (isBound(least) && isBound(most)) {
		return least === most ? `${least}${what}` : `${least} to ${most}${what}`;
	}
	if (isBound(least)) return least === 0 && what !== '' ? '' : `at least ${least}${what}`;
	return isBound(most) ? `at most ${most}${what}` : '';
}

function partsOf(flat: JsonObject, document: JsonObject): Part[] {
	const fields = fieldsOf(flat);
	const forms = branchesOf(flat).filter((branch) => !isNull(branch, document));
	const [only] = forms;
	if (forms.length === 1 && only !== undefined) return [...fields, ...inside(only, document)];
	if (forms.some((form) => inside(form, document).length > 0)) {
		return [...fields, ...forms.map((form, index) => formOf(form, index, document))];
	}
	if (flat.items !== undefined) fields.push(...inside(flat.items, document));
	for (const [index, item] of listOf(flat.prefixItems).entries()) {
		fields.push({ kind: 'item', name: `[${index}]`, isRequired: true, schema: item });
	}
	const values = flat.additionalProperties;
	if (isObject(values)) {
		if (flat.properties !== undefined) {
			fields.push({ kind: 'field', name: '(other)', isRequired: false, schema: values });
		} else fields.push(...inside(values, document));
	}
	return fields;
}

const inside = (schema: Json, document: JsonObject): Part[] =>
	partsOf(flatten(schema, document), document);

function fieldsOf(flat: JsonObject): Part[] {
	const required = new Set(listOf(flat.required));
	return Object.entries(objectOf(flat.properties)).map(([name, schema]) => ({
		kind: 'field',
		name,
		isRequired: required.has(name),
		schema: schema ?? {},
	}));
}

/** A form is called by the field that tells it from the others, by its name, or by its place. */
function formOf(schema: Json, index: number, document: JsonObject): Part {
	const flat = flatten(schema, document);
	const constant = Object.entries(objectOf(flat.properties)).find(
		([, field]) => flatten(field, document).const !== undefined,
	);
	const told = constant && `${constant[0]}: ${show(flatten(constant[1], document).const ?? null)}`;
	const name = told ?? nameOf(schema) ?? (textOf(flat.title) || `form ${index + 1}`);
	return { kind: 'form', name, isRequired: false, schema };
}
