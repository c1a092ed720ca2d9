/** A function of any kind, as it is before its arguments are known. */
export type Callable = (...args: unknown[]) => unknown;

/** Replaces members of objects, and puts them back. */
export class Patches {
	readonly #undo: (() => void)[] = [];

	/** Replaces a member by a value; a getter too. A member that is absent stays so. */
	value(target: object, name: PropertyKey, value: unknown): void {
		this.#define(target, name, (old) => ({
			value,
			writable: true,
			configurable: true,
			enumerable: old.enumerable ?? false,
		}));
	}

	/** Replaces a member by a getter over what it was. */
	getter(
		target: object,
		name: PropertyKey,
		get: (self: unknown, original: () => unknown) => unknown,
	): void {
		this.#define(target, name, (old) => {
			let value: unknown = old.value;
			return {
				get(this: unknown) {
					return get(this, () => (old.get === undefined ? value : old.get.call(this)));
				},
				set(this: unknown, assigned: unknown) {
					if (old.set !== undefined) old.set.call(this, assigned);
					else if (old.writable === true) value = assigned;
				},
				configurable: true,
				enumerable: old.enumerable ?? false,
			};
		});
	}

	/** Replaces a function by what `make` makes of it; its own members go with it. */
	method(target: object, name: PropertyKey, make: (original: Callable) => Callable): void {
		const original = (target as Record<PropertyKey, unknown>)[name];
		if (typeof original !== 'function') return;
		const replacement = make(original as Callable);
		for (const key of Reflect.ownKeys(original)) {
			const own = Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor;
			if (key !== 'prototype') Object.defineProperty(replacement, key, own);
		}
		this.value(target, name, replacement);
	}

	/** Says how to take back what is no member. */
	onUndo(undo: () => void): void {
		this.#undo.push(undo);
	}

	/** Puts everything back, the last one first. */
	undo(): void {
		for (const undo of this.#undo.splice(0).reverse()) undo();
	}

	#define(
		target: object,
		name: PropertyKey,
		make: (old: PropertyDescriptor) => PropertyDescriptor,
	): void {
		const own = Object.getOwnPropertyDescriptor(target, name);
		const old = own ?? inherited(target, name);
		if (old === undefined || own?.configurable === false) return;
		Object.defineProperty(target, name, make(old));
		this.#undo.push(() => {
			if (own === undefined) Reflect.deleteProperty(target, name);
			else Object.defineProperty(target, name, own);
		});
	}
}

function inherited(target: object, name: PropertyKey): PropertyDescriptor | undefined {
	let holder: object | null = Object.getPrototypeOf(target);
	while (holder !== null) {
		const found = Object.getOwnPropertyDescriptor(holder, name);
		if (found !== undefined) return found;
		holder = Object.getPrototypeOf(holder);
	}
	return undefined;
}
