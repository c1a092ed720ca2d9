import assert from 'node:assert/strict';
import { test } from 'node:test';
import { euros } from '@shop/contracts';
import {
	type Basket,
	hasRoomFor,
	LINES_MAX,
	parseBasket,
	pieces,
	quantityOf,
	totalMinor,
	without,
	withQuantity,
} from './basket.ts';

const tea = { sku: 'TEA-001', name: 'Assam', price: euros(990) };
const pot = { sku: 'COF-008', name: 'Moka pot', price: euros(3290) };

test('a basket has each product once, and its total is exact', () => {
	let basket: Basket = [];
	basket = withQuantity(basket, tea, 3);
	basket = withQuantity(basket, pot, 1);
	basket = withQuantity(basket, tea, 2);
	assert.deepEqual(
		basket.map(({ sku, quantity }) => [sku, quantity]),
		[
			['TEA-001', 2],
			['COF-008', 1],
		],
	);
	assert.equal(totalMinor(basket), 2 * 990 + 3290);
	assert.equal(pieces(basket), 3);
	assert.equal(quantityOf(withQuantity(basket, tea, 0), tea.sku), 0);
});

test('a quantity is brought into the range of an order', () => {
	const quantity = (wanted: number): number => quantityOf(withQuantity([], tea, wanted), tea.sku);
	assert.deepEqual([-1, 0, 2.9, 1_001, Number.NaN].map(quantity), [0, 0, 2, 1_000, 0]);
});

test('a new price replaces the old one', () => {
	const basket = withQuantity(withQuantity([], tea, 1), { ...tea, price: euros(1_000) }, 1);
	assert.equal(totalMinor(basket), 1_000);
});

test('there is room for fifty products, and always for more of those', () => {
	let basket: Basket = [];
	for (let n = 0; n < LINES_MAX; n++) basket = withQuantity(basket, { ...tea, sku: `T-${n}` }, 1);
	assert.equal(hasRoomFor(basket, pot.sku), false);
	assert.equal(withQuantity(basket, pot, 1), basket);
	assert.equal(quantityOf(withQuantity(basket, { ...tea, sku: 'T-7' }, 5), 'T-7'), 5);
});

test('what was ordered leaves the basket, and what was added meanwhile stays', () => {
	const basket = withQuantity(withQuantity([], tea, 5), pot, 1);
	const left = without(basket, [
		{ sku: tea.sku, quantity: 3 },
		{ sku: 'GONE', quantity: 1 },
	]);
	assert.deepEqual(
		left.map(({ sku, quantity }) => [sku, quantity]),
		[
			[tea.sku, 2],
			[pot.sku, 1],
		],
	);
	assert.deepEqual(without(basket, basket), []);
});

test('a basket survives being kept, and odd things that were kept are left out', () => {
	const basket = withQuantity(withQuantity([], tea, 5), pot, 1);
	assert.deepEqual(parseBasket(JSON.stringify(basket)), basket);
	const [line] = basket;
	const odd = [
		null,
		7,
		{},
		{ ...line, quantity: 0 },
		{ ...line, quantity: 1.5 },
		{ ...line, sku: 1 },
	];
	assert.deepEqual(parseBasket(JSON.stringify([...odd, line])), [line]);
	assert.deepEqual(parseBasket(JSON.stringify([line, line])), [line]);
	for (const text of [null, '', '{}', '{', 'null', '"x"']) assert.deepEqual(parseBasket(text), []);
});
