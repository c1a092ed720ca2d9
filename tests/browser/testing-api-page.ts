import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShop, Settings } from '@shop/app';
import type { Page } from 'playwright-core';
import { openBrowser, type Tab, type TabOptions } from './testing-browser.ts';

/** The page of the real shop's interface, in a browser. */
export interface ApiPage extends AsyncDisposable {
	/** Where the shop is. */
	readonly url: string;
	/** Opens the page at an operation, else at the overview. */
	open(operation?: string, options?: TabOptions): Promise<Tab>;
}

export async function openApiPage(): Promise<ApiPage> {
	await using opened = new AsyncDisposableStack();
	const data = await mkdtemp(join(tmpdir(), 'shop-'));
	opened.defer(() => rm(data, { recursive: true, force: true }));
	const settings = Settings.parse({ port: 0, data, logLevel: 'error' });
	const { url } = opened.use(await openShop(settings, process.pid));
	const browser = opened.use(await openBrowser());
	const close = opened.move();
	return {
		url,
		open: (operation, options) =>
			browser.open(`${url}/docs/${operation === undefined ? '' : `#${operation}`}`, options),
		[Symbol.asyncDispose]: () => close.disposeAsync(),
	};
}

/** Waits for the page with this title. */
export const titled = (page: Page, text: string): Promise<void> =>
	page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();

export const send = (page: Page): Promise<void> =>
	page.getByRole('button', { name: 'Send' }).click();

/** Waits for an answer with this status. */
export const answered = (page: Page, status: string): Promise<void> =>
	page.locator('.answer-head .status', { hasText: status }).waitFor();

/** Goes to an operation by the list, as a reader does. */
export async function choose(page: Page, operation: string): Promise<void> {
	await page.getByRole('navigation').locator(`a[href="#${operation}"]`).click();
	await titled(page, operation);
}
