import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHttpShop } from './testing-http.ts';

const oneBag = { lines: [{ sku: 'COF-001', quantity: 1 }] };
const tooDear = { lines: [{ sku: 'COF-011', quantity: 1 }] };

test('somebody registers, signs in, orders, and sees the order confirmed', async () => {
	await using shop = await openHttpShop();
	const ada = { email: 'ada@example.com', name: 'Ada', password: 'analytical engine' };
	const registered = await shop.ask('POST /v1/users', { body: ada });
	assert.equal(registered.status, 201);
	assert.deepEqual(registered.body, { id: registered.body.id, email: ada.email, name: 'Ada' });
	assert.equal((await shop.ask('POST /v1/users', { body: ada })).status, 409);
	const { email, password } = ada;
	const session = await shop.ask('POST /v1/sessions', { body: { email, password } });
	assert.equal(session.status, 201);
	assert.deepEqual(Object.keys(session.body), ['token']);
	const { token } = session.body;

	const placed = await shop.ask('POST /v1/orders', { token, body: oneBag });
	assert.equal(placed.status, 201);
	const { id, status, lines, total, createdAt, ...rest } = placed.body;
	assert.deepEqual(rest, {});
	assert.equal(status, 'confirmed');
	const price = { amountMinor: 1890, currency: 'EUR' };
	assert.deepEqual(lines, [{ sku: 'COF-001', quantity: 1, price }]);
	assert.deepEqual(total, price);
	assert.equal(new Date(createdAt).toISOString(), createdAt);
	assert.deepEqual((await shop.ask(`GET /v1/orders/${id}`, { token })).body, placed.body);
	const listed = await shop.ask('GET /v1/orders', { token });
	assert.deepEqual(listed.body, { items: [placed.body] });
});

test('a sign-in that fails is 401 and says nothing about the address', async () => {
	await using shop = await openHttpShop();
	const body = { email: 'nobody@example.com', password: 'analytical engine' };
	const answer = await shop.ask('POST /v1/sessions', { body });
	assert.equal(answer.status, 401);
	assert.equal(answer.body.code, 'wrongCredentials');
});

test('the gateway waits for a decision as long as it is told to', async () => {
	await using shop = await openHttpShop();
	const token = await shop.newToken();
	const headers = { prefer: 'wait=0', 'idempotency-key': 'k1' };
	const early = await shop.ask('POST /v1/orders', { token, body: oneBag, headers });
	assert.equal(early.status, 201);
	const late = await shop.ask('POST /v1/orders', {
		token,
		body: oneBag,
		headers: { ...headers, prefer: 'wait=10' },
	});
	assert.equal(late.status, 201);
	assert.deepEqual(late.body, { ...early.body, status: 'confirmed' });
});

test('an order that is declined or out of stock is an order, not an error', async () => {
	await using shop = await openHttpShop();
	const token = await shop.newToken();
	const declined = await shop.ask('POST /v1/orders', { token, body: tooDear });
	assert.equal(declined.status, 201);
	assert.deepEqual([declined.body.status, declined.body.reason], ['rejected', 'declined']);
	const scarce = { lines: [{ sku: 'TEA-011', quantity: 4 }] };
	const out = await shop.ask('POST /v1/orders', { token, body: scarce });
	assert.equal(out.status, 201);
	assert.deepEqual([out.body.status, out.body.reason], ['rejected', 'outOfStock']);
});

test('the limit above which payments are declined is a setting', async () => {
	await using shop = await openHttpShop({ declineAboveMinor: 1_000_000 });
	const token = await shop.newToken();
	const answer = await shop.ask('POST /v1/orders', { token, body: tooDear });
	assert.equal(answer.body.status, 'confirmed');
});

test('a confirmed order can be cancelled, a rejected one is a conflict', async () => {
	await using shop = await openHttpShop();
	const token = await shop.newToken();
	const { body: order } = await shop.ask('POST /v1/orders', { token, body: oneBag });
	const cancelled = await shop.ask(`POST /v1/orders/${order.id}/cancel`, { token });
	assert.equal(cancelled.status, 200);
	assert.deepEqual(cancelled.body, { ...order, status: 'cancelled' });
	assert.equal((await shop.ask(`POST /v1/orders/${order.id}/cancel`, { token })).status, 200);

	const { body: rejected } = await shop.ask('POST /v1/orders', { token, body: tooDear });
	const refused = await shop.ask(`POST /v1/orders/${rejected.id}/cancel`, { token });
	assert.equal(refused.status, 409);
	assert.equal(refused.body.code, 'notCancellable');
	assert.deepEqual(refused.body.data, { id: rejected.id, status: 'rejected' });
});

test('who asks decides what there is: 401, 403 and 404', async () => {
	await using shop = await openHttpShop();
	const token = await shop.newToken();
	const stranger = await shop.newToken();
	const { body: order } = await shop.ask('POST /v1/orders', { token, body: oneBag });
	const status = async (route: string, who?: string): Promise<number> =>
		(await shop.ask(route, who === undefined ? {} : { token: who })).status;

	assert.equal(await status('GET /v1/orders'), 401);
	assert.equal(await status('GET /v1/orders', 'no.valid.token'), 401);
	assert.equal(await status(`GET /v1/orders/${order.id}`, stranger), 404);
	assert.equal(await status(`POST /v1/orders/${order.id}/cancel`, stranger), 404);
	assert.equal(await status(`GET /v1/orders/${order.id}/events`, stranger), 404);
	assert.equal(await status('GET /v1/orders/no-such-order', token), 404);
	assert.equal(await status('GET /v1/ledger', token), 403);
	assert.equal(await status('GET /v1/products/COF-001/stock', token), 403);
	assert.equal(await status('GET /v1/orders', shop.operatorToken), 403);
	assert.equal(await status('GET /v1/ledger', shop.operatorToken), 200);
	assert.equal(await status('GET /v1/products/no-such-product'), 404);
});

test('a token with an unknown key before the first sign-in does not shut out the next one', async () => {
	await using shop = await openHttpShop();
	const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
	const forged = [part({ alg: 'EdDSA', kid: 'x' }), part({ iss: 'shop' }), 'AAAA'].join('.');
	assert.equal((await shop.ask('GET /v1/orders', { token: forged })).status, 401);
	const token = await shop.newToken();
	assert.equal((await shop.ask('GET /v1/orders', { token })).status, 200);
});

test('orders are refused with the names of what is wrong, and nothing is written', async () => {
	await using shop = await openHttpShop();
	const token = await shop.newToken();
	const refusal = async (body: unknown): Promise<string> => {
		const answer = await shop.ask('POST /v1/orders', { token, body });
		assert.equal(answer.status, 422);
		return JSON.stringify(answer.body);
	};
	const line = { sku: 'COF-001', quantity: 1 };
	assert.match(await refusal({}), /lines/);
	assert.match(await refusal({ lines: [] }), /lines/);
	assert.match(await refusal({ lines: Array(51).fill(line) }), /lines/);
	assert.match(await refusal({ lines: [{ ...line, quantity: 0 }] }), /quantity/);
	assert.match(await refusal({ lines: [{ ...line, quantity: 1_001 }] }), /quantity/);
	assert.match(await refusal({ lines: [{ ...line, quantity: 1.5 }] }), /quantity/);
	assert.match(await refusal({ lines: [{ ...line, colour: 'red' }] }), /colour/);
	assert.match(await refusal({ lines: [{ ...line, sku: 'no such sku' }] }), /sku/);
	assert.match(await refusal({ lines: [{ ...line, sku: 'NOPE' }] }), /unknownProduct.*NOPE/);
	assert.deepEqual((await shop.ask('GET /v1/orders', { token })).body, { items: [] });
});

test('products are found by words and read page by page', async () => {
	await using shop = await openHttpShop();
	const found = await shop.ask('GET /v1/products?query=moka%20pot&limit=5');
	assert.deepEqual(found.body.items, [
		{
			sku: 'COF-008',
			name: 'Moka pot, 6 cups',
			price: { amountMinor: 3290, currency: 'EUR' },
			available: 760,
			category: 'Coffee',
			description: 'Cast aluminium, a silicone seal, and the sound of breakfast.',
		},
	]);
	const skus: string[] = [];
	let cursor: string | undefined;
	do {
		const query = cursor === undefined ? '' : `&cursor=${cursor}`;
		const { body } = await shop.ask(`GET /v1/products?limit=100${query}`);
		skus.push(...body.items.map(({ sku }: { sku: string }) => sku));
		cursor = body.nextCursor;
	} while (cursor !== undefined);
	assert.ok(skus.length >= 200);
	assert.equal(new Set(skus).size, skus.length);
	for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=!', 'colour=red']) {
		assert.equal((await shop.ask(`GET /v1/products?${query}`)).status, 422, query);
	}
});

test('categories are told with their sizes, and narrow a search', async () => {
	await using shop = await openHttpShop();
	const { categories } = (await shop.ask('GET /v1/categories')).body;
	assert.equal(categories.length, 20);
	const tea = categories.find(({ name }: { name: string }) => name === 'Tea');
	const shelf = (await shop.ask('GET /v1/products?category=Tea&limit=100')).body;
	assert.equal(shelf.items.length, tea.products);
	assert.equal(shelf.nextCursor, undefined);
	for (const { sku } of shelf.items) assert.match(sku, /^TEA-/);
	const narrowed = (await shop.ask('GET /v1/products?category=Tea&query=set')).body.items;
	assert.deepEqual(
		narrowed.map(({ sku }: { sku: string }) => sku),
		['TEA-010'],
	);
	assert.deepEqual((await shop.ask('GET /v1/products?category=tea')).body, { items: [] });
});

test('what a payment may amount to can be known before', async () => {
	await using shop = await openHttpShop({ declineAboveMinor: 5_000 });
	const { body } = await shop.ask('GET /v1/payment-limit');
	assert.deepEqual(body, { limit: { amountMinor: 5_000, currency: 'EUR' } });
});

test('what is wrong with a registration is told field by field, in words for people', async () => {
	await using shop = await openHttpShop();
	const body = { email: 'ada', name: ' ', password: 'short' };
	const answer = await shop.ask('POST /v1/users', { body });
	assert.equal(answer.status, 422);
	assert.deepEqual(answer.body.errors, [
		{ path: '/email', message: 'must be an address such as ada@example.com' },
		{ path: '/name', message: 'must not be blank' },
		{ path: '/password', message: 'must have at least 8 characters' },
	]);
});

test('the operator corrects the stock that has been seen, and sees the ledger', async () => {
	await using shop = await openHttpShop();
	const token = shop.operatorToken;
	const { body: stock } = await shop.ask('GET /v1/products/COF-001/stock', { token });
	const body = { onHand: 7, version: stock.version };
	const adjusted = await shop.ask('PUT /v1/products/COF-001/stock', { token, body });
	assert.equal(adjusted.status, 200);
	assert.equal(adjusted.body.onHand, 7);
	const again = await shop.ask('PUT /v1/products/COF-001/stock', { token, body });
	assert.equal(again.status, 409);
	assert.equal(again.body.code, 'stale');

	await shop.ask('POST /v1/orders', { token: await shop.newToken(), body: oneBag });
	const { body: ledger } = await shop.ask('GET /v1/ledger', { token });
	assert.deepEqual(ledger, {
		accounts: [
			{ name: 'cash', balanceMinor: 1890, currency: 'EUR' },
			{ name: 'sales', balanceMinor: -1890, currency: 'EUR' },
		],
	});
});

test('an order can be watched until nothing can change any more', async () => {
	await using shop = await openHttpShop();
	const token = await shop.newToken();
	const { body: order } = await shop.ask('POST /v1/orders', { token, body: tooDear });
	const { body: events } = await shop.ask(`GET /v1/orders/${order.id}/events`, { token });
	const last = /data: (.*)\n\n$/.exec(events)?.[1] ?? '';
	assert.deepEqual(JSON.parse(last), order);
});

test('the storefront is at every address that is not of the interface', async () => {
	await using shop = await openHttpShop();
	const headers = { accept: 'text/html' };
	for (const path of ['/', '/products/COF-008', '/orders/7', '/basket?x=1']) {
		const page = await shop.ask(`GET ${path}`, { headers });
		assert.equal(page.status, 200, path);
		assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
		assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/);
		assert.match(page.body, /<title>Quayside<\/title>/);
	}
	const unknown = await shop.ask('GET /v1/nothing', { headers });
	assert.equal(unknown.status, 404);
	assert.equal(unknown.body.code, 'FLOTILLA_ROUTE_UNKNOWN');
});

test('the public interface is what it is said to be', async () => {
	await using shop = await openHttpShop();
	const { body } = await shop.ask('GET /openapi.json');
	const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
		Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
	);
	assert.deepEqual(routes.toSorted(), [
		'GET /v1/categories',
		'GET /v1/keys',
		'GET /v1/ledger',
		'GET /v1/orders',
		'GET /v1/orders/{id}',
		'GET /v1/orders/{id}/events',
		'GET /v1/payment-limit',
		'GET /v1/products',
		'GET /v1/products/{sku}',
		'GET /v1/products/{sku}/stock',
		'POST /v1/orders',
		'POST /v1/orders/{id}/cancel',
		'POST /v1/sessions',
		'POST /v1/users',
		'PUT /v1/products/{sku}/stock',
	]);
	assert.equal((await shop.ask('GET /health/live')).status, 200);
	assert.equal((await shop.ask('GET /health/ready')).status, 200);
	assert.match((await shop.ask('GET /metrics')).body, /^# HELP /m);
	const { body: keys } = await shop.ask('GET /v1/keys');
	assert.equal(keys.keys.length, 1);
	assert.equal('d' in keys.keys[0], false, 'the private part stays at home');
});
