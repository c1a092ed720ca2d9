import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Api, type Operation, readApi } from '../document/api.ts';

export type Loaded =
	| { readonly state: 'loading' }
	| { readonly state: 'failed'; readonly reason: string }
	| { readonly state: 'ready'; readonly api: Api };

export const loaded: Signal<Loaded> = signal({ state: 'loading' });

/** What the address names after its `#`. */
const wanted: Signal<string> = signal(fragment());

function fragment(): string {
	try {
		return decodeURIComponent(location.hash.slice(1));
	} catch {
		return '';
	}
}

addEventListener('hashchange', () => {
	wanted.value = fragment();
});

/** The operation that the address names; `undefined` for the overview, and while nothing is loaded. */
export const selected: ReadonlySignal<Operation | undefined> = computed(() => {
	if (loaded.value.state !== 'ready') return undefined;
	const operations = loaded.value.api.tags.flatMap((tag) => tag.operations);
	return operations.find(({ id }) => id === wanted.value);
});

/** Whether the address names an operation that is not there. */
export const isUnknown: ReadonlySignal<boolean> = computed(
	() => loaded.value.state === 'ready' && wanted.value !== '' && selected.value === undefined,
);

export const addressOf = ({ id }: Operation): string => `#${encodeURIComponent(id)}`;

/** Fetches the document of the gateway that serves this page. */
export async function loadApi(): Promise<void> {
	loaded.value = { state: 'loading' };
	try {
		const response = await fetch('/openapi.json', { headers: { accept: 'application/json' } });
		if (!response.ok) throw new Error(`The answer was ${response.status}.`);
		loaded.value = { state: 'ready', api: readApi(await response.json()) };
	} catch (error) {
		loaded.value = { state: 'failed', reason: (error as Error).message };
	}
}
