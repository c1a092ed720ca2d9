import type { Patches } from './patch.ts';
import { inside } from './run.ts';

/**
 * When garbage is collected must not show. Inside a process a weak reference holds what it refers to,
 * and nobody is told of what was collected: both are within what the language allows.
 */
export function patchCollected(patches: Patches): void {
	const held = new WeakMap<object, WeakKey>();
	const RealWeakRef = WeakRef;
	patches.value(
		globalThis,
		'WeakRef',
		new Proxy(RealWeakRef, {
			construct(target, args, newTarget) {
				const reference = Reflect.construct(target, args, newTarget) as object;
				if (inside() !== undefined) held.set(reference, args[0] as WeakKey);
				return reference;
			},
		}),
	);
	patches.method(
		FinalizationRegistry.prototype,
		'register',
		(original) =>
			function (this: unknown, ...args: unknown[]) {
				return inside() === undefined ? Reflect.apply(original, this, args) : undefined;
			},
	);
}
