import type { Product } from '@shop/contracts';
import { isDeclaredError } from 'flotilla/client';
import { products } from '../connection/shop.ts';

const known = new Map<string, Product>();

/** As it was last seen: enough to show something at once. */
export function knownProduct(sku: string): Product | undefined {
	return known.get(sku);
}

export function remember(seen: readonly Product[]): void {
	for (const product of seen) known.set(product.sku, product);
}

/** Asks for one product. */
export async function loadProduct(sku: string, signal: AbortSignal): Promise<Product> {
	const product = await products.get({ sku }, { signal });
	remember([product]);
	return product;
}

/** Asks for several products; those that are no longer sold are left out. */
export async function loadProducts(
	skus: readonly string[],
	signal: AbortSignal,
): Promise<ReadonlyMap<string, Product>> {
	const found = await Promise.all(
		skus.map((sku) =>
			loadProduct(sku, signal).catch((error: unknown) => {
				if (isDeclaredError(error, 'notFound')) return undefined;
				throw error;
			}),
		),
	);
	return new Map(found.flatMap((product) => (product ? [[product.sku, product]] : [])));
}
