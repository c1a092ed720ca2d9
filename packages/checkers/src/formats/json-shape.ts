/** What is wrong with a value from a file, undefined if nothing is: `value is missing`. */
export type Shape = (value: unknown) => string | undefined;

/** Characters of what is wrong that an error shows. */
const SHOWN_LENGTH = 60;

const show = (value: unknown): string =>
	value === undefined ? 'missing' : JSON.stringify(value).slice(0, SHOWN_LENGTH);

function shape(what: string, isGood: (value: unknown) => boolean): Shape {
	return (value) => (isGood(value) ? undefined : `is ${show(value)}: ${what} was expected`);
}

export const isText: Shape = shape('a text', (value) => typeof value === 'string');
export const isNumber: Shape = shape('a number', (value) => typeof value === 'number');
export const isBoolean: Shape = shape('true or false', (value) => typeof value === 'boolean');

export const isValue: Shape = shape(
	'a text, a number, true, false or null',
	(value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
);

/** What answers nothing: the output may be missing. */
export const isNothing: Shape = shape('nothing', (value) => value === undefined || value === null);

export function either(...shapes: readonly Shape[]): Shape {
	return (value) => {
		const problems = shapes.map((one) => one(value));
		return problems.includes(undefined) ? undefined : problems.join(', or ');
	};
}

export function optional(one: Shape): Shape {
	return (value) => (value === undefined ? undefined : one(value));
}

export function listOf(item: Shape): Shape {
	return (value) => {
		if (!Array.isArray(value)) return `is ${show(value)}: a list was expected`;
		for (const [index, one] of value.entries()) {
			const problem = item(one);
			if (problem !== undefined) return `[${index}]${spaced(problem)}`;
		}
		return undefined;
	};
}

/** `.value[0] is missing`, `.value.key is missing`. */
const spaced = (problem: string): string => (/^[.[]/.test(problem) ? problem : ` ${problem}`);

/** An object with these fields and no others. */
export function fields(expected: Readonly<Record<string, Shape>>): Shape {
	return (value) => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) {
			return `is ${show(value)}: an object was expected`;
		}
		for (const name of Object.keys(value)) {
			if (!Object.hasOwn(expected, name)) return `has a field ${name} that nothing reads`;
		}
		for (const [name, one] of Object.entries(expected)) {
			const problem = one((value as Record<string, unknown>)[name]);
			if (problem !== undefined) return `.${name}${spaced(problem)}`;
		}
		return undefined;
	};
}

/** An object whose `kind` says which other fields it has. */
export function kinds(expected: Readonly<Record<string, Readonly<Record<string, Shape>>>>): Shape {
	return (value) => {
		const kind = (value as { kind?: unknown } | null)?.kind;
		if (typeof kind !== 'string' || !Object.hasOwn(expected, kind)) {
			return `.kind is ${show(kind)}: one of ${Object.keys(expected).join(', ')} was expected`;
		}
		return fields({ kind: isText, ...expected[kind] })(value);
	};
}

/** One of these texts. */
export function oneOf(...names: readonly string[]): Shape {
	return (value) =>
		names.includes(value as string)
			? undefined
			: `is ${show(value)}: one of ${names.join(', ')} was expected`;
}

/** An object whose fields all look alike, whatever their names. */
export function recordOf(one: Shape): Shape {
	return (value) => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) {
			return `is ${show(value)}: an object was expected`;
		}
		for (const [name, field] of Object.entries(value)) {
			const problem = one(field);
			if (problem !== undefined) return `.${name}${spaced(problem)}`;
		}
		return undefined;
	};
}
