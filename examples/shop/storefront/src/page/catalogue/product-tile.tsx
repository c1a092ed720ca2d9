import type { Product } from '@shop/contracts';
import { quantityOf } from '../basket/basket.ts';
import { basket, putIntoBasket } from '../basket/kept-basket.ts';
import { Icon } from '../design/icon.tsx';
import { money } from '../design/numbers.ts';
import { addressOf } from '../routing/routes.ts';
import { AvailabilityLabel } from './availability-label.tsx';
import { ProductArt } from './product-art.tsx';

export function ProductTile({ product }: { readonly product: Product }) {
	const { sku, name, price, available } = product;
	const inBasket = quantityOf(basket.value, sku);
	const isGone = available <= inBasket;
	return (
		<li class={`tile ${available <= 0 ? 'tile-gone' : ''}`}>
			<div class="tile-art">
				<ProductArt sku={sku} />
			</div>
			<div class="tile-words">
				<h2>
					<a class="tile-link" href={addressOf.product(sku)}>
						{name}
					</a>
				</h2>
				<AvailabilityLabel available={available} />
			</div>
			<div class="tile-foot">
				<p class="price">{money(price)}</p>
				<button
					type="button"
					class={`round ${inBasket > 0 ? 'round-some' : ''}`}
					aria-disabled={isGone}
					aria-label={`Put ${name} into the basket${inBasket > 0 ? `, ${inBasket} in it` : ''}`}
					onClick={() => !isGone && putIntoBasket(product, 1)}
				>
					{inBasket > 0 ? inBasket : <Icon name="plus" />}
				</button>
			</div>
		</li>
	);
}

/** As large as a tile, until there is one. */
export function TileSkeleton() {
	return (
		<li class="tile tile-waiting" aria-hidden="true">
			<div class="tile-art" />
			<div class="tile-words">
				<span class="bar" />
				<span class="bar bar-short" />
			</div>
			<div class="tile-foot">
				<span class="bar bar-short" />
			</div>
		</li>
	);
}
