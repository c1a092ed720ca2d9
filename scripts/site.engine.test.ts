// The site in a browser: from a server and from files, at three sizes, light and dark.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Serving, serve } from './site/serve.ts';

const CHROMIUM = process.env.FLOTILLA_CHROMIUM ?? '';
const SIZES = [
	{ width: 360, height: 740 },
	{ width: 768, height: 1024 },
	{ width: 1440, height: 900 },
];
const PAGES = [
	'index.html',
	'how-to/write-a-service.html',
	'reference/limits.html',
	'examples/shop/index.html',
	'tutorial/break-the-shop.html',
];

const skip =
	(process.env.FLOTILLA_ENGINES === 'off' && 'FLOTILLA_ENGINES is off') ||
	(CHROMIUM === '' && 'FLOTILLA_CHROMIUM is not set: run it with npm run test:all');

describe('the site in a browser', { skip }, () => {
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-site-'));
	let browser: Browser;
	let server: Serving;

	before(async () => {
		const script = join(import.meta.dirname, 'site.ts');
		const args = ['--conditions=flotilla-src', script, '--out', folder];
		const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
		assert.equal(status, 0, stderr);
		server = await serve(folder, 0);
		browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
	});
	after(async () => {
		await browser?.close();
		await server?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	for (const colorScheme of ['light', 'dark'] as const) {
		for (const viewport of SIZES) {
			test(`nothing keeps anybody from reading it, ${viewport.width} wide, ${colorScheme}`, async () => {
				const page = await browser.newPage({ viewport, colorScheme });
				for (const path of PAGES) {
					await page.goto(server.url + path);
					assert.deepEqual(await violations(page), [], path);
					const tooWide = await page.evaluate(
						'document.documentElement.scrollWidth - document.documentElement.clientWidth',
					);
					assert.equal(tooWide, 0, `${path} is wider than the screen`);
				}
				await page.close();
			});
		}
	}

	test('search is found, used and left by keyboard', async () => {
		const page = await browser.newPage();
		await page.goto(`${server.url}how-to/write-a-service.html`);
		await page.keyboard.press('/');
		await page.keyboard.type('tx nested');
		const options = page.getByRole('option');
		await options.first().waitFor();
		const field = page.getByRole('combobox');
		assert.equal(await field.getAttribute('aria-expanded'), 'true');
		assert.match((await options.first().textContent()) ?? '', /FLOTILLA_TX_NESTED.*Errors/);
		assert.deepEqual(await violations(page), []);
		await page.keyboard.press('Escape');
		assert.equal(await options.count(), 0, 'Escape closes it');
		await field.fill('delivery of events');
		await options.nth(1).waitFor();
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowUp');
		const wanted = await options.first().getAttribute('data-address');
		await page.keyboard.press('Enter');
		await page.waitForURL((url) => url.href.endsWith(String(wanted).replace('../', '/')));
		await page.close();
	});

	test('what is not there is said, and typing into it is not searching', async () => {
		const page = await browser.newPage();
		await page.goto(server.url);
		await page.keyboard.press('/');
		await page.keyboard.type('qqqzzzxxx/');
		await page.getByText('Nothing found for “qqqzzzxxx/”').waitFor();
		await page.close();
	});

	test('it asks for nothing outside of itself, and works from files', async () => {
		const page = await browser.newPage();
		const asked: string[] = [];
		const problems: string[] = [];
		page.on('request', (request) => asked.push(request.url()));
		page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
		page.on('pageerror', (error) => problems.push(String(error)));
		const home = pathToFileURL(join(folder, 'reference/limits.html')).href;
		await page.goto(home);
		await page.keyboard.press('/');
		await page.keyboard.type('lease');
		await page.getByRole('option').first().waitFor();
		assert.ok(asked.length >= 4, 'the page, its style, its script, its index');
		assert.deepEqual(
			asked.filter((url) => !url.startsWith('file:')),
			[],
		);
		assert.deepEqual(problems, []);
		await page.close();
	});

	test('the navigation of a phone opens, holds what it should, and closes', async () => {
		const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
		await page.goto(server.url);
		const navigation = page.getByRole('navigation', { name: 'Documentation' });
		assert.equal(await navigation.isVisible(), false);
		await page.getByRole('button', { name: 'Navigation' }).click();
		await navigation.waitFor();
		assert.deepEqual(await violations(page), []);
		await navigation.getByRole('link', { name: 'Limits' }).click();
		await page.waitForURL(/reference\/limits\.html$/);
		assert.equal(await navigation.isVisible(), false);
		await page.close();
	});

	test('without scripts a page can be read and left', async () => {
		const context = await browser.newContext({ javaScriptEnabled: false });
		const page = await context.newPage();
		await page.goto(`${server.url}examples/shop/index.html`);
		await page.getByRole('heading', { name: 'The shop', level: 1 }).waitFor();
		assert.equal(await page.getByRole('combobox').count(), 0);
		await page.getByRole('link', { name: 'Overview' }).first().click();
		await page.waitForURL(/index\.html$/);
		await context.close();
	});
});

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** What axe has to say against a page as it is now, a line each. */
async function violations(page: Page): Promise<string[]> {
	await page.evaluate(axe);
	return page.evaluate(
		`axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
			nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`,
	);
}
