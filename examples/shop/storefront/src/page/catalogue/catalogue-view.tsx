import { useEffect, useRef } from 'preact/hooks';
import { presence, products } from '../connection/shop.ts';
import { announce } from '../design/announcer.tsx';
import { FailureNotice } from '../design/notice.tsx';
import { counted } from '../design/numbers.ts';
import { Page } from '../layout/page.tsx';
import { addressOf } from '../routing/routes.ts';
import { Categories } from './categories.tsx';
import { knownProduct, remember } from './known-products.ts';
import { Listing, type Wanted } from './listing.ts';
import { ProductArt } from './product-art.tsx';
import { ProductTile, TileSkeleton } from './product-tile.tsx';
import { ShopWindow } from './shop-window.tsx';

const PAGE_SIZE = 24;

/** Outlives the view, so that whoever comes back from a product finds the list as it was. */
const listing = new Listing(async ({ query, category, cursor }, signal) => {
	const page = await products.search(
		{
			limit: PAGE_SIZE,
			...(query !== '' && { query }),
			...(category !== '' && { category }),
			...(cursor !== undefined && { cursor }),
		},
		{ signal },
	);
	remember(page.items);
	return page;
});

export function CatalogueView({ query, category }: Wanted) {
	useEffect(() => void listing.show({ query, category }), [query, category]);
	useEffect(() => {
		if (listing.failure.peek()?.kind === 'away') void listing.retry();
	}, [presence.returns.value]);
	const isNarrowed = query !== '' || category !== '';
	return (
		<Page title={titleOf({ query, category })} heading={headingOf({ query, category })}>
			{!isNarrowed && (
				<>
					<Welcome />
					<ShopWindow />
					<h2 class="everything">Everything</h2>
				</>
			)}
			<Categories query={query} category={category} />
			<Found wanted={{ query, category }} />
		</Page>
	);
}

function titleOf({ query, category }: Wanted): string {
	if (query !== '') return category === '' ? `“${query}”` : `“${query}” in ${category}`;
	return category === '' ? 'All products' : category;
}

function headingOf(wanted: Wanted): string {
	if (wanted.query !== '') return `Results for ${titleOf(wanted)}`;
	return wanted.category === '' ? 'Good things, well kept.' : wanted.category;
}

function Welcome() {
	return (
		<div class="welcome">
			<p class="lead">
				Things for the house, the garden and the road. This is a demonstration: nothing is sold,
				everything else is real.
			</p>
			<div class="welcome-art" aria-hidden="true">
				{['BAT-003', 'GAM-002', 'COF-004', 'GAR-004'].map((sku) => (
					<ProductArt key={sku} sku={sku} />
				))}
			</div>
		</div>
	);
}

function Found({ wanted }: { readonly wanted: Wanted }) {
	const { by, items, hasMore } = listing.found.value;
	const isLoading = listing.isLoading.value;
	const failure = listing.failure.value;
	const list = useRef<HTMLUListElement>(null);
	useEffect(() => {
		if (by === undefined) return;
		const isEmpty = items.length === 0;
		announce(
			isEmpty ? 'No product matches.' : `${counted(items.length, 'product', 'products')} shown.`,
		);
	}, [items]);

	const showMore = async (): Promise<void> => {
		const before = items.length;
		await listing.more();
		// The button may be gone, and what is new begins here.
		list.current?.querySelectorAll<HTMLAnchorElement>('.tile-link')[before]?.focus();
	};

	// Of an earlier search nothing is shown below the heading of this one.
	const isEarlier = by?.query !== wanted.query || by.category !== wanted.category;
	if (failure !== undefined && !isLoading && isEarlier) {
		return <FailureNotice failure={failure} onRetry={() => void listing.retry()} />;
	}
	if (by === undefined) {
		return (
			<ul class="tiles" aria-busy="true" aria-label="Products">
				{Array.from({ length: 12 }, (_, index) => (
					<TileSkeleton key={index} />
				))}
			</ul>
		);
	}
	if (items.length === 0) return <NothingFound by={by} />;
	return (
		<>
			<ul class="tiles" aria-busy={isLoading} aria-label="Products" ref={list}>
				{items.map((product) => (
					<ProductTile key={product.sku} product={knownProduct(product.sku) ?? product} />
				))}
			</ul>
			{failure !== undefined && !isLoading ? (
				<FailureNotice failure={failure} onRetry={() => void listing.retry()} />
			) : (
				hasMore && (
					<p class="more">
						<button
							type="button"
							class="button"
							aria-disabled={isLoading}
							onClick={() => void showMore()}
						>
							Show more
						</button>
					</p>
				)
			)}
		</>
	);
}

function NothingFound({ by: { query, category } }: { readonly by: Wanted }) {
	return (
		<div class="empty">
			<ProductArt sku="NONE" />
			<p class="lead">
				Nothing here is called “{query}”{category === '' ? '' : ` in ${category}`}.
			</p>
			<p>
				{category !== '' && query !== '' ? (
					<a class="button" href={addressOf.catalogue({ query })}>
						Search all categories
					</a>
				) : (
					<a class="button" href={addressOf.catalogue()}>
						See all products
					</a>
				)}
			</p>
		</div>
	);
}
