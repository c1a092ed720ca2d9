import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { type ApiPage, answered, choose, openApiPage, send, titled } from './testing-api-page.ts';
import { noBrowser } from './testing-browser.ts';

suite('the page of the interface', { skip: noBrowser }, () => {
	let api: ApiPage;
	before(async () => {
		api = await openApiPage();
	});
	after(() => api?.[Symbol.asyncDispose]());

	async function answer(page: Page): Promise<Record<string, unknown>> {
		const text = await page.getByRole('region', { name: 'Body of the answer' }).innerText();
		return JSON.parse(text);
	}

	/** Registers somebody and signs in, all by the forms of the page. */
	async function signIn(page: Page, email: string): Promise<void> {
		const body = { email, password: 'analytical engine' };
		await choose(page, 'users.register');
		await page.getByLabel('Body application/json').fill(JSON.stringify({ ...body, name: 'Ada' }));
		await send(page);
		await answered(page, '201');
		await choose(page, 'users.signIn');
		await page.getByLabel('Body application/json').fill(JSON.stringify(body));
		await send(page);
		await answered(page, '201');
		await page.getByRole('button', { name: 'Use its token from now on' }).click();
		await page.getByRole('button', { name: 'Token set' }).waitFor();
	}

	test('the overview lists every operation, and leads to each', async () => {
		await using tab = await api.open();
		const { page } = tab;
		await titled(page, 'shop');
		const response = await fetch(`${api.url}/openapi.json`);
		const { paths } = (await response.json()) as { paths: Record<string, object> };
		const routes = Object.entries(paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
		);
		const shown = await page.getByRole('main').getByRole('link').allInnerTexts();
		for (const route of routes) {
			assert.ok(
				shown.some((text) => text.replaceAll(/\s+/g, ' ').startsWith(`${route} `)),
				route,
			);
		}
		await page.getByRole('main').getByRole('link', { name: 'POST /v1/orders Orders' }).click();
		await titled(page, 'orders.place');
		assert.equal(await page.title(), 'orders.place - shop');
		await page.goBack();
		await titled(page, 'shop');
	});

	test('an address with an operation leads to it, and a wrong one says so', async () => {
		await using tab = await api.open('products.get');
		await titled(tab.page, 'products.get');
		const current = tab.page.locator('[aria-current=page]');
		assert.match(await current.innerText(), /^get/);
		await using lost = await api.open('products.nothing');
		await lost.page.getByRole('alert').filter({ hasText: 'no such operation' }).waitFor();
	});

	test('the search finds by any word, by keyboard alone', async () => {
		await using tab = await api.open('users.keys');
		const { page } = tab;
		await titled(page, 'users.keys');
		await page.keyboard.press('/');
		await page.keyboard.type('stock put');
		const links = page.getByRole('navigation').getByRole('link');
		const { paths } = (await page.evaluate(async () => (await fetch('/openapi.json')).json())) as {
			readonly paths: Readonly<Record<string, object>>;
		};
		const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
		await links.first().filter({ hasText: 'adjustStock' }).waitFor();
		assert.equal(await links.count(), 1);
		await page.keyboard.press('Enter');
		await titled(page, 'products.adjustStock');
		await page.locator('h1:focus').waitFor();
		await page.keyboard.press('/');
		await page.keyboard.type('nothing like it');
		await page.getByText('Nothing has all of these words.').waitFor();
		await page.keyboard.press('Escape');
		await links.nth(operations.length - 1).waitFor();
		assert.equal(await links.count(), operations.length);
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Enter');
		await titled(page, 'orders.place');
	});

	test('an operation tells who may call it, what it takes and what it answers', async () => {
		await using tab = await api.open('orders.place');
		const main = tab.page.getByRole('main');
		await titled(tab.page, 'orders.place');
		await main.getByText('Wants a token with the scope user.').waitFor();
		await main.getByText('lines array of object, 1 to 50 items required').waitFor();
		await main.getByText('quantity integer, 1 to 1000 required').waitFor();
		await main.getByText('reason "outOfStock" | "declined" optional').waitFor();
		await main.getByText(/unknownProduct FLOTILLA_INPUT_INVALID/).click();
		await main.getByText('code: "unknownProduct"').waitFor();
		await main.getByText('data object').first().click();
		await main.getByText('skus array of string').waitFor();
		const body = await tab.page.getByLabel('Body application/json').inputValue();
		assert.deepEqual(JSON.parse(body), { lines: [{ sku: 'sku', quantity: 1 }] });
	});

	test('somebody registers, signs in, orders and watches the order, by the forms alone', async () => {
		await using tab = await api.open();
		const { page } = tab;
		await titled(page, 'shop');
		await signIn(page, 'ada@example.com');

		await choose(page, 'orders.place');
		await page.getByLabel('Idempotency-Key').waitFor();
		await page.getByRole('button', { name: 'Make one' }).click();
		assert.match(await page.getByLabel('Idempotency-Key').inputValue(), /^[0-9a-f]{32}$/);
		const order = { lines: [{ sku: 'COF-002', quantity: 2 }] };
		await page.getByLabel('Body application/json').fill(JSON.stringify(order));
		await page.getByLabel('Prefer').fill('wait=10');
		await send(page);
		await answered(page, '201');
		await tab.picture('placed');
		const { id, status } = await answer(page);
		assert.equal(status, 'confirmed');
		await page.getByText(/^\d+ headers$/).click();
		await page.locator('.headers.plain').getByText('preference-applied').waitFor();
		const repeated = page.waitForResponse('**/v1/orders');
		await send(page);
		const sameKey = (await (await repeated).json()) as { id: string };
		assert.equal(sameKey.id, id);

		await choose(page, 'orders.watch');
		await page.getByLabel('id path').fill(String(id));
		await send(page);
		await page.getByText('1 item, open').waitFor();
		await page
			.locator('.events li')
			.filter({ hasText: String(id) })
			.waitFor();
		await tab.picture('streaming');
		await tab.checkAccessible();
		await page.getByRole('button', { name: 'Stop' }).click();
		await page.getByText('1 item, stopped here').waitFor();
		assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
		await send(page);
		await page.getByText('1 item, open').waitFor();
		const token = await page.evaluate<string>("sessionStorage.getItem('flotilla-api-token')");
		const headers = { authorization: `Bearer ${token}` };
		await fetch(`${api.url}/v1/orders/${id}/cancel`, { method: 'POST', headers });
		await page.getByText('2 items, ended, the latest first').waitFor();
		assert.match(await page.locator('.events li').first().innerText(), /^2\s[\s\S]*"cancelled"/);
	});

	test('what cannot be sent is said at its field, and refusals are shown with their places', async () => {
		await using tab = await api.open();
		const { page } = tab;
		await titled(page, 'shop');
		await choose(page, 'orders.get');
		await send(page);
		await page.getByText('This is required.').waitFor();
		await page.locator('#input-path-id:focus').waitFor();
		await page.getByLabel('id path').fill('x');
		await page.getByText('It wants a token, and none is set.').waitFor();
		await send(page);
		await answered(page, '401');
		await page.locator('.problem').getByText('wants a principal and none was proved').waitFor();

		await choose(page, 'users.register');
		const body = page.getByLabel('Body application/json');
		await body.fill('{"email": "ada@example.com",\n}');
		await page.getByText(/This is no JSON: .*line 2/).waitFor();
		assert.equal(await body.getAttribute('aria-invalid'), 'true');
		await send(page);
		await page.locator('#input-body:focus').waitFor();
		assert.equal(await page.locator('.answer-head').count(), 0);
		await body.fill('{"email": "nobody", "password": "short", "name": ""}');
		await send(page);
		await answered(page, '422');
		const problem = page.locator('.problem');
		await problem.locator('li', { hasText: '/email' }).waitFor();
		await problem.locator('li', { hasText: '/password' }).waitFor();
		await tab.picture('refused');
		await tab.checkAccessible();
		await page.getByRole('button', { name: 'Example again' }).click();
		assert.equal(JSON.parse(await body.inputValue()).email, 'ada@example.com');
	});

	test('the token stays in the tab, and is sent to nothing that anybody may call', async () => {
		await using tab = await api.open('products.get');
		const { page } = tab;
		await titled(page, 'products.get');
		await page.getByRole('button', { name: 'Set token' }).click();
		await page.getByLabel('Token', { exact: true }).fill('Bearer abc.def');
		await tab.picture('token');
		await tab.checkAccessible();
		await page.keyboard.press('Enter');
		await page.getByRole('button', { name: 'Token set' }).waitFor();
		const kept = 'JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])';
		assert.equal(await page.evaluate(kept), '[{"flotilla-api-token":"abc.def"},{},""]');
		await page.getByLabel('sku path').fill('COF-002');
		const sent = page.waitForRequest('**/v1/products/COF-002');
		await send(page);
		assert.equal((await sent).headers().authorization, undefined);
		await choose(page, 'orders.list');
		const secured = page.waitForRequest('**/v1/orders');
		await send(page);
		assert.equal((await secured).headers().authorization, 'Bearer abc.def');
		await page.reload();
		await page.getByRole('button', { name: 'Token set' }).click();
		await page.getByRole('button', { name: 'Forget it' }).click();
		await page.getByRole('button', { name: 'Set token' }).waitFor();
		assert.equal(await page.evaluate(kept), '[{},{},""]');
	});

	test('the lines for a terminal do what the form does', async () => {
		await using tab = await api.open('users.register', { clipboard: true });
		const { page } = tab;
		await titled(page, 'users.register');
		const body = {
			email: "o'neill@example.com",
			password: 'analytical engine',
			name: 'Ní $HOME `x`',
		};
		await page.getByLabel('Body application/json').fill(JSON.stringify(body, null, 4));
		await page.getByLabel('Idempotency-Key').fill('a b');
		await page.getByRole('button', { name: 'Copy the line for curl' }).click();
		await page.getByRole('button', { name: 'Copied' }).waitFor();
		const line = await page.evaluate<string>('navigator.clipboard.readText()');
		const { stdout } = await promisify(execFile)('sh', ['-c', `${line} -s`]);
		const registered = JSON.parse(stdout);
		assert.equal(registered.name, body.name);
		assert.equal(registered.email, body.email);
		const flotilla = await page.locator('.line code').nth(1).innerText();
		assert.match(flotilla, /^npx flotilla call users\.register '\{"email":"o'\\''neill/);
		assert.match(flotilla, / --idempotency-key 'a b'$/);
	});

	test('everything can be done with the keyboard, and the focus is seen', async () => {
		await using tab = await api.open('products.get');
		const { page } = tab;
		await titled(page, 'products.get');
		const seen: string[] = [];
		const focused = `(() => {
			const { activeElement: at } = document;
			const { outlineStyle, borderColor } = getComputedStyle(at);
			const name = at.labels?.[0]?.textContent ?? at.getAttribute('aria-label') ?? at.textContent;
			return at === document.body ? '' : name.trim() + (outlineStyle === 'none' ? ' UNSEEN' : '');
		})()`;
		for (let press = 0; press < 60; press++) {
			await page.keyboard.press('Tab');
			const name = await page.evaluate<string>(focused);
			if (name === '') break;
			seen.push(name);
		}
		assert.deepEqual(
			seen.filter((name) => name.endsWith('UNSEEN')),
			[],
		);
		const order = [
			'Skip to the content',
			'shop1.0.0',
			'Set token',
			'Search operations',
			'sku path',
			'Send',
		];
		const places = order.map((name) => seen.indexOf(name));
		assert.ok(!places.includes(-1), `${order} among ${seen.join(', ')}`);
		assert.deepEqual(
			places,
			places.toSorted((a, b) => a - b),
		);
		await page.getByLabel('sku path').focus();
		await page.keyboard.type('COF-002');
		await page.keyboard.press('Enter');
		await answered(page, '200');
	});

	test('the colours follow the system, and the choice of whoever wants others', async () => {
		await using tab = await api.open(undefined, { colourScheme: 'dark' });
		const { page } = tab;
		await titled(page, 'shop');
		const ground = (): Promise<string> =>
			page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
		const dark = await ground();
		await page.getByRole('button', { name: 'Use light colours' }).click();
		await page.getByRole('button', { name: 'Use dark colours' }).waitFor();
		const light = await ground();
		assert.notEqual(light, dark);
		await page.reload();
		await titled(page, 'shop');
		assert.equal(await ground(), light);
		await page.getByRole('button', { name: 'Use dark colours' }).click();
		assert.equal(await ground(), dark);
	});
});
