import { computed, type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Api, type Operation, searched } from '../document/api.ts';
import { addressOf, loaded, selected } from '../state/loaded-api.ts';
import { Method } from './method.tsx';

/** Whether the list is open where there is no room for it beside the page. */
export const isListOpen: Signal<boolean> = signal(false);

const text: Signal<string> = signal('');
const found = computed(() =>
	loaded.value.state === 'ready' ? searched(loaded.value.api.tags, text.value) : [],
);

/** All operations with a search, which `/` leads to from anywhere. */
export function OperationList({ api }: { readonly api: Api }): JSX.Element {
	const search = useRef<HTMLInputElement>(null);
	useEffect(() => {
		const focusSearch = (event: KeyboardEvent): void => {
			if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
			if (isEditable(event.target)) return;
			event.preventDefault();
			isListOpen.value = true;
			search.current?.select();
			// Where the list was closed it can be focused only once it is shown.
			requestAnimationFrame(() => search.current?.focus());
		};
		addEventListener('keydown', focusSearch);
		return () => removeEventListener('keydown', focusSearch);
	}, []);
	const count = found.value.reduce((sum, { operations }) => sum + operations.length, 0);
	return (
		<nav
			id="operations"
			class={isListOpen.value ? 'operations open' : 'operations'}
			aria-label={`Operations of ${api.title}`}
			onKeyDown={(event) => moveFocus(event, search.current)}
			onFocusOut={({ currentTarget, relatedTarget }) => {
				// On its way into the page that the list covers.
				const next = relatedTarget instanceof Element ? relatedTarget : undefined;
				if (next?.closest('main') && !currentTarget.contains(next)) isListOpen.value = false;
			}}
		>
			<div class="search">
				<label class="unseen" for="search">
					Search operations
				</label>
				<input
					id="search"
					ref={search}
					type="search"
					placeholder="Search"
					autocomplete="off"
					aria-keyshortcuts="/"
					value={text.value}
					onInput={(event) => {
						text.value = event.currentTarget.value;
					}}
				/>
				<kbd>/</kbd>
			</div>
			<p class="unseen" role="status">
				{text.value === '' ? '' : `${count} found`}
			</p>
			{found.value.map((tag) => (
				<section key={tag.name} class="tag" aria-label={tag.name}>
					<p class="tag-name">{tag.name}</p>
					<ul>
						{tag.operations.map((operation) => (
							<li key={operation.id}>
								<OperationLink operation={operation} tag={tag.name} />
							</li>
						))}
					</ul>
				</section>
			))}
			{count === 0 && <p class="note">Nothing has all of these words.</p>}
		</nav>
	);
}

function OperationLink({
	operation,
	tag,
}: {
	readonly operation: Operation;
	readonly tag: string;
}): JSX.Element {
	const { id, method } = operation;
	const isCurrent = selected.value?.id === id;
	return (
		<a
			href={addressOf(operation)}
			{...(isCurrent && { 'aria-current': 'page' as const })}
			class={operation.isDeprecated ? 'deprecated-link' : ''}
			onClick={() => {
				isListOpen.value = false;
			}}
		>
			<span class="link-text">{id.startsWith(`${tag}.`) ? id.slice(tag.length + 1) : id}</span>
			<Method name={method} />
		</a>
	);
}

function isEditable(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest('input, textarea, select, dialog') !== null;
}

/** Up and down go through the search and what it found, Enter in the search to the first. */
function moveFocus(event: KeyboardEvent, search: HTMLInputElement | null): void {
	if (event.isComposing) return;
	const list = event.currentTarget as HTMLElement;
	const links = [...list.querySelectorAll<HTMLElement>('a')];
	const places = search === null ? links : [search, ...links];
	const at = places.indexOf(event.target as HTMLElement);
	if (event.key === 'Escape' && event.target === search && text.value !== '') {
		text.value = '';
	} else if (event.key === 'Escape') {
		isListOpen.value = false;
		document.querySelector<HTMLElement>('.menu')?.focus();
	} else if (event.key === 'Enter' && event.target === search) {
		links[0]?.click();
	} else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
		places[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
	} else return;
	event.preventDefault();
}
