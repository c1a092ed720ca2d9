import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser, openBrowser } from './testing-browser.ts';
import { openTestedShop, somebody, Visit } from './testing-storefront.ts';

/** More steps than any view of the storefront has. */
const STEPS_MAX = 120;

interface Focused {
	readonly name: string;
	readonly isVisible: boolean;
}

/** What has the focus, and whether one can see that; the page's body has no name. */
function focused(page: Page): Promise<Focused> {
	return page.evaluate<Focused>(`(() => {
		const element = document.activeElement;
		const isNothing = element === null || element === document.body;
		const name = element?.getAttribute('aria-label') ?? element?.labels?.[0]?.innerText;
		const outlines = [getComputedStyle(element), getComputedStyle(element, '::after')];
		return {
			name: isNothing ? '' : (name ?? element.innerText).replaceAll(/\\s+/g, ' ').trim(),
			isVisible: outlines.some(
				({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px',
			),
		};
	})()`);
}

/** Goes on by the tab key until something called so has the focus. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
	const passed: string[] = [];
	for (let step = 0; step < STEPS_MAX; step++) {
		await page.keyboard.press('Tab');
		const now = await focused(page);
		const isThere = typeof name === 'string' ? now.name === name : name.test(now.name);
		// At the end of the page the focus is the browser's own for a step.
		assert.ok(now.name === '' || now.isVisible, `the focus on '${now.name}' cannot be seen`);
		if (isThere) return;
		passed.push(now.name);
	}
	assert.fail(`the tab key never reaches ${name}, but ${passed.join(' | ')}`);
}

async function headingHasFocus(page: Page, heading: string | RegExp): Promise<void> {
	await new Visit(page).heading(heading);
	await page.locator('h1:focus').waitFor();
}

test('everything can be done by the keyboard alone', { skip: noBrowser }, async () => {
	await using shop = await openTestedShop();
	await using browser = await openBrowser();
	await using tab = await browser.open(shop.url);
	const { page } = tab;
	const { keyboard } = page;
	const person = somebody();
	await page.getByRole('list', { name: 'Products' }).getByRole('link').first().waitFor();

	await keyboard.press('Tab');
	assert.equal((await focused(page)).name, 'Skip to the content');
	await keyboard.press('Enter');
	assert.equal(await page.evaluate('document.activeElement?.id'), 'main');
	await tabTo(page, 'All');

	await page.reload();
	await tabTo(page, 'Search products');
	await keyboard.type('moka');
	await new Visit(page).heading('Results for “moka”');
	// Whoever types goes on typing, whatever the page shows by then.
	await keyboard.type(' pot');
	await new Visit(page).heading('Results for “moka pot”');
	assert.equal(await page.getByRole('searchbox').inputValue(), 'moka pot');
	await page.locator('.tile-link').nth(1).waitFor({ state: 'detached' });
	await tabTo(page, 'Moka pot, 6 cups');
	await keyboard.press('Enter');

	await headingHasFocus(page, 'Moka pot, 6 cups');
	await tabTo(page, 'One more');
	await keyboard.press('Space');
	await tabTo(page, 'Put into the basket');
	await keyboard.press('Enter');
	await page
		.getByRole('status')
		.filter({ hasText: 'Moka pot, 6 cups: 2 in the basket.' })
		.waitFor();
	await tabTo(page, 'See the basket');
	await keyboard.press('Enter');

	await headingHasFocus(page, 'Basket');
	await tabTo(page, 'Pieces');
	await keyboard.press('Control+A');
	await keyboard.type('3');
	await tabTo(page, 'Sign in to order');
	await keyboard.press('Enter');
	await headingHasFocus(page, 'Sign in');
	await tabTo(page, 'Make an account');
	await keyboard.press('Enter');

	await headingHasFocus(page, 'Make an account');
	await tabTo(page, 'Name');
	await keyboard.press('Enter');
	await page.locator('[aria-invalid=true]:focus').waitFor();
	await keyboard.type(person.name);
	await tabTo(page, 'Email');
	await keyboard.type(person.email);
	await tabTo(page, 'Password');
	await keyboard.type(person.password);
	await keyboard.press('Enter');

	await headingHasFocus(page, 'Basket');
	await tabTo(page, 'Place the order');
	await keyboard.press('Enter');
	await headingHasFocus(page, /^Order /);
	await page.getByText('It is yours', { exact: true }).waitFor();
	await page.getByText('€98.70').first().waitFor();

	await tabTo(page, 'Cancel the order');
	await keyboard.press('Enter');
	await page.getByRole('dialog').waitFor();
	await keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'hidden' });
	assert.equal((await focused(page)).name, 'Cancel the order');
	await keyboard.press('Enter');
	await page.getByRole('dialog').waitFor();
	await tabTo(page, 'Cancel the order');
	await keyboard.press('Enter');
	await page.getByText('You took this order back', { exact: true }).waitFor();
	await page.locator('h1:focus').waitFor();

	await tabTo(page, 'Your orders');
	await keyboard.press('Enter');
	await headingHasFocus(page, 'Your orders');
	await tabTo(page, 'Dark appearance');
	await keyboard.press('Space');
	await tabTo(page, 'Sign out');
	await keyboard.press('Enter');
	await headingHasFocus(page, 'Good things, well kept.');
});
