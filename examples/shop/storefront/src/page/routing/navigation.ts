import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Route, routeOf } from './routes.ts';

/** Of an entry of the history, so that going back finds the place on the page again. */
interface EntryState {
	readonly key: number;
}

const here = signal(new URL(location.href));
const scrolled = new Map<number, number>();
let entryKey = (history.state as EntryState | null)?.key ?? 0;
let newestKey = entryKey;
let hasMoved = false;

export const route: ReadonlySignal<Route> = computed(() => routeOf(here.value));

/** Path and query of the present address, to come back to. */
export function presentAddress(): string {
	return here.peek().pathname + here.peek().search;
}

/** Goes to an address of the storefront. With `replace`, the present one is forgotten. */
export function go(address: string, { replace = false } = {}): void {
	if (!replace) entryKey = ++newestKey;
	history[replace ? 'replaceState' : 'pushState'](
		{ key: entryKey } satisfies EntryState,
		'',
		address,
	);
	if (!replace) scrolled.delete(entryKey);
	arrive();
}

/** Whether the reader has gone somewhere since the page was loaded. */
export function hasNavigated(): boolean {
	return hasMoved;
}

/** Puts the page where it was when this entry of the history was left; at its top when it is new. */
export function restoreScroll(): void {
	scrollTo({ top: scrolled.get(entryKey) ?? 0, behavior: 'instant' });
}

/** Takes over plain links to views, and the back and forward buttons. */
export function startNavigation(): void {
	history.scrollRestoration = 'manual';
	history.replaceState({ key: entryKey } satisfies EntryState, '');
	addEventListener('scroll', () => scrolled.set(entryKey, scrollY), { passive: true });
	addEventListener('popstate', ({ state }) => {
		entryKey = (state as EntryState | null)?.key ?? 0;
		arrive();
	});
	document.addEventListener('click', (event) => {
		const link = plainLink(event);
		if (link === undefined) return;
		event.preventDefault();
		// Within the page, such as past the header, is no step in the history.
		if (link.hash !== '') document.getElementById(link.hash.slice(1))?.focus();
		else go(link.pathname + link.search);
	});
}

function arrive(): void {
	hasMoved = true;
	here.value = new URL(location.href);
}

/** The link that was clicked, if it leads to a view; everything else the browser sees to. */
function plainLink(event: MouseEvent): HTMLAnchorElement | undefined {
	if (event.defaultPrevented || event.button !== 0) return undefined;
	if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
	const link = event.target instanceof Element ? event.target.closest('a') : null;
	if (link === null || link.target !== '' || link.origin !== location.origin) return undefined;
	const isHere = link.pathname === location.pathname && link.search === location.search;
	if (link.hash !== '') return isHere ? link : undefined;
	return routeOf(new URL(link.href)).view === 'unknown' ? undefined : link;
}
