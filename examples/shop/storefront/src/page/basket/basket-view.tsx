import type { Product } from '@shop/contracts';
import { useEffect, useState } from 'preact/hooks';
import { knownProduct, loadProducts } from '../catalogue/known-products.ts';
import { ProductArt } from '../catalogue/product-art.tsx';
import type { Failure } from '../connection/failure.ts';
import { useLoaded } from '../connection/loaded.ts';
import { presence, sessions } from '../connection/shop.ts';
import { announce } from '../design/announcer.tsx';
import { Icon } from '../design/icon.tsx';
import { FailureNotice, Notice } from '../design/notice.tsx';
import { counted, money } from '../design/numbers.ts';
import { QuantityField } from '../design/quantity-field.tsx';
import { Page } from '../layout/page.tsx';
import { addressOf } from '../routing/routes.ts';
import { type BasketLine, pieces, QUANTITY_MAX, totalMinor, withQuantity } from './basket.ts';
import { basket, changeBasket } from './kept-basket.ts';
import { checkout, placeOrder } from './placing.ts';
import { TooMany } from './too-many.tsx';

export function BasketView() {
	const session = sessions.session.value;
	const attempt = session && checkout.openFor(session.subject);
	const lines = basket.value;
	if (attempt?.isUnsure || (attempt && lines.length === 0)) return <Unsure />;
	if (lines.length === 0) return <EmptyBasket />;
	return (
		<Page title="Basket" class="basket">
			<Lines lines={lines} />
			<Summary />
		</Page>
	);
}

function EmptyBasket() {
	return (
		<Page title="Basket" heading="Your basket is empty" class="narrow">
			<p class="lead">What you put into it stays in this browser until you order it.</p>
			<p>
				<a class="button button-main" href={addressOf.catalogue()}>
					See all products
				</a>{' '}
				{/* Whoever loads the page again at the moment of the answer finds the order there. */}
				{sessions.session.value !== undefined && (
					<a class="button" href={addressOf.orders}>
						See your orders
					</a>
				)}
			</p>
		</Page>
	);
}

/** An order was sent and no answer came: asking again is safe, because its key is the same. */
function Unsure() {
	const [failure, setFailure] = useState<Failure>();
	const ask = async (): Promise<void> => setFailure(await placeOrder(basket.peek()));
	const returns = presence.returns.value;
	// At once after a reload, and whenever the shop is back.
	useEffect(() => void ask(), [returns]);
	return (
		<Page title="Basket" heading="Was it ordered?" class="narrow">
			<Notice tone="warn" title="Your order was sent, and no answer came back">
				<p>
					It may have arrived. Asking again is safe: it is the same order, and the shop places it
					once.
				</p>
				<p>
					<button
						type="button"
						class="button button-main"
						aria-disabled={checkout.isPlacing.value}
						onClick={() => void ask()}
					>
						{checkout.isPlacing.value ? 'Asking …' : 'Ask again'}
					</button>
				</p>
			</Notice>
			{failure !== undefined && failure.kind !== 'away' && <FailureNotice failure={failure} />}
		</Page>
	);
}

function Lines({ lines }: { readonly lines: readonly BasketLine[] }) {
	const skus = lines.map(({ sku }) => sku);
	const { value: present } = useLoaded((signal) => loadProducts(skus, signal), skus.join());
	useEffect(() => {
		if (present !== undefined) keepUpWithPrices(present);
	}, [present]);
	return (
		<ul class="lines" aria-label="In the basket">
			{lines.map((line) => (
				<Line key={line.sku} line={line} available={availableOf(line.sku, present)} />
			))}
		</ul>
	);
}

/** `undefined` as long as nothing is known of it. */
function availableOf(
	sku: string,
	present: ReadonlyMap<string, Product> | undefined,
): number | undefined {
	if (present === undefined) return knownProduct(sku)?.available;
	return present.get(sku)?.available ?? 0;
}

/** What is shown as the total is what will be asked for. */
function keepUpWithPrices(present: ReadonlyMap<string, Product>): void {
	changeBasket((basket) =>
		basket.reduce((changed, { sku, quantity }) => {
			const product = present.get(sku);
			return product === undefined ? changed : withQuantity(changed, product, quantity);
		}, basket),
	);
}

function Line({
	line,
	available,
}: {
	readonly line: BasketLine;
	readonly available: number | undefined;
}) {
	const { sku, name, priceMinor, quantity } = line;
	const product = { sku, name, price: { amountMinor: priceMinor, currency: 'EUR' } } as const;
	const change = (to: number): void => changeBasket((before) => withQuantity(before, product, to));
	const remove = (): void => {
		change(0);
		announce(`${name} is out of the basket.`);
		// Its button has gone with it.
		document.querySelector<HTMLElement>('h1')?.focus();
	};
	return (
		<li class="line">
			<div class="line-art">
				<ProductArt sku={sku} />
			</div>
			<div class="line-words">
				<h2>
					<a href={addressOf.product(sku)}>{name}</a>
				</h2>
				<p class="fine">{money(product.price)} each</p>
			</div>
			<QuantityField
				of={name}
				value={quantity}
				available={available ?? QUANTITY_MAX}
				max={QUANTITY_MAX}
				onChange={change}
			/>
			<p class="price line-price">{money({ amountMinor: priceMinor * quantity })}</p>
			<button
				type="button"
				class="round line-remove"
				aria-label={`Take out ${name}`}
				onClick={remove}
			>
				<Icon name="bin" />
			</button>
			{available !== undefined && available < quantity && <TooMany available={available} />}
		</li>
	);
}

function Summary() {
	const [failure, setFailure] = useState<Failure>();
	const isPlacing = checkout.isPlacing.value;
	const isAway = presence.isAway.value;
	const isSignedIn = sessions.session.value !== undefined;
	const order = async (): Promise<void> => {
		if (isPlacing || isAway) return;
		setFailure(undefined);
		setFailure(await placeOrder(basket.peek()));
	};
	return (
		<section class="summary" aria-label="Summary">
			<dl>
				<dt>{counted(pieces(basket.value), 'piece', 'pieces')}</dt>
				<dd>{money({ amountMinor: totalMinor(basket.value) })}</dd>
				<dt>Delivery</dt>
				<dd>Free</dd>
				<dt class="total">Total</dt>
				<dd class="total price">{money({ amountMinor: totalMinor(basket.value) })}</dd>
			</dl>
			<button
				type="button"
				class="button button-main button-wide"
				aria-disabled={isPlacing || isAway}
				onClick={() => void order()}
			>
				{isPlacing ? 'Placing the order …' : isSignedIn ? 'Place the order' : 'Sign in to order'}
			</button>
			<p class="fine">
				{isAway
					? 'The shop cannot be reached. You can order as soon as it answers.'
					: 'Nothing is charged: this is a demonstration.'}
			</p>
			{failure !== undefined && failure.kind !== 'away' && <FailureNotice failure={failure} />}
		</section>
	);
}
