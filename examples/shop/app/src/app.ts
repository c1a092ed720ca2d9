import { orders } from '@shop/orders';
import { type PaymentsOptions, payments } from '@shop/payments';
import { products } from '@shop/products';
import { users } from '@shop/users';
import { type App, app } from 'flotilla';

export type ShopOptions = PaymentsOptions;

/** Payments above 1 000.00 are declined. */
export const defaultOptions: ShopOptions = { declineAboveMinor: 100_000 };

/** The shop with other options. */
export function configuredShop(options: ShopOptions): App {
	return app('shop', [users, products, orders, payments(options)]);
}

const shop: App = configuredShop(defaultOptions);
export default shop;
