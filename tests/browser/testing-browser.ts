/**
 * A real browser for tests: Debian's Chromium, driven by playwright-core. A suite that needs it is
 * called `*.engine.test.ts`, and goes:
 *
 *     test('...', { skip: noBrowser }, async () => {
 *         await using browser = await openBrowser();
 *         await using tab = await browser.open(shop.url, { viewport: viewports.phone });
 *         await tab.page.getByRole('button', { name: 'Order' }).click();
 *         await tab.checkAccessible();
 *     });
 *
 * A tab fails its test when the page asks any other origin for something, logs an error, or breaks
 * the Content-Security-Policy. With FLOTILLA_SCREENSHOTS=FOLDER `tab.picture(name)` leaves a picture.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/**
 * Only where it is said: these suites take longer than the minutes of `npm test`, also on a machine
 * that happens to have a browser.
 */
function findBrowser(): string | undefined {
	const { FLOTILLA_CHROMIUM: given = '', FLOTILLA_ENGINES: mode } = process.env;
	return mode === 'off' || given === '' ? undefined : given;
}

const binary = findBrowser();

/** How long one step of a test may wait for the page. */
const STEP_LIMIT_MS = 10_000;

/** Why there is no browser, for `skip`; `false` when there is one. */
export const noBrowser: string | false =
	binary === undefined && 'FLOTILLA_CHROMIUM is not set: run it with npm run test:all';

/** Phone, tablet and desktop. */
export const viewports = {
	phone: { width: 360, height: 800 },
	tablet: { width: 768, height: 1024 },
	desktop: { width: 1440, height: 900 },
} as const;

export const colourSchemes = ['light', 'dark'] as const;

export interface TabOptions {
	/** `viewports.desktop` when absent. */
	readonly viewport?: { readonly width: number; readonly height: number };
	/** `light` when absent. */
	readonly colourScheme?: (typeof colourSchemes)[number];
	/** Whether the clipboard may be used. */
	readonly clipboard?: boolean;
	/** Whether the test takes the edge away: requests that fail are no complaints then. */
	readonly losesRequests?: boolean;
}

/** One visitor of one page, with nothing kept from earlier ones. */
export interface Tab extends AsyncDisposable {
	readonly page: Page;
	/** Fails when axe finds anything of WCAG 2.2 A and AA, or against its best practices. */
	checkAccessible(): Promise<void>;
	/** Fails when the page is wider than its window. */
	checkFits(): Promise<void>;
	/** Saves what is seen as NAME.png, if FLOTILLA_SCREENSHOTS names a folder. */
	picture(name: string): Promise<void>;
	/** Fails when anything went wrong on the page so far; so does closing the tab. */
	checkPeace(): void;
}

export interface TestBrowser extends AsyncDisposable {
	open(url: string, options?: TabOptions): Promise<Tab>;
}

/** Starts a browser that knows nobody but the loopback addresses. */
export async function openBrowser(): Promise<TestBrowser> {
	assert.ok(binary !== undefined, 'look at noBrowser first');
	const browser = await chromium.launch({
		executablePath: binary,
		chromiumSandbox: process.getuid?.() !== 0,
		args: [
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-domain-reliability',
			'--disable-sync',
			'--no-pings',
			'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
		],
	});
	return {
		open: (url, options) => openTab(browser, url, options),
		[Symbol.asyncDispose]: () => browser.close(),
	};
}

async function openTab(browser: Browser, url: string, options: TabOptions = {}): Promise<Tab> {
	const { viewport = viewports.desktop, colourScheme = 'light', clipboard = false } = options;
	const context = await browser.newContext({
		viewport,
		colorScheme: colourScheme,
		reducedMotion: 'reduce',
		serviceWorkers: 'block',
		permissions: clipboard ? ['clipboard-read', 'clipboard-write'] : [],
	});
	context.setDefaultTimeout(STEP_LIMIT_MS);
	const { origin } = new URL(url);
	const complaints: string[] = [];
	await refuseOtherOrigins(context, origin, complaints);
	const page = await context.newPage();
	noteErrors(page, complaints, options.losesRequests ?? false);
	await page.goto(url);
	const checkPeace = (): void => assert.deepEqual(complaints, []);
	return {
		page,
		checkPeace,
		checkAccessible: () => checkAccessible(page),
		checkFits: () => checkFits(page),
		picture: (name) => picture(page, name),
		async [Symbol.asyncDispose]() {
			await context.close();
			checkPeace();
		},
	};
}

async function refuseOtherOrigins(
	context: BrowserContext,
	origin: string,
	complaints: string[],
): Promise<void> {
	await context.route(
		(url) => url.origin !== origin,
		async (route) => {
			complaints.push(`asked ${route.request().url()}`);
			await route.abort();
		},
	);
}

function noteErrors(page: Page, complaints: string[], losesRequests: boolean): void {
	page.on('pageerror', (error) => complaints.push(`threw ${error.stack ?? error.message}`));
	page.on('crash', () => complaints.push('crashed'));
	page.on('console', (message) => {
		if (message.type() !== 'error' && message.type() !== 'warning') return;
		const { url } = message.location();
		// A refusal is an answer, and browsers log every one.
		if (
			/^Failed to load resource: .* status of 4\d\d/.test(message.text()) &&
			/\/v\d+\//.test(url)
		) {
			return;
		}
		if (
			losesRequests &&
			/^Failed to load resource: .*(?:net::ERR_|status of 5\d\d)/.test(message.text())
		) {
			return;
		}
		complaints.push(`logged ${message.text()} (${url})`);
	});
}

interface AxeViolation {
	readonly id: string;
	readonly help: string;
	readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

async function checkAccessible(page: Page): Promise<void> {
	await page.evaluate(axe.source);
	const violations: AxeViolation[] = await page.evaluate(`axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
	}).then(({ violations }) => violations)`);
	const shown = violations.flatMap(({ id, help, nodes }) =>
		nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n${html}\n${failureSummary}`),
	);
	if (shown.length > 0) assert.fail(`axe found:\n${shown.join('\n\n')}`);
}

async function checkFits(page: Page): Promise<void> {
	const { wide, window } = await page.evaluate<{ wide: number; window: number }>(
		'({ wide: document.documentElement.scrollWidth, window: innerWidth })',
	);
	assert.ok(wide <= window, `the page is ${wide} pixels wide in a window of ${window}`);
}

async function picture(page: Page, name: string): Promise<void> {
	const folder = process.env.FLOTILLA_SCREENSHOTS;
	if (folder === undefined || folder === '') return;
	await mkdir(folder, { recursive: true });
	await page.screenshot({ path: join(folder, `${name}.png`) });
}
