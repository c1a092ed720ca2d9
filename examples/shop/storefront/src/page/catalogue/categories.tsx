import { useEffect, useRef } from 'preact/hooks';
import { useLoaded } from '../connection/loaded.ts';
import { products } from '../connection/shop.ts';
import { addressOf } from '../routing/routes.ts';

/** So many are likely, and leave as much room until the shop has answered. */
const LIKELY = 20;

interface CategoriesProps {
	readonly query: string;
	readonly category: string;
}

let known: readonly string[] | undefined;

async function loadCategories(signal: AbortSignal): Promise<readonly string[]> {
	const { categories } = await products.categories(undefined, { signal });
	known = categories.map(({ name }) => name);
	return known;
}

/** Narrows what is shown to one category. Without an answer they are missing, and nothing else is. */
export function Categories({ query, category }: CategoriesProps) {
	const { value: names, failure } = useLoaded(loadCategories, '', known);
	const list = useRef<HTMLUListElement>(null);
	// On a phone they are a row that goes on beyond the window.
	useEffect(() => {
		const current = list.current?.querySelector<HTMLElement>('[aria-current]');
		if (!list.current || !current) return;
		const room = list.current.clientWidth - current.offsetWidth;
		list.current.scrollLeft = current.offsetLeft - room / 2;
	}, [category, names]);
	return (
		<nav class="categories" aria-label="Categories">
			<ul ref={list}>
				{['', ...(names ?? [])].map((name) => (
					<li key={name}>
						<a
							class="chip"
							href={addressOf.catalogue({ query, category: name })}
							aria-current={name === category ? 'true' : undefined}
						>
							{name === '' ? 'All' : name}
						</a>
					</li>
				))}
				{names === undefined &&
					failure === undefined &&
					Array.from({ length: LIKELY }, (_, index) => (
						<li key={index} class="chip chip-waiting" aria-hidden="true">
							<span class="bar" />
						</li>
					))}
			</ul>
		</nav>
	);
}
