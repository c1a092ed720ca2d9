import assert from 'node:assert/strict';
import { isDeclaredError, isFlotillaError } from 'flotilla';
import { eventually, type TestShop } from './testing-shop.ts';

/** What the shop promises about orders, for whatever database it runs on. */
export const orderScenarios: Readonly<Record<string, (shop: TestShop) => Promise<void>>> = {
	'an order that can be had and paid for is confirmed': async (shop) => {
		const placed = await shop.customer('ada').place([
			{ sku: 'COF-001', quantity: 2 },
			{ sku: 'TEA-001', quantity: 1 },
		]);
		assert.equal(placed.status, 'pending');
		assert.deepEqual(placed.total, { amountMinor: 2 * 1890 + 990, currency: 'EUR' });
		const order = await shop.customer('ada').decided(placed.id);
		assert.deepEqual(order, { ...placed, status: 'confirmed' });
		assert.equal((await shop.stock('COF-001')).reserved, 2);
		assert.equal((await shop.stock('TEA-001')).reserved, 1);
		assert.equal(await shop.cashMinor(), 4770);
	},

	'an order that lacks one piece is rejected, and nothing of it is reserved': async (shop) => {
		await shop.putOnShelf('TEA-001', 4);
		const placed = await shop.customer('ada').place([
			{ sku: 'COF-001', quantity: 1 },
			{ sku: 'TEA-001', quantity: 5 },
		]);
		const order = await shop.customer('ada').decided(placed.id);
		assert.equal(order.status, 'rejected');
		assert.equal(order.reason, 'outOfStock');
		assert.equal((await shop.stock('COF-001')).reserved, 0);
		assert.equal((await shop.stock('TEA-001')).reserved, 0);
		assert.equal(await shop.cashMinor(), 0);
	},

	'an order above the limit is rejected, and its pieces are released': async (shop) => {
		const order = await shop.customer('ada').order('COF-011', 1);
		assert.equal(order.status, 'rejected');
		assert.equal(order.reason, 'declined');
		await eventually(async () => assert.equal((await shop.stock('COF-011')).reserved, 0));
		assert.equal(await shop.cashMinor(), 0);
	},

	'cancelling a confirmed order pays it back and releases its pieces': async (shop) => {
		const ada = shop.customer('ada');
		const { id } = await ada.order('COF-001', 3);
		assert.equal(await shop.cashMinor(), 3 * 1890);
		assert.equal((await ada.cancel({ id })).status, 'cancelled');
		assert.equal((await ada.cancel({ id })).status, 'cancelled', 'a second time changes nothing');
		await eventually(async () => {
			assert.equal((await shop.stock('COF-001')).reserved, 0);
			assert.equal(await shop.cashMinor(), 0);
		});
		assert.equal((await ada.get({ id })).status, 'cancelled');
	},

	'an order can be cancelled before anybody has looked at it': async (shop) => {
		const ada = shop.customer('ada');
		const placed = await Promise.all(
			Array.from({ length: 20 }, () => ada.place([{ sku: 'COF-001', quantity: 1 }])),
		);
		// One round trip after another, so that they are met in every state.
		for (const { id } of placed) assert.equal((await ada.cancel({ id })).status, 'cancelled');
		await eventually(async () => {
			assert.equal((await shop.stock('COF-001')).reserved, 0);
			assert.equal(await shop.cashMinor(), 0);
		});
		for (const { id } of placed) assert.equal((await ada.get({ id })).status, 'cancelled');
	},

	'a rejected order cannot be cancelled': async (shop) => {
		const ada = shop.customer('ada');
		const { id } = await ada.order('COF-011', 1);
		await assert.rejects(ada.cancel({ id }), (error) => isDeclaredError(error, 'notCancellable'));
		assert.equal((await ada.get({ id })).status, 'rejected');
	},

	'the orders of others do not exist': async (shop) => {
		const { id } = await shop.customer('ada').order('COF-001', 1);
		const eve = shop.customer('eve');
		for (const attempt of [
			() => eve.get({ id }),
			() => eve.cancel({ id }),
			() => eve.decided(id),
		]) {
			await assert.rejects(attempt, (error) => isDeclaredError(error, 'notFound'));
		}
		assert.deepEqual(await eve.list({}), { items: [] });
		assert.equal((await shop.customer('ada').get({ id })).status, 'confirmed');
	},

	'one idempotency key makes one order, however often and however many at once': async (shop) => {
		const ada = shop.customer('ada');
		const lines = [{ sku: 'COF-001', quantity: 1 }];
		const answers = await Promise.all(Array.from({ length: 8 }, () => ada.place(lines, 'k1')));
		answers.push(await ada.place(lines, 'k1'));
		assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
		await assert.rejects(ada.place([{ sku: 'COF-001', quantity: 2 }], 'k1'), (error) =>
			isFlotillaError(error, 'FLOTILLA_IDEMPOTENCY_KEY_REUSED'),
		);
		// The key belongs to who uses it.
		const other = await shop.customer('eve').place(lines, 'k1');
		assert.notEqual(other.id, answers[0]?.id);
		assert.equal((await ada.list({})).items.length, 1);
	},

	'many who want the last pieces at once get them, and no more than there are': async (shop) => {
		await shop.putOnShelf('TEA-011', 3);
		const customers = Array.from({ length: 12 }, (_, index) => shop.customer(`customer-${index}`));
		const orders = await Promise.all(customers.map((customer) => customer.order('TEA-011', 1)));
		const confirmed = orders.filter(({ status }) => status === 'confirmed');
		assert.equal(confirmed.length, 3);
		assert.ok(
			orders.every(({ status, reason }) => status === 'confirmed' || reason === 'outOfStock'),
		);
		const { onHand, reserved } = await shop.stock('TEA-011');
		assert.deepEqual({ onHand, reserved }, { onHand: 3, reserved: 3 });
	},

	'the ledger holds what the confirmed orders cost, and sums to zero': async (shop) => {
		const ada = shop.customer('ada');
		const wanted = ['COF-001', 'COF-011', 'TEA-011', 'KIT-001', 'OUT-006', 'FUR-011', 'BAT-004'];
		const orders = await Promise.all(wanted.map((sku) => ada.order(sku, 3)));
		const cancelled = orders.find(({ status }) => status === 'confirmed')?.id ?? '';
		await ada.cancel({ id: cancelled });
		const kept = orders.filter(({ id, status }) => status === 'confirmed' && id !== cancelled);
		const keptMinor = kept.reduce((sum, { total }) => sum + total.amountMinor, 0);
		assert.ok(kept.length > 1);
		await eventually(async () => assert.equal(await shop.cashMinor(), keptMinor));
	},

	'an order with unknown products names them and leaves nothing behind': async (shop) => {
		const ada = shop.customer('ada');
		const lines = ['COF-001', 'NOPE-1', 'NOPE-2'].map((sku) => ({ sku, quantity: 1 }));
		await assert.rejects(ada.place(lines), (error) => {
			assert.ok(isDeclaredError(error, 'unknownProduct'));
			assert.deepEqual(error.data, { skus: ['NOPE-1', 'NOPE-2'] });
			return true;
		});
		assert.deepEqual(await ada.list({}), { items: [] });
	},

	'lines with the same product are added up': async (shop) => {
		const { lines } = await shop.customer('ada').place([
			{ sku: 'COF-001', quantity: 2 },
			{ sku: 'TEA-001', quantity: 1 },
			{ sku: 'COF-001', quantity: 3 },
		]);
		const [first, second] = lines;
		assert.equal(lines.length, 2);
		assert.deepEqual([first?.sku, first?.quantity], ['COF-001', 5]);
		assert.deepEqual([second?.sku, second?.quantity], ['TEA-001', 1]);
	},

	'stock is corrected by whoever has seen it last, never below what is reserved': async (shop) => {
		const { products } = shop;
		await shop.customer('ada').order('COF-001', 5);
		const seen = await shop.stock('COF-001');
		const adjusted = await products.adjustStock({
			sku: 'COF-001',
			onHand: 5,
			version: seen.version,
		});
		assert.deepEqual(adjusted, { ...seen, onHand: 5, version: seen.version + 1 });
		const late = await products.try.adjustStock({
			sku: 'COF-001',
			onHand: 9,
			version: seen.version,
		});
		assert.equal(late.ok ? 'accepted' : late.error.code, 'stale');
		const low = await products.try.adjustStock({
			sku: 'COF-001',
			onHand: 4,
			version: adjusted.version,
		});
		assert.equal(low.ok ? 'accepted' : low.error.code, 'belowReserved');
		assert.deepEqual(await shop.stock('COF-001'), adjusted);
		assert.equal((await products.get({ sku: 'COF-001' })).available, 0);
	},

	'the pages of a list of orders hold every order once, newest first': async (shop) => {
		const ada = shop.customer('ada');
		const placed: string[] = [];
		for (let count = 0; count < 7; count++) {
			placed.push((await ada.place([{ sku: 'COF-001', quantity: 1 }])).id);
		}
		const listed = await allPages((cursor) => ada.list({ limit: 3, ...cursor }));
		assert.deepEqual(listed.map(({ id }) => id).toSorted(), placed.toSorted());
		const moments = listed.map(({ createdAt }) => createdAt);
		assert.deepEqual(moments, moments.toSorted().toReversed());
		for (const cursor of ['x', Buffer.from('1 x').toString('base64url')]) {
			await assert.rejects(ada.list({ cursor }), (error) =>
				isDeclaredError(error, 'invalidCursor'),
			);
		}
	},

	'the pages of a search hold every product once, by sku': async ({ products }) => {
		const everything = await allPages((cursor) => products.search({ limit: 17, ...cursor }));
		const skus = everything.map(({ sku }) => sku);
		assert.ok(skus.length >= 200);
		assert.equal(new Set(skus).size, skus.length);
		const small = await allPages((cursor) => products.search({ limit: 100, ...cursor }));
		assert.deepEqual(small, everything);
		await assert.rejects(products.search({ cursor: 'bm8gc3VjaA' }), (error) =>
			isDeclaredError(error, 'invalidCursor'),
		);
	},

	'every product stands in one category, and the pages of a category hold it once': async ({
		products,
	}) => {
		const { categories } = await products.categories();
		const names = categories.map(({ name }) => name);
		assert.deepEqual(names, names.toSorted());
		let found = 0;
		for (const { name, products: number } of categories) {
			const first = await products.search({ category: name, limit: 6 });
			const { nextCursor: cursor = '' } = first;
			const rest = await products.search({ category: name, limit: 100, cursor });
			const items = [...first.items, ...rest.items];
			assert.equal(new Set(items.map(({ sku }) => sku)).size, number, name);
			assert.ok(items.every((item) => item.category === name && item.description));
			found += number;
		}
		const everything = await products.search({ limit: 100 });
		assert.ok(everything.nextCursor !== undefined && found >= 200);
	},

	'a search wants every word, in any case, and takes signs for what they are': async ({
		products,
	}) => {
		const names = async (query: string): Promise<string[]> =>
			(await products.search({ query, limit: 100 })).items.map(({ name }) => name);
		assert.deepEqual(await names('Beans COFFEE dark'), ['Espresso beans, dark roast, 1 kg']);
		assert.deepEqual(await names("CHEF'S knife"), ["Chef's knife, 20 cm"]);
		assert.deepEqual(await names('%'), []);
		assert.deepEqual(await names('_'), []);
		assert.deepEqual(await names('!'), []);
		assert.equal((await names('  ')).length, 100);
		assert.deepEqual(await names('no such thing'), []);
	},
};

async function allPages<Item>(
	page: (cursor: {
		cursor?: string;
	}) => Promise<{ items: Item[]; nextCursor?: string | undefined }>,
): Promise<Item[]> {
	const items: Item[] = [];
	let cursor: string | undefined;
	do {
		const next = await page(cursor === undefined ? {} : { cursor });
		items.push(...next.items);
		cursor = next.nextCursor;
	} while (cursor !== undefined);
	return items;
}
