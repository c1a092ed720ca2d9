import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { colourScheme, toggleColourScheme } from '../state/colour-scheme.ts';
import { loadApi, loaded, selected } from '../state/loaded-api.ts';
import { isAskingForToken, token } from '../state/token.ts';
import { Key, Menu, Moon, Sun } from './icons.tsx';
import { OperationPage } from './operation.tsx';
import { isListOpen, OperationList } from './operation-list.tsx';
import { Overview } from './overview.tsx';
import { TokenDialog } from './token-dialog.tsx';

/** What names no operation. */
const OVERVIEW = '#';

export function Page(): JSX.Element {
	const main = useRef<HTMLElement>(null);
	useTitleAndFocus(main);
	const { value } = loaded;
	return (
		<>
			<Top skip={() => main.current?.focus()} />
			<div class="columns">
				{value.state === 'ready' && <OperationList api={value.api} />}
				<main ref={main} tabIndex={-1}>
					<Content />
				</main>
			</div>
			<TokenDialog />
		</>
	);
}

function Content(): JSX.Element {
	const { value } = loaded;
	if (value.state === 'loading') return <p class="note">Reading /openapi.json ...</p>;
	if (value.state === 'failed') {
		return (
			<div class="problem" role="alert">
				<h1>/openapi.json cannot be read</h1>
				<p>{value.reason}</p>
				<button type="button" onClick={() => void loadApi()}>
					Try again
				</button>
			</div>
		);
	}
	const operation = selected.value;
	if (operation === undefined) return <Overview api={value.api} />;
	return <OperationPage key={operation.id} operation={operation} api={value.api} />;
}

function Top({ skip }: { readonly skip: () => void }): JSX.Element {
	const { value } = loaded;
	const other = colourScheme() === 'dark' ? 'light' : 'dark';
	return (
		<header class="top">
			{/* No link: an address after # names an operation here. */}
			<button type="button" class="skip" onClick={skip}>
				Skip to the content
			</button>
			<button
				type="button"
				class="quiet menu"
				aria-expanded={isListOpen.value}
				aria-controls="operations"
				onClick={() => {
					isListOpen.value = !isListOpen.value;
				}}
			>
				<Menu />
				<span class="unseen">Operations</span>
			</button>
			<a class="title" href={OVERVIEW}>
				{value.state === 'ready' ? value.api.title : 'API'}
				{value.state === 'ready' && <span class="version">{value.api.version}</span>}
			</a>
			<div class="tools">
				<button
					type="button"
					class={token.value === '' ? 'quiet' : 'quiet has-token'}
					onClick={() => {
						isAskingForToken.value = true;
					}}
				>
					<Key />
					{token.value === '' ? 'Set token' : 'Token set'}
				</button>
				<button type="button" class="quiet" onClick={toggleColourScheme}>
					{other === 'dark' ? <Moon /> : <Sun />}
					<span class="unseen">Use {other} colours</span>
				</button>
			</div>
		</header>
	);
}

/** A new operation is a new page: for the tab's title, for the keyboard, for those who listen. */
function useTitleAndFocus(main: { readonly current: HTMLElement | null }): void {
	const wasShown = useRef<string | undefined>(undefined);
	const { value } = loaded;
	const title = value.state === 'ready' ? value.api.title : 'API';
	const shown = value.state === 'ready' ? (selected.value?.id ?? '') : undefined;
	useEffect(() => {
		document.title = shown === undefined || shown === '' ? title : `${shown} - ${title}`;
		if (wasShown.current !== undefined && wasShown.current !== shown) {
			scrollTo(0, 0);
			main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
		}
		wasShown.current = shown;
	}, [shown, title, main]);
}
