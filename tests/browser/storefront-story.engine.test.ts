import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { noBrowser, openBrowser, type TestBrowser } from './testing-browser.ts';
import {
	openTestedShop,
	ordersOf,
	registered,
	somebody,
	type TestedShop,
	Visit,
} from './testing-storefront.ts';

suite('the storefront', { skip: noBrowser }, () => {
	let shop: TestedShop;
	let browser: TestBrowser;
	before(async () => {
		shop = await openTestedShop();
		browser = await openBrowser();
	});
	after(async () => {
		await browser?.[Symbol.asyncDispose]();
		await shop?.[Symbol.asyncDispose]();
	});

	test('somebody searches, signs up, orders, sees it confirmed, and takes it back', async () => {
		await using tab = await browser.open(shop.url);
		const { page } = tab;
		const visit = new Visit(page);
		await visit.heading('Good things, well kept.');
		assert.equal(await page.title(), 'All products · Quayside');
		await page.getByRole('searchbox', { name: 'Search products' }).pressSequentially('moka pot');
		await visit.heading('Results for “moka pot”');
		await page.getByRole('link', { name: 'Sencha' }).waitFor({ state: 'detached' });
		assert.equal(await page.getByRole('listitem').locator('h2').count(), 1);
		assert.equal(new URL(page.url()).search, '?query=moka+pot');
		await visit.link('Moka pot, 6 cups');
		await visit.heading('Moka pot, 6 cups');
		await page.getByRole('button', { name: 'One more' }).click();
		await visit.press('Put into the basket');
		await visit.link('See the basket');
		await visit.heading('Basket');
		await visit.press('Sign in to order');
		await visit.link('Make an account');
		await visit.signUp(somebody());
		// Back where she was, and what she wanted is still there.
		await visit.heading('Basket');
		await visit.press('Place the order');
		await visit.heading(/^Order [0-9a-f]{8}$/);
		await visit.sees('It is yours');
		await visit.sees('€65.80');
		await page.getByRole('link', { name: 'Basket empty' }).waitFor();
		assert.match(await page.title(), /^Order, confirmed/);

		await visit.press('Cancel the order');
		await page.getByRole('dialog', { name: 'Cancel this order?' }).waitFor();
		await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
		await visit.sees('You took this order back');
		await visit.sees('Whatever was paid is paid back.');
		await visit.link('Your orders');
		await visit.heading('Your orders');
		await page.getByRole('listitem').filter({ hasText: 'Cancelled' }).waitFor();
		await visit.press('Sign out');
		await page.getByRole('link', { name: 'Sign in' }).waitFor();
	});

	test('what is wrong with a form stands at its fields, in the words of the contract', async () => {
		await using tab = await browser.open(`${shop.url}/sign-up`);
		const { page } = tab;
		const visit = new Visit(page);
		await visit.signUp({ name: '', email: 'ada', password: 'short' });
		const described = async (label: string): Promise<string> => {
			const field = page.getByLabel(label);
			assert.equal(await field.getAttribute('aria-invalid'), 'true');
			const ids = ((await field.getAttribute('aria-describedby')) ?? '').split(' ');
			return page.locator(`#${ids.at(-1)}`).innerText();
		};
		await visit.sees('Name must not be blank.');
		assert.equal(await described('Name'), 'Name must not be blank.');
		assert.equal(await described('Email'), 'Email must be an address such as ada@example.com.');
		assert.equal(await described('Password'), 'Password must have at least 8 characters.');
		assert.equal(await page.getByLabel('Name').evaluate((field) => field.matches(':focus')), true);

		const known = await registered(shop.url);
		await visit.signUp(known);
		await visit.sees('Email belongs to an account already.');
		await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
		await visit.signIn({ ...known, password: 'something else' });
		await visit.sees('Email or password is wrong');
		await visit.signIn(known);
		await visit.heading('Good things, well kept.');
	});

	test('a declined payment is explained, with the limit, and nothing was charged', async () => {
		await using tab = await browser.open(shop.url);
		const visit = new Visit(tab.page);
		await visit.comesAs(await registered(shop.url));
		await visit.putIntoBasket('COF-011');
		await visit.order('The payment was declined');
		await visit.sees(
			'This order costs €1,899.00. The shop takes at most €1,000.00 in one payment.',
		);
		await visit.sees('Nothing was charged, and the pieces are free again.');
		await visit.sees('One piece alone costs more than that');
		await visit.press('Put these into the basket again');
		await visit.heading('Basket');
		await visit.sees('Dual boiler espresso machine');
	});

	test('too many pieces are warned of, refused as a whole, and explained one by one', async () => {
		await using tab = await browser.open(shop.url);
		const visit = new Visit(tab.page);
		await visit.comesAs(await registered(shop.url));
		await visit.putIntoBasket('TEA-011', 4);
		await visit.sees('There are only 3 pieces. With more, the shop would refuse the whole order.');
		await visit.order('There were not enough pieces');
		await visit.sees('you wanted 4, 3 left.');
		await visit.sees('Nothing was reserved and nothing was charged.');
		await visit.press('Put what is there into the basket');
		await visit.heading('Basket');
		assert.equal(await tab.page.getByRole('textbox', { name: 'Pieces' }).inputValue(), '3');
	});

	test('an order changes on the page when it is changed elsewhere', async () => {
		await using tab = await browser.open(shop.url);
		const visit = new Visit(tab.page);
		const person = await registered(shop.url);
		await visit.comesAs(person);
		await visit.putIntoBasket('TEA-003');
		await visit.order('It is yours');
		await visit.sees('Live');
		const id = new URL(tab.page.url()).pathname.split('/').at(-1) ?? '';
		await (await ordersOf(shop.url, person)).cancel({ id });
		await visit.sees('You took this order back');
		await tab.page.getByText('Live').waitFor({ state: 'detached' });
		await tab.page.getByRole('status').filter({ hasText: 'The order is cancelled.' }).waitFor();
	});

	test('when the answer is lost and the page is loaded again, there is one order', async () => {
		await using tab = await browser.open(shop.url, { losesRequests: true });
		const { page } = tab;
		const visit = new Visit(page);
		const person = await registered(shop.url);
		await visit.comesAs(person);
		await visit.putIntoBasket('TEA-002', 2);
		await page.goto(`${shop.url}/basket`);
		const keys = new Set<string>();
		await page.route('**/v1/orders', async (route) => {
			keys.add((await route.request().allHeaders())['idempotency-key'] ?? '');
			// It reaches the shop; what the shop says does not come back.
			await route.fetch();
			await route.abort('connectionreset');
		});
		await page.getByRole('button', { name: 'Place the order' }).dblclick();
		await visit.heading('Was it ordered?');
		await visit.sees('Asking again is safe');
		await page.reload();
		await visit.heading('Was it ordered?');
		await page.unroute('**/v1/orders');
		await page.reload();
		await visit.heading(/^Order /);
		await visit.sees('It is yours');
		assert.equal(keys.size, 1);
		const { items } = await (await ordersOf(shop.url, person)).list({});
		assert.equal(items.length, 1);
		assert.deepEqual(
			items[0]?.lines.map(({ sku, quantity }) => [sku, quantity]),
			[['TEA-002', 2]],
		);
		await page.getByRole('link', { name: 'Basket empty' }).waitFor();
	});

	test('two clicks and a reload while the order is on its way place it once', async () => {
		await using tab = await browser.open(shop.url, { losesRequests: true });
		const { page } = tab;
		const visit = new Visit(page);
		const person = await registered(shop.url);
		await visit.comesAs(person);
		await visit.putIntoBasket('TEA-004');
		await page.goto(`${shop.url}/basket`);
		const reached = Promise.withResolvers<void>();
		let isHeld = true;
		await page.route('**/v1/orders', async (route) => {
			if (!isHeld) return route.continue();
			await route.fetch();
			// Never answered: the reload comes first.
			isHeld = false;
			reached.resolve();
		});
		await page.getByRole('button', { name: 'Place the order' }).dblclick();
		await reached.promise;
		await page.reload();
		await visit.sees('It is yours');
		const { items } = await (await ordersOf(shop.url, person)).list({});
		assert.equal(items.length, 1);
	});

	test('basket, session and search survive a reload, and the list the way back', async () => {
		await using tab = await browser.open(`${shop.url}/?category=Tea`);
		const { page } = tab;
		const visit = new Visit(page);
		await visit.heading('Tea');
		await page.getByRole('button', { name: 'Put Bamboo whisk into the basket' }).click();
		await page.reload();
		await visit.heading('Tea');
		await page.getByRole('link', { name: 'Basket 1 piece' }).waitFor();
		await visit.comesAs(await registered(shop.url));
		await page.reload();
		await page.getByRole('link', { name: 'Your orders' }).waitFor();

		const products = page.getByRole('list', { name: 'Products' }).getByRole('listitem');
		await products.first().waitFor();
		await visit.press('Show more');
		await products.nth(47).waitFor();
		assert.equal(await products.count(), 48);
		// The first of the new ones has the focus, since the button may be gone.
		const focused = page.locator(':focus');
		assert.equal(await focused.innerText(), await products.nth(24).locator('h2').innerText());
		await products.nth(40).getByRole('link').scrollIntoViewIfNeeded();
		const whereItWas = await page.evaluate<number>('scrollY');
		assert.ok(whereItWas > 500, `${whereItWas}`);
		await products.nth(40).getByRole('link').click();
		await page.getByRole('link', { name: 'All products' }).waitFor();
		await page.goBack();
		await products.nth(47).waitFor();
		assert.equal(await page.evaluate('scrollY'), whereItWas);
		await page.goForward();
		await page.getByRole('link', { name: 'All products' }).waitFor();
		assert.equal(await page.evaluate('scrollY'), 0);
	});

	test('a session that the shop no longer takes leads to the sign-in, and back', async () => {
		await using tab = await browser.open(shop.url);
		const { page } = tab;
		const visit = new Visit(page);
		const person = await registered(shop.url);
		await visit.comesAs(person);
		await page.evaluate(() => {
			const kept = JSON.parse(sessionStorage.getItem('session') ?? '');
			const [head, payload] = kept.token.split('.');
			const forged = { ...kept, token: `${head}.${payload}.${'A'.repeat(86)}` };
			sessionStorage.setItem('session', JSON.stringify(forged));
		});
		await page.goto(`${shop.url}/orders`);
		await visit.heading('Sign in');
		await visit.sees('Your session has ended');
		await visit.signIn(person);
		await visit.heading('Your orders');
		await visit.sees('You have not ordered anything yet.');
	});

	test('products and orders that are not there say so, and so do addresses', async () => {
		await using tab = await browser.open(`${shop.url}/products/NOPE-001`);
		const visit = new Visit(tab.page);
		await visit.heading('No such product');
		await visit.link('See all products');
		await visit.heading('Good things, well kept.');
		await tab.page.getByRole('searchbox').fill('zeppelin');
		await visit.sees('Nothing here is called “zeppelin”.');
		await visit.comesAs(await registered(shop.url));
		await tab.page.goto(`${shop.url}/orders/00000000-0000-4000-8000-000000000000`);
		await visit.heading('No such order');
		await tab.page.goto(`${shop.url}/no/such/page`);
		await visit.heading('Nothing here');
	});

	test('a bug in the shop is told with the request that it can be found by', async () => {
		await using tab = await browser.open(`${shop.url}/?query=tent`, { losesRequests: true });
		const { page } = tab;
		const visit = new Visit(page);
		await page.getByRole('link', { name: 'Two-person tent' }).waitFor();
		await page.route('**/v1/products?*', (route) =>
			route.fulfill({
				status: 500,
				contentType: 'application/problem+json',
				body: JSON.stringify({
					type: 'urn:flotilla:error:FLOTILLA_HANDLER_FAILED',
					...{ title: 'Internal error', status: 500, code: 'FLOTILLA_HANDLER_FAILED' },
					...{ detail: 'It failed.', requestId: 'request-4711', effect: 'none' },
				}),
			}),
		);
		await page.getByRole('searchbox').fill('lamp');
		const alert = page.getByRole('alert');
		await alert.getByText('Something went wrong in the shop').waitFor();
		await alert.getByText('request-4711').waitFor();
		assert.equal(await page.getByRole('link', { name: 'Two-person tent' }).count(), 0);
		await page.unroute('**/v1/products?*');
		await visit.press('Try again');
		await page.getByRole('link', { name: 'Desk lamp, adjustable arm' }).waitFor();
	});

	test('a network that is gone for a while is told, and its return is noticed', async () => {
		await using tab = await browser.open(shop.url, { losesRequests: true });
		const { page } = tab;
		const visit = new Visit(page);
		await page.context().setOffline(true);
		await visit.sees('The shop cannot be reached.');
		await page.getByRole('searchbox').fill('compass');
		await visit.heading('Results for “compass”');
		await page.context().setOffline(false);
		await page.getByText('The shop cannot be reached.').first().waitFor({ state: 'detached' });
		// What could not be asked then is asked now, by itself.
		await page.getByRole('link', { name: 'Compass with mirror' }).waitFor();
	});

	test('the reader chooses between light and dark, and the page remembers', async () => {
		await using tab = await browser.open(shop.url);
		const { page } = tab;
		const ground = (): Promise<string> =>
			page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
		const light = await ground();
		await page.getByRole('button', { name: 'Dark appearance' }).click();
		await page.getByRole('button', { name: 'Dark appearance', pressed: true }).waitFor();
		const dark = await ground();
		assert.notEqual(dark, light);
		await page.reload();
		await page.getByRole('button', { name: 'Dark appearance', pressed: true }).click();
		assert.equal(await ground(), light);
	});
});

suite('the storefront and a shop that goes away', { skip: noBrowser }, () => {
	test('an order page goes on by itself after the shop was restarted', async () => {
		await using shop = await openTestedShop();
		await using browser = await openBrowser();
		await using tab = await browser.open(shop.url, { losesRequests: true });
		const { page } = tab;
		const visit = new Visit(page);
		const person = await registered(shop.url);
		await visit.comesAs(person);
		await visit.putIntoBasket('TEA-005');
		await visit.order('It is yours');
		await visit.sees('Live');
		await visit.page.getByRole('link', { name: 'Quayside' }).waitFor();

		await shop.close();
		await visit.sees(/^Reconnecting; this is how it was at /);
		await visit.sees('The shop cannot be reached.');
		// What is known stays, and what is wanted is kept.
		await visit.sees('It is yours');
		await shop.reopen();
		await page
			.getByText('The shop cannot be reached.')
			.waitFor({ state: 'detached', timeout: 30_000 });
		await visit.sees('Live');
		const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
		await (await ordersOf(shop.url, person)).cancel({ id });
		await visit.sees('You took this order back');
	});

	test('the basket is kept while the shop is away, and can be ordered when it is back', async () => {
		await using shop = await openTestedShop();
		await using browser = await openBrowser();
		await using tab = await browser.open(shop.url, { losesRequests: true });
		const { page } = tab;
		const visit = new Visit(page);
		await visit.comesAs(await registered(shop.url));
		await page.getByRole('searchbox').fill('scarf');
		await page.getByRole('button', { name: /^Put Scarf/ }).click();
		await shop.close();
		await page.getByRole('searchbox').fill('lamp');
		await visit.sees('The shop cannot be reached.');
		await page.getByRole('link', { name: 'Basket 1 piece' }).click();
		await visit.sees('You can order as soon as it answers.');
		// Whoever clicks all the same stays here.
		await page.getByRole('button', { name: 'Place the order' }).click({ force: true });
		await visit.heading('Basket');
		await shop.reopen();
		await page
			.getByText('You can order as soon as it answers.')
			.waitFor({ state: 'detached', timeout: 30_000 });
		await visit.press('Place the order');
		await visit.sees('It is yours');
	});
});
