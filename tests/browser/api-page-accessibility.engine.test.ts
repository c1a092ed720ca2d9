import { after, before, suite, test } from 'node:test';
import { type ApiPage, answered, choose, openApiPage, send, titled } from './testing-api-page.ts';
import { colourSchemes, noBrowser, viewports } from './testing-browser.ts';

suite('the page of the interface, whatever it is read with', { skip: noBrowser }, () => {
	let api: ApiPage;
	before(async () => {
		api = await openApiPage();
	});
	after(() => api?.[Symbol.asyncDispose]());

	for (const [name, viewport] of Object.entries(viewports)) {
		for (const colourScheme of colourSchemes) {
			test(`nothing keeps anybody out on a ${name}, ${colourScheme}`, async () => {
				await using tab = await api.open(undefined, { viewport, colourScheme });
				const { page } = tab;
				await titled(page, 'shop');
				const check = async (what: string): Promise<void> => {
					await tab.picture(`${what}-${name}-${colourScheme}`);
					await tab.checkFits();
					await tab.checkAccessible();
				};
				await check('overview');
				const menu = page.getByRole('button', { name: 'Operations' });
				if (await menu.isVisible()) {
					await menu.click();
					await check('list');
				}
				await choose(page, 'orders.place');
				for (const status of ['401', '422']) {
					await page.locator('.answer > summary', { hasText: status }).click();
				}
				await check('operation');
				const jump = page.getByRole('main').getByRole('button', { name: 'Try it' });
				if (await jump.isVisible()) await jump.click();
				await send(page);
				await answered(page, '401');
				await page.getByRole('region', { name: 'Body of the answer' }).scrollIntoViewIfNeeded();
				await check('answer');
			});
		}
	}
});
