/** What zod 4 lets libraries see of its schemas; there is no dependency on it. */
interface ZodSchema {
	readonly _zod?: { readonly def?: ZodDefinition };
}

interface ZodDefinition {
	readonly type: string;
	readonly shape?: Readonly<Record<string, ZodSchema>>;
	readonly catchall?: ZodSchema;
	readonly element?: ZodSchema;
	readonly items?: readonly ZodSchema[];
	readonly rest?: ZodSchema | null;
	readonly valueType?: ZodSchema;
	readonly options?: readonly ZodSchema[];
	readonly left?: ZodSchema;
	readonly right?: ZodSchema;
	readonly innerType?: ZodSchema;
	readonly in?: ZodSchema;
	readonly getter?: () => ZodSchema;
}

/**
 * Whether a zod schema makes every object that it returns, and shows none of its argument's to
 * functions of the contract's author. Where it knows what a place holds, it does; `any`, loose
 * objects, `preprocess` and the like pass on what they got. What is not known here counts as such.
 *
 * Read from the definition, not from the JSON Schema, which `meta()` can make say anything.
 */
export function buildsAnew(schema: unknown, seen: Set<unknown> = new Set()): boolean {
	if (seen.has(schema)) return true;
	seen.add(schema);
	const definition = (schema as ZodSchema)._zod?.def;
	return (
		definition !== undefined &&
		partsOf(definition)?.every((part) => buildsAnew(part, seen)) === true
	);
}

/** The schemas of whatever reaches the result; `undefined` for a kind that may pass on its argument. */
function partsOf(definition: ZodDefinition): readonly unknown[] | undefined {
	switch (definition.type) {
		case 'string':
		case 'number':
		case 'boolean':
		case 'null':
		case 'enum':
		case 'literal':
		case 'template_literal':
			return [];
		case 'object':
			return [
				...Object.values(definition.shape ?? {}),
				// Without one, unknown keys are dropped; `never` is that of a strict object.
				...(definition.catchall === undefined || isNever(definition.catchall)
					? []
					: [definition.catchall]),
			];
		case 'array':
			return [definition.element];
		case 'tuple':
			return [...(definition.items ?? []), ...(definition.rest ? [definition.rest] : [])];
		case 'record':
			return [definition.valueType];
		case 'union':
			return definition.options;
		case 'intersection':
			return [definition.left, definition.right];
		case 'optional':
		case 'nullable':
		case 'nonoptional':
		case 'default':
		case 'prefault':
		case 'readonly':
			return [definition.innerType];
		case 'lazy':
			return [definition.getter?.()];
		case 'pipe':
			// What comes after it gets what this one made.
			return [definition.in];
		default:
			return undefined;
	}
}

function isNever(schema: ZodSchema): boolean {
	return schema._zod?.def?.type === 'never';
}
