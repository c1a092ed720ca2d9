import type { Order, Product } from '@shop/contracts';
import { knownProduct, loadProducts } from '../catalogue/known-products.ts';
import { ProductArt } from '../catalogue/product-art.tsx';
import { useLoaded } from '../connection/loaded.ts';
import { count, money } from '../design/numbers.ts';
import { addressOf } from '../routing/routes.ts';

/** What was ordered, at the prices of then. */
export function OrderLines({ order }: { readonly order: Order }) {
	const skus = order.lines.map(({ sku }) => sku);
	const { value: present } = useLoaded((signal) => loadProducts(skus, signal), order.id);
	const nameOf = (sku: string): string => (present?.get(sku) ?? knownProduct(sku))?.name ?? sku;
	return (
		<>
			<ul class="lines lines-plain">
				{order.lines.map(({ sku, quantity, price }) => (
					<li key={sku} class="line">
						<div class="line-art">
							<ProductArt sku={sku} />
						</div>
						<div class="line-words">
							<h3>
								<a href={addressOf.product(sku)}>{nameOf(sku)}</a>
							</h3>
							<p class="fine">
								{count(quantity)} × {money(price)}
							</p>
						</div>
						<p class="price line-price">{money({ amountMinor: price.amountMinor * quantity })}</p>
					</li>
				))}
			</ul>
			<p class="order-total">
				<span>Total</span> <span class="price">{money(order.total)}</span>
			</p>
		</>
	);
}

/** The products of an order that can be had now, as many as there are of each. */
export function stillThere(
	order: Order,
	present: ReadonlyMap<string, Product>,
): readonly { readonly product: Product; readonly quantity: number }[] {
	return order.lines.flatMap(({ sku, quantity }) => {
		const product = present.get(sku);
		const there = Math.min(quantity, product?.available ?? 0);
		return product === undefined || there === 0 ? [] : [{ product, quantity: there }];
	});
}
