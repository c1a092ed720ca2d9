/** What of the browser's storage is used. */
export type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * A place to keep things that never fails: where the browser forbids one, or has no room left, they
 * are kept until the page is closed.
 *
 * @param storage Gives the browser's; reading `localStorage` alone throws where it is forbidden.
 */
export function keptIn(storage: () => Kept): Kept {
	const inMemory = new Map<string, string>();
	const attempt = <T>(action: (kept: Kept) => T): T | undefined => {
		try {
			return action(storage());
		} catch {
			return undefined;
		}
	};
	return {
		getItem: (key) => inMemory.get(key) ?? attempt((kept) => kept.getItem(key)) ?? null,
		setItem(key, value) {
			inMemory.delete(key);
			const isKept = attempt((kept) => {
				kept.setItem(key, value);
				return true;
			});
			if (!isKept) inMemory.set(key, value);
		},
		removeItem(key) {
			inMemory.delete(key);
			attempt((kept) => kept.removeItem(key));
		},
	};
}

/** Kept in this browser, for all of its tabs. */
export const lasting: Kept = keptIn(() => localStorage);

/** Kept until this tab is closed. */
export const untilClosed: Kept = keptIn(() => sessionStorage);
