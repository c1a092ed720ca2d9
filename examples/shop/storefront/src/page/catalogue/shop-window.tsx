import { useLoaded } from '../connection/loaded.ts';
import { knownProduct, loadProducts } from './known-products.ts';
import { ProductTile, TileSkeleton } from './product-tile.tsx';

/** From many shelves; among them what is nearly gone, and what costs more than a payment may. */
const chosen = ['TEA-011', 'LIG-003', 'COF-011', 'OUT-006', 'TAB-004', 'FUR-011'];

/** A few things to begin with. Without an answer they are missing, and nothing else is. */
export function ShopWindow() {
	const { value, failure } = useLoaded((signal) => loadProducts(chosen, signal), '');
	if (failure !== undefined) return null;
	const shown = chosen.map((sku) => ({ sku, product: value?.get(sku) ?? knownProduct(sku) }));
	return (
		<section class="window" aria-labelledby="window">
			<h2 id="window">Worth a look</h2>
			<ul class="tiles tiles-window" aria-busy={value === undefined}>
				{shown.map(({ sku, product }) =>
					product === undefined ? (
						value === undefined && <TileSkeleton key={sku} />
					) : (
						<ProductTile key={sku} product={product} />
					),
				)}
			</ul>
		</section>
	);
}
