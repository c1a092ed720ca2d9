import { useLoaded } from '../connection/loaded.ts';
import { products } from '../connection/shop.ts';
import { addressOf } from '../routing/routes.ts';

interface CategoriesProps {
	readonly query: string;
	readonly category: string;
}

/** Narrows what is shown to one category. Without an answer they are missing, and nothing else is. */
export function Categories({ query, category }: CategoriesProps) {
	const { value } = useLoaded((signal) => products.categories(undefined, { signal }), '');
	const names = ['', ...(value?.categories.map(({ name }) => name) ?? [])];
	return (
		<nav class="categories" aria-label="Categories">
			<ul>
				{names.map((name) => (
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
			</ul>
		</nav>
	);
}
