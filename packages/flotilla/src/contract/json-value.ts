import { limits } from '../limits.ts';

/** Why a value is not JSON, and where: a JSON Pointer (RFC 6901). */
export class NotJson {
	path = '';
	readonly reason: string;

	constructor(reason: string) {
		this.reason = reason;
	}

	/** The same, seen from the object or array that holds it under `key`. */
	under(key: string | number): this {
		this.path = `/${pointerSegment(key)}${this.path}`;
		return this;
	}
}

/** A key as a segment of a JSON Pointer. */
export function pointerSegment(key: PropertyKey): string {
	return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Whether a value would come out of a JSON text exactly as it is: plain objects and arrays without
 * `undefined`, -0 or anything else that a text changes or leaves out.
 */
export function isExactJson(value: unknown, depth = 0): boolean {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return true;
		case 'number':
			return Number.isFinite(value) && !Object.is(value, -0);
		case 'object': {
			if (value === null) return true;
			if (depth > limits.jsonDepth) return false;
			if (Array.isArray(value)) return isExactArray(value, depth + 1);
			if (Object.getPrototypeOf(value) !== Object.prototype) return false;
			for (const key in value) {
				if (key === '__proto__') return false;
				if (!isExactJson((value as Record<string, unknown>)[key], depth + 1)) return false;
			}
			return true;
		}
		default:
			return false;
	}
}

function isExactArray(values: readonly unknown[], depth: number): boolean {
	for (let index = 0; index < values.length; index++) {
		if (!isExactJson(values[index], depth)) return false;
	}
	return true;
}

/**
 * Copies a value as a JSON text would carry it, or says why none can: what a wire would change in
 * silence, such as an instance of a class, is refused instead. Fields that are `undefined` are left
 * out, and -0 becomes 0.
 */
export function copyJson(value: unknown, depth = 0): unknown {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return value;
		case 'number':
			return Number.isFinite(value) ? value + 0 : new NotJson(`${value} is not a JSON number`);
		case 'object':
			if (value === null) return value;
			if (depth > limits.jsonDepth) return new NotJson(`nested deeper than ${limits.jsonDepth}`);
			return Array.isArray(value) ? copyArray(value, depth + 1) : copyObject(value, depth + 1);
		case 'undefined':
			return new NotJson('undefined is not JSON');
		default:
			return new NotJson(`a ${typeof value} is not JSON`);
	}
}

function copyArray(values: readonly unknown[], depth: number): unknown[] | NotJson {
	const copies: unknown[] = [];
	for (let index = 0; index < values.length; index++) {
		const copy = copyJson(values[index], depth);
		if (copy instanceof NotJson) return copy.under(index);
		copies.push(copy);
	}
	return copies;
}

function copyObject(source: object, depth: number): Record<string, unknown> | NotJson {
	const prototype: unknown = Object.getPrototypeOf(source);
	// Asked this way, because an object from another realm has another `Object.prototype`.
	if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
		return new NotJson('an instance of a class is not JSON');
	}
	const copies: Record<string, unknown> = {};
	for (const key of Object.keys(source)) {
		// Assigning to it would change the prototype of the copy.
		if (key === '__proto__') return new NotJson('this key is not allowed').under(key);
		const value = (source as Record<string, unknown>)[key];
		if (value === undefined) continue;
		const copy = copyJson(value, depth);
		if (copy instanceof NotJson) return copy.under(key);
		copies[key] = copy;
	}
	return copies;
}
