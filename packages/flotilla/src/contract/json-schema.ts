import type { Operation } from './compile-operations.ts';
import type { Contract } from './contract.ts';
import { compareText, inOrder } from './order.ts';
import type { JsonSchema, WireSchema } from './schema.ts';
import { Components } from './schema-components.ts';

export interface JsonSchemaOptions {
	/** Of the API as a whole. */
	readonly title: string;
	/** Of the API as a whole, as its readers know it. */
	readonly version: string;
	readonly description?: string;
	readonly contracts: readonly Contract[];
}

/** A JSON Schema document: plain JSON. */
export type JsonSchemaDocument = { readonly [member: string]: unknown };

/**
 * Everything that travels, as one JSON Schema document (draft 2020-12). Its `$defs` have a schema for
 * each input, output, declared error and event, such as `orders.v1.place.input`,
 * `orders.v1.place.output`, `orders.v1.place.errors.outOfStock` and `orders.v1.placed.data`; and those
 * that these share, under their own names.
 *
 * A pure function of the contracts: the same ones, in any order, give the same document, so that it
 * can be kept in version control and compared.
 *
 * @example
 * const document = jsonSchemaDocument({ title: 'Shop', version: '1.0.0', contracts: [Orders] });
 */
export function jsonSchemaDocument(options: JsonSchemaOptions): JsonSchemaDocument {
	const { title, version, description } = options;
	const travelling = new Map(inOrder(options.contracts).flatMap(schemasOf));
	const reserved = Object.fromEntries([...travelling.keys()].map((name) => [name, {}]));
	const components = new Components('#/$defs/', reserved);
	const own = [...travelling].map(([name, { schema, comment }]): [string, JsonSchema] => [
		name,
		{ ...(comment !== undefined && { $comment: comment }), ...components.adopt(schema.json, name) },
	]);
	const all = { ...components.schemas(), ...Object.fromEntries(own) };
	return {
		$schema: 'https://json-schema.org/draft/2020-12/schema',
		$comment: `Version ${version}`,
		title,
		...(description !== undefined && { description }),
		$defs: Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => compareText(a, b))),
	};
}

interface Travelling {
	readonly schema: WireSchema;
	readonly comment?: string;
}

/** In the order of their names, since an earlier schema gives its name to what several share. */
function schemasOf({ operations, events }: Contract): readonly (readonly [string, Travelling])[] {
	const ofEvents = [...events.values()].map(
		({ service, version, name, data }) =>
			[`${service}.v${version}.${name}.data`, { schema: data }] as const,
	);
	return [...[...operations.values()].flatMap(schemasOfOperation), ...ofEvents].toSorted(
		([left], [right]) => compareText(left, right),
	);
}

function schemasOfOperation(operation: Operation): readonly (readonly [string, Travelling])[] {
	const { service, version, name, input, output, streaming, errors } = operation;
	const prefix = `${service}.v${version}.${name}`;
	const comment = streaming ? { comment: 'Each value of a streaming result.' } : {};
	return [
		...(input === undefined ? [] : [[`${prefix}.input`, { schema: input }] as const]),
		...(output === undefined
			? []
			: [[`${prefix}.output`, { schema: output, ...comment }] as const]),
		...[...errors.values()].map(
			({ code, data }) => [`${prefix}.errors.${code}`, { schema: data }] as const,
		),
	];
}
