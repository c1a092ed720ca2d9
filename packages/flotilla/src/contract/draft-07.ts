import type { JsonSchema } from './schema.ts';

/** Their values are data, not schemas. */
const DATA: ReadonlySet<string> = new Set([
	'const',
	'enum',
	'default',
	'examples',
	'required',
	'dependentRequired',
]);
/** Their values are schemas by names that mean nothing. */
const MAPS: ReadonlySet<string> = new Set([
	'properties',
	'patternProperties',
	'dependentSchemas',
	'$defs',
]);

/**
 * Says in draft 07, which AsyncAPI's schemas build upon, what a schema says in draft 2020-12. What
 * draft 07 has no word for (`unevaluatedProperties`, `minContains`) stays, and is ignored there: such
 * a schema allows more than it should, and refuses nothing that it should allow.
 */
export function draft07(json: unknown): unknown {
	if (Array.isArray(json)) return json.map(draft07);
	if (typeof json !== 'object' || json === null) return json;
	const { prefixItems, items, dependentSchemas, dependentRequired, ...rest } = convertedMembers(
		json as JsonSchema,
	);
	const dependencies = { ...(dependentRequired as object), ...(dependentSchemas as object) };
	return withLoneReference({
		...rest,
		...(prefixItems === undefined
			? items !== undefined && { items }
			: { items: prefixItems, ...(items !== undefined && { additionalItems: items }) }),
		...(Object.keys(dependencies).length > 0 && { dependencies }),
	});
}

function convertedMembers(json: JsonSchema): Record<string, unknown> {
	const members = Object.entries(json).map(([keyword, value]) => [
		keyword,
		DATA.has(keyword) ? value : MAPS.has(keyword) ? draft07Map(value) : draft07(value),
	]);
	return Object.fromEntries(members);
}

/** The same for schemas by name. */
export function draft07Map(map: unknown): unknown {
	if (typeof map !== 'object' || map === null) return map;
	return Object.fromEntries(Object.entries(map).map(([name, json]) => [name, draft07(json)]));
}

/** In draft 07 whatever stands beside a reference is ignored. */
function withLoneReference(json: Record<string, unknown>): unknown {
	const { $ref, ...rest } = json;
	if (typeof $ref !== 'string' || Object.keys(rest).length === 0) return json;
	const { allOf = [], ...beside } = rest;
	return { ...beside, allOf: [{ $ref }, ...(allOf as readonly unknown[])] };
}
