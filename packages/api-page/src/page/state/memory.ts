type Kind = 'localStorage' | 'sessionStorage';

/** What the browser keeps under a name; nothing where it keeps nothing, which visitors may choose. */
export function recall(kind: Kind, name: string): string {
	try {
		return globalThis[kind].getItem(name) ?? '';
	} catch {
		return '';
	}
}

/** Keeps a text under a name; an empty one is forgotten. */
export function keep(kind: Kind, name: string, text: string): void {
	try {
		if (text === '') globalThis[kind].removeItem(name);
		else globalThis[kind].setItem(name, text);
	} catch {
		// Then it holds for as long as the page is open.
	}
}
