/**
 * Where two JSON values begin to differ: a JSON Pointer (RFC 6901), `''` for the whole; `undefined`
 * when they are equal. The order of the members of an object does not count.
 */
export function firstDifference(left: unknown, right: unknown): string | undefined {
	if (Object.is(left, right)) return undefined;
	const isPair = isComposite(left) && isComposite(right);
	if (!isPair || Array.isArray(left) !== Array.isArray(right)) return '';
	for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
		const isInBoth = Object.hasOwn(left, key) && Object.hasOwn(right, key);
		const below = isInBoth ? firstDifference(left[key], right[key]) : '';
		if (below !== undefined) {
			return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${below}`;
		}
	}
	return undefined;
}

function isComposite(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}
