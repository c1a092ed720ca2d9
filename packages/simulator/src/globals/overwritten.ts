/**
 * Remembers the globals as they are. Code of a process may overwrite one (`globalThis.Date = Fixed`),
 * which then is so for all processes of the run, but must not be so for the next run of the thread.
 * What is new stays: code of the real world may have added it meanwhile.
 *
 * @returns Puts back what has been overwritten or deleted since.
 */
export function rememberGlobals(): () => void {
	const before = Object.getOwnPropertyDescriptors(globalThis) as PropertyDescriptorMap;
	return () => {
		for (const name of Reflect.ownKeys(before)) {
			const old = before[name] as PropertyDescriptor;
			if (!isSame(old, Object.getOwnPropertyDescriptor(globalThis, name))) {
				Reflect.defineProperty(globalThis, name, old);
			}
		}
	};
}

function isSame(one: PropertyDescriptor, other: PropertyDescriptor | undefined): boolean {
	return (
		other !== undefined &&
		Object.is(one.value, other.value) &&
		one.get === other.get &&
		one.set === other.set
	);
}
