import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../design/icon.tsx';
import { go, route } from '../routing/navigation.ts';
import { addressOf } from '../routing/routes.ts';

/** So long nothing more must have been typed before the shop is asked. */
const DEBOUNCE_MS = 150;

/** Searches while somebody types; the address follows, so that a search can be kept and sent on. */
export function SearchBox() {
	const now = route.value;
	const [category, asked] = now.view === 'catalogue' ? [now.category, now.query] : ['', ''];
	const [typed, setTyped] = useState(asked);

	/** What the address has from here: it follows the field, and not the other way round. */
	const sent = useRef(asked);

	// Whoever goes back, or leaves the catalogue, finds in the field what is searched for there.
	useEffect(() => {
		if (asked === sent.current) return;
		sent.current = asked;
		setTyped(asked);
	}, [asked]);

	const search = (query: string): void => {
		if (query === asked) return;
		sent.current = query;
		go(addressOf.catalogue({ query, category }), { replace: now.view === 'catalogue' });
	};
	useEffect(() => {
		const timer = setTimeout(() => search(typed.trim()), DEBOUNCE_MS);
		return () => clearTimeout(timer);
	}, [typed]);

	return (
		<search class="search">
			<form
				onSubmit={(event) => {
					event.preventDefault();
					search(typed.trim());
				}}
			>
				<label class="unseen" for="search">
					Search products
				</label>
				<Icon name="search" />
				<input
					id="search"
					type="search"
					placeholder="Coffee, lamp, tent"
					autocomplete="off"
					spellcheck={false}
					maxLength={100}
					value={typed}
					onInput={({ currentTarget }) => setTyped(currentTarget.value)}
				/>
			</form>
		</search>
	);
}
