import { test } from 'node:test';
import { colourSchemes, noBrowser, openBrowser, type Tab, viewports } from './testing-browser.ts';
import { openTestedShop, registered, type TestedShop, Visit } from './testing-storefront.ts';

/** The narrowest window that everything must fit into: a desktop at a zoom of 400 %. */
const NARROWEST = { width: 320, height: 640 };

for (const colourScheme of colourSchemes) {
	for (const [size, viewport] of Object.entries(viewports)) {
		const name = `every view is accessible and fits, ${size}, ${colourScheme}`;
		test(name, { skip: noBrowser }, async () => {
			await using shop = await openTestedShop();
			await using browser = await openBrowser();
			await using tab = await browser.open(shop.url, { viewport, colourScheme });
			await walk(shop, tab, async (view) => {
				await tab.picture(`${view}-${size}-${colourScheme}`);
				await tab.checkFits();
				await tab.checkAccessible();
			});
		});
	}
}

test('every view fits into the narrowest window', { skip: noBrowser }, async () => {
	await using shop = await openTestedShop();
	await using browser = await openBrowser();
	await using tab = await browser.open(shop.url, { viewport: NARROWEST });
	await walk(shop, tab, () => tab.checkFits());
});

/** Goes through all views, and has each looked at. */
async function walk(
	shop: TestedShop,
	{ page }: Tab,
	look: (view: string) => Promise<void>,
): Promise<void> {
	const visit = new Visit(page);
	const tiles = page.getByRole('list', { name: 'Products' }).getByRole('link');

	await visit.heading('Good things, well kept.');
	await tiles.first().waitFor();
	await look('catalogue');
	await page.goto(`${shop.url}/?category=Tea&query=tea`);
	await tiles.first().waitFor();
	await look('found');
	await page.goto(`${shop.url}/?query=zeppelin`);
	await visit.sees('Nothing here is called “zeppelin”.');
	await look('nothing-found');
	await page.goto(`${shop.url}/products/NOPE`);
	await visit.heading('No such product');
	await look('no-product');
	await page.goto(`${shop.url}/basket`);
	await visit.heading('Your basket is empty');
	await look('basket-empty');

	await visit.putIntoBasket('TEA-011', 4);
	await look('product');
	await visit.putIntoBasket('OUT-006');
	await page.goto(`${shop.url}/basket`);
	await visit.sees('There are only 3 pieces.');
	await look('basket');

	await page.goto(`${shop.url}/sign-up`);
	await visit.signUp({ name: '', email: 'ada', password: 'short' });
	await visit.sees('Name must not be blank.');
	await look('sign-up');
	await page.goto(`${shop.url}/sign-in`);
	const person = await registered(shop.url);
	await visit.signIn({ ...person, password: 'something else' });
	await visit.sees('Email or password is wrong');
	await look('sign-in');
	await visit.signIn(person);
	await visit.heading('Good things, well kept.');
	await visit.link('Your orders');
	await visit.sees('You have not ordered anything yet.');
	await look('orders-empty');

	await visit.order('There were not enough pieces');
	await visit.sees('you wanted 4, 3 left.');
	await look('order-out-of-stock');
	await visit.putIntoBasket('COF-011');
	await visit.order('The payment was declined');
	await visit.sees('The shop takes at most');
	await look('order-declined');
	await visit.putIntoBasket('COF-008', 2);
	await visit.order('It is yours');
	await visit.sees('Live');
	await visit.sees('Moka pot, 6 cups');
	await look('order');
	await visit.press('Cancel the order');
	await look('order-cancelling');
	await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
	await visit.sees('You took this order back');
	await look('order-cancelled');
	await visit.link('Your orders');
	await page.getByRole('listitem').filter({ hasText: 'Cancelled' }).waitFor();
	await look('orders');
	await page.goto(`${shop.url}/no/such/page`);
	await visit.heading('Nothing here');
	await look('unknown');
}
