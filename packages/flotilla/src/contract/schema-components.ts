import { compareText } from './order.ts';
import type { JsonSchema } from './schema.ts';

/** The schemas that others refer to, under names of their own. */
export class Components {
	readonly #place: string;
	readonly #own: Readonly<Record<string, JsonSchema>>;
	readonly #schemas = new Map<string, { readonly source: string; readonly schema: JsonSchema }>();

	/**
	 * @param place Where they stand in the document: `#/components/schemas/`.
	 * @param own Schemas of the document itself, whose names are taken.
	 */
	constructor(place: string, own: Readonly<Record<string, JsonSchema>> = {}) {
		this.#place = place;
		this.#own = own;
	}

	/**
	 * A schema with its references turned into references to components. References of a schema
	 * lead to places inside of `root`, which mean something else inside of the document.
	 */
	adopt(json: JsonSchema, name: string, root: JsonSchema = json): JsonSchema {
		const definitions = (root.$defs ?? {}) as Readonly<Record<string, JsonSchema>>;
		const names = this.#namesOf(definitions, name);
		const moved = (reference: string): string => {
			const [, key = '', rest = ''] = /^#\/\$defs\/([^/]+)(.*)$/.exec(reference) ?? [];
			const component = names.get(decodePointer(key));
			if (component !== undefined) return `${this.#place}${component}${rest}`;
			this.#define(name, root, moved);
			return `${this.#place}${name}${reference.slice(1)}`;
		};
		for (const [key, definition] of Object.entries(definitions)) {
			this.#define(names.get(key) ?? key, definition, moved);
		}
		const { $defs: _, ...own } = json;
		return rewrite(own, moved) as JsonSchema;
	}

	/** All of them, in an order that does not depend on when they were adopted. */
	schemas(): Readonly<Record<string, JsonSchema>> {
		return {
			...this.#own,
			...Object.fromEntries(
				[...this.#schemas]
					.toSorted(([a], [b]) => compareText(a, b))
					.map(([name, { schema }]) => [name, schema]),
			),
		};
	}

	/** Definitions keep their own names, unless one is made up or already stands for another schema. */
	#namesOf(
		definitions: Readonly<Record<string, JsonSchema>>,
		name: string,
	): ReadonlyMap<string, string> {
		const entries = Object.entries(definitions);
		const own = entries.every(([key, definition]) => {
			const known = Object.hasOwn(this.#own, key) ? '' : this.#schemas.get(key)?.source;
			return known === undefined || known === JSON.stringify(definition);
		});
		return new Map(
			entries.map(([key]) => {
				const keeps = own && /^(?!__)[A-Za-z0-9._-]+$/.test(key);
				return [key, keeps ? key : `${name}.${key.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`];
			}),
		);
	}

	#define(name: string, schema: JsonSchema, moved: (reference: string) => string): void {
		if (this.#schemas.has(name)) return;
		const source = JSON.stringify(schema);
		// Known before it is rewritten, since it may refer to itself.
		this.#schemas.set(name, { source, schema: {} });
		const { $defs: _, ...own } = schema;
		this.#schemas.set(name, { source, schema: rewrite(own, moved) as JsonSchema });
	}
}

function rewrite(json: unknown, moved: (reference: string) => string): unknown {
	if (typeof json !== 'object' || json === null) return json;
	if (Array.isArray(json)) return json.map((item) => rewrite(item, moved));
	return Object.fromEntries(
		Object.entries(json).map(([key, value]) =>
			key === '$ref' && typeof value === 'string'
				? [key, moved(value)]
				: [key, rewrite(value, moved)],
		),
	);
}

function decodePointer(text: string): string {
	return decodeURIComponent(text).replaceAll('~1', '/').replaceAll('~0', '~');
}
