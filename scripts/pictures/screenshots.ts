import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Drawn } from './pictures.ts';
import { smallerPng } from './png.ts';

const CHROMIUM = process.env.FLOTILLA_CHROMIUM ?? '/usr/bin/chromium';
const OPEN_LIMIT_MS = 30_000;
const VIEWPORT = { width: 1280, height: 800 };

/** A page of the shop, as a customer finds it who is the first one. */
export async function screenshotOfShop(root: string, path: string): Promise<Drawn> {
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-picture-'));
	const program = join(root, 'examples/shop/app/src/main.ts');
	const args = ['--conditions=flotilla-src', program, '--port', '0', '--data', folder];
	const shop = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
	try {
		const url = await addressOf(shop);
		const { status } = await fetch(url + path, { headers: { accept: 'text/html' } });
		if (status === 404) return { skipped: `the shop has no page ${path}` };
		return await screenshot(url + path);
	} finally {
		await end(shop);
		rmSync(folder, { recursive: true });
	}
}

async function screenshot(url: string): Promise<Drawn> {
	if (!existsSync(CHROMIUM)) return { skipped: `there is no ${CHROMIUM}` };
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
	try {
		const page = await browser.newPage({
			viewport: VIEWPORT,
			colorScheme: 'light',
			locale: 'en-GB',
			timezoneId: 'UTC',
			reducedMotion: 'reduce',
		});
		await page.goto(url, { waitUntil: 'load' });
		// What a page fetches after it was loaded: it has come once there is a heading and nothing is busy.
		await page.locator('h1').first().waitFor();
		await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
		return {
			content: smallerPng(await page.screenshot({ animations: 'disabled', caret: 'hide' })),
		};
	} finally {
		await browser.close();
	}
}

/** Where the shop says that it is, once it is open. */
function addressOf(shop: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		let printed = '';
		const fail = (): void => {
			clearTimeout(limit);
			reject(new Error(`the shop did not open:\n${printed}`));
		};
		const limit = setTimeout(fail, OPEN_LIMIT_MS);
		shop.once('exit', fail);
		shop.stdout?.setEncoding('utf8').on('data', (part: string) => {
			printed += part;
			const url = /(http:\S+)\/openapi\.json\b/.exec(printed)?.[1];
			if (url === undefined) return;
			clearTimeout(limit);
			resolve(url);
		});
	});
}

async function end(shop: ChildProcess): Promise<void> {
	if (shop.exitCode !== null || shop.signalCode !== null) return;
	const ended = once(shop, 'exit');
	shop.kill('SIGTERM');
	await ended;
}
