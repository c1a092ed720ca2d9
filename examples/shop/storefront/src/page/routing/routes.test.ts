import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, routeOf } from './routes.ts';

const route = (address: string) => routeOf(new URL(address, 'http://shop.example'));

test('every address leads to the view that it was made for', () => {
	const query = 'moka & more';
	assert.deepEqual(route(addressOf.catalogue({ query, category: 'Tea' })), {
		view: 'catalogue',
		query,
		category: 'Tea',
	});
	assert.equal(addressOf.catalogue(), '/');
	assert.deepEqual(route('/'), { view: 'catalogue', query: '', category: '' });
	assert.deepEqual(route(addressOf.product('A b/c')), { view: 'product', sku: 'A b/c' });
	assert.deepEqual(route(addressOf.order('7-a')), { view: 'order', id: '7-a' });
	assert.deepEqual(route(addressOf.orders), { view: 'orders' });
	assert.deepEqual(route(addressOf.basket), { view: 'basket' });
	assert.deepEqual(route(addressOf.signIn('/orders/7')), { view: 'signIn', next: '/orders/7' });
	assert.deepEqual(route(addressOf.signUp('/')), { view: 'signUp', next: '/' });
});

test('an address that nobody made is unknown, however odd it is', () => {
	for (const address of ['/products', '/orders/', '/a/b', '/docs', '/orders/1/2', '/%', '/x/%']) {
		assert.deepEqual(route(address), { view: 'unknown' }, address);
	}
	assert.deepEqual(route('/products/%'), { view: 'product', sku: '%' });
});

test('after signing in nobody is led to another site', () => {
	for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'orders', '']) {
		assert.deepEqual(route(addressOf.signIn(next)), { view: 'signIn', next: '/' }, next);
	}
});
