import { orders } from '@shop/orders';
import { payments } from '@shop/payments';
import { products } from '@shop/products';
import { users } from '@shop/users';
import { type App, app } from 'flotilla';

/** The whole shop; no payment is declined for its amount. */
const shop: App = app('shop', [users, products, orders, payments({ declineAboveMinor: 10 ** 9 })]);
export default shop;
