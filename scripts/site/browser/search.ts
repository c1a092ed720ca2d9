import MiniSearch from 'minisearch';
import { type Entry, type Found, INDEX, SEARCH } from '../search/terms.ts';

const RESULTS = 12;

/** Set by `assets/search-index.js`. */
declare global {
	var flotillaSearchIndex: string | undefined;
}

type Result = Found & { readonly terms: readonly string[] };
type Find = (typed: string) => readonly Result[];

const root = document.documentElement.dataset.root ?? '';

/** The field in the head of each page: "/" goes there, arrows choose, Enter opens. */
export function addSearch(): void {
	const place = document.getElementById('Search');
	if (place === null) return;
	place.innerHTML = `<label class="unseen" for="Search-field">Search the documentation</label>
<input id="Search-field" type="search" placeholder="Search" role="combobox" aria-expanded="false" aria-controls="Search-results" aria-autocomplete="list" autocomplete="off" spellcheck="false">
<kbd aria-hidden="true">/</kbd>
<div id="Search-panel" hidden><p role="status"></p><ul id="Search-results" role="listbox" aria-label="Search results"></ul></div>`;
	place.hidden = false;
	new SearchBox(place);
}

class SearchBox {
	readonly #place: HTMLElement;
	readonly #field: HTMLInputElement;
	readonly #panel: HTMLElement;
	readonly #list: HTMLElement;
	readonly #status: HTMLElement;
	#chosen = -1;
	#find: Promise<Find> | undefined;

	constructor(place: HTMLElement) {
		this.#place = place;
		this.#field = within(place, 'input');
		this.#panel = within(place, '#Search-panel');
		this.#list = within(place, 'ul');
		this.#status = within(place, '[role=status]');
		this.#field.addEventListener('focus', () => this.#load());
		this.#field.addEventListener('input', () => void this.#show());
		this.#field.addEventListener('keydown', (event) => this.#press(event));
		this.#list.addEventListener('click', ({ target }) =>
			this.#open((target as Element).closest('li')),
		);
		document.addEventListener('keydown', (event) => this.#hear(event));
		document.addEventListener('pointerdown', (event) => {
			if (!place.contains(event.target as Node)) this.#hide();
		});
		place.addEventListener('focusout', (event) => {
			if (!place.contains(event.relatedTarget as Node | null)) this.#hide();
		});
	}

	/** Once somebody means to search; the index is as large as many pages. */
	#load(): Promise<Find> {
		this.#find ??= loadIndex();
		return this.#find;
	}

	async #show(): Promise<void> {
		const typed = this.#field.value.trim();
		if (typed === '') {
			this.#hide();
			return;
		}
		let results: readonly Result[];
		try {
			results = (await this.#load())(typed);
		} catch {
			this.#find = undefined;
			this.#reveal([], 'The search index could not be loaded.');
			return;
		}
		// Somebody may have typed on while it was loading.
		if (typed !== this.#field.value.trim()) return;
		const count = results.length === 1 ? '1 result' : `${results.length} results`;
		this.#reveal(results, results.length === 0 ? `Nothing found for “${typed}”` : count);
	}

	#reveal(results: readonly Result[], status: string): void {
		this.#list.replaceChildren(...results.map(item));
		this.#status.textContent = status;
		this.#panel.hidden = false;
		this.#field.setAttribute('aria-expanded', String(results.length > 0));
		this.#choose(results.length > 0 ? 0 : -1);
	}

	#hide(): void {
		this.#panel.hidden = true;
		this.#field.setAttribute('aria-expanded', 'false');
		this.#choose(-1);
	}

	#choose(index: number): void {
		this.#chosen = index;
		const items = [...this.#list.children];
		for (const [at, element] of items.entries()) {
			element.setAttribute('aria-selected', String(at === index));
		}
		const chosen = items[index];
		if (chosen === undefined || this.#panel.hidden) {
			this.#field.removeAttribute('aria-activedescendant');
		} else {
			this.#field.setAttribute('aria-activedescendant', chosen.id);
			chosen.scrollIntoView({ block: 'nearest' });
		}
	}

	#open(item: Element | null | undefined): void {
		const address = item instanceof HTMLElement ? item.dataset.address : undefined;
		if (address === undefined) return;
		this.#hide();
		location.assign(address);
	}

	#press(event: KeyboardEvent): void {
		const count = this.#list.children.length;
		const isOpen = !this.#panel.hidden && count > 0;
		if (event.key === 'Escape') {
			if (this.#panel.hidden) this.#field.blur();
			this.#hide();
		} else if (isOpen && event.key === 'ArrowDown') {
			this.#choose((this.#chosen + 1) % count);
		} else if (isOpen && event.key === 'ArrowUp') {
			this.#choose((this.#chosen - 1 + count) % count);
		} else if (isOpen && event.key === 'Enter') {
			this.#open(this.#list.children[this.#chosen]);
		} else {
			return;
		}
		event.preventDefault();
	}

	#hear(event: KeyboardEvent): void {
		const isSlash = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey;
		if (!isSlash || isWriting(document.activeElement)) return;
		event.preventDefault();
		this.#field.focus();
		this.#field.select();
		if (this.#place.contains(document.activeElement)) void this.#show();
	}
}

function isWriting(element: Element | null): boolean {
	return element?.matches('input, textarea, select, [contenteditable]') ?? false;
}

function within<Found extends Element>(place: Element, selector: string): Found {
	const found = place.querySelector<Found>(selector);
	if (found === null) throw new Error(`there is no ${selector}`);
	return found;
}

/** As a script, because a page that was opened as a file may not fetch. */
function loadIndex(): Promise<Find> {
	return new Promise((resolve, reject) => {
		const script = document.createElement('script');
		script.src = `${root}assets/search-index.js`;
		script.onerror = () => reject(new Error('not loaded'));
		script.onload = () => {
			const index = MiniSearch.loadJSON<Entry>(globalThis.flotillaSearchIndex ?? '', INDEX);
			globalThis.flotillaSearchIndex = undefined;
			resolve((typed) => index.search(typed, SEARCH).slice(0, RESULTS).map(asResult));
		};
		document.head.append(script);
	});
}

function asResult(found: Readonly<Record<string, unknown>>): Result {
	const { page, heading, address, start, terms } = found as unknown as Result;
	return { page, heading, address, start, terms };
}

function item({ page, heading, address, start, terms }: Result, index: number): HTMLElement {
	const element = document.createElement('li');
	element.id = `Search-result-${index}`;
	element.role = 'option';
	element.dataset.address = `${root}${address}`;
	element.append(line('strong', heading === '' ? page : heading, terms));
	if (heading !== '') element.append(line('small', page, []));
	element.append(line('span', start, terms));
	return element;
}

function line(tag: string, text: string, terms: readonly string[]): HTMLElement {
	const element = document.createElement(tag);
	if (terms.length === 0) {
		element.textContent = text;
		return element;
	}
	// Terms consist of letters and digits only, so none has a meaning in a pattern.
	const pattern = new RegExp(`(${[...terms].sort((a, b) => b.length - a.length).join('|')})`, 'gi');
	for (const [at, part] of text.split(pattern).entries()) {
		if (at % 2 === 0) {
			element.append(part);
		} else {
			const mark = document.createElement('mark');
			mark.textContent = part;
			element.append(mark);
		}
	}
	return element;
}
