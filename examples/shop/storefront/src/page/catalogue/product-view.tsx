import type { Product } from '@shop/contracts';
import { useState } from 'preact/hooks';
import { hasRoomFor, LINES_MAX, QUANTITY_MAX, quantityOf } from '../basket/basket.ts';
import { basket, putIntoBasket } from '../basket/kept-basket.ts';
import { TooMany } from '../basket/too-many.tsx';
import { useLoaded } from '../connection/loaded.ts';
import { Icon } from '../design/icon.tsx';
import { FailureNotice, Notice } from '../design/notice.tsx';
import { counted, money } from '../design/numbers.ts';
import { QuantityField } from '../design/quantity-field.tsx';
import { Page } from '../layout/page.tsx';
import { addressOf } from '../routing/routes.ts';
import { AvailabilityLabel } from './availability-label.tsx';
import { knownProduct, loadProduct } from './known-products.ts';
import { ProductArt } from './product-art.tsx';

export function ProductView({ sku }: { readonly sku: string }) {
	const { value, failure, retry } = useLoaded(
		(signal) => loadProduct(sku, signal),
		sku,
		knownProduct(sku),
	);
	if (failure?.kind === 'notFound') {
		return (
			<Page title="No such product" class="narrow">
				<p class="lead">
					There is no product <code>{sku}</code> in this shop.
				</p>
				<p>
					<a class="button button-main" href={addressOf.catalogue()}>
						See all products
					</a>
				</p>
			</Page>
		);
	}
	return (
		<Page
			title={value?.name ?? 'Product'}
			heading={value?.name ?? <Waiting />}
			above={<Path category={value?.category} />}
			class="product"
		>
			<div class="product-art">
				<ProductArt sku={sku} />
			</div>
			<div class="product-words">
				{value !== undefined && <Details product={value} />}
				{failure !== undefined && <FailureNotice failure={failure} onRetry={retry} />}
			</div>
		</Page>
	);
}

function Waiting() {
	return (
		<>
			<span class="unseen">A product</span>
			<span class="bar" aria-hidden="true" />
		</>
	);
}

function Path({ category }: { readonly category: string | undefined }) {
	return (
		<nav class="path" aria-label="Where this is">
			<a href={addressOf.catalogue()}>All products</a>
			{category !== undefined && (
				<>
					<span aria-hidden="true"> / </span>
					<a href={addressOf.catalogue({ category })}>{category}</a>
				</>
			)}
		</nav>
	);
}

function Details({ product }: { readonly product: Product }) {
	const { sku, name, price, available, description } = product;
	return (
		<>
			{description !== undefined && <p class="lead">{description}</p>}
			<p class="price price-large">{money(price)}</p>
			<AvailabilityLabel available={available} />
			{available > 0 ? (
				<Buy product={product} />
			) : (
				<p>All pieces of {name} are gone. When somebody gives some back, they are here again.</p>
			)}
			<p class="fine">
				Article <code>{sku}</code>
			</p>
		</>
	);
}

function Buy({ product }: { readonly product: Product }) {
	const { sku, name, available } = product;
	const [quantity, setQuantity] = useState(1);
	const inBasket = quantityOf(basket.value, sku);
	if (!hasRoomFor(basket.value, sku)) {
		return (
			<Notice tone="warn" title={`The basket has ${LINES_MAX} kinds of things`}>
				<p>That is as many as one order may have. Order these first.</p>
			</Notice>
		);
	}
	return (
		<>
			<div class="buy">
				<QuantityField
					of={name}
					value={quantity}
					available={available - inBasket}
					max={QUANTITY_MAX}
					onChange={setQuantity}
				/>
				<button
					type="button"
					class="button button-main"
					onClick={() => {
						putIntoBasket(product, quantity);
						setQuantity(1);
					}}
				>
					<Icon name="basket" />
					Put into the basket
				</button>
			</div>
			{inBasket > 0 && (
				<p class="in-basket">
					<Icon name="check" />
					<span>
						{counted(inBasket, 'piece', 'pieces')} in your basket.{' '}
						<a href={addressOf.basket}>See the basket</a>
					</span>
				</p>
			)}
			{inBasket + quantity > available && <TooMany available={available} />}
		</>
	);
}
