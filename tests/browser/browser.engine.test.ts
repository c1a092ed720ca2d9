import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { noBrowser, openBrowser, type TestBrowser } from './testing-browser.ts';

/** Serves one page, and gives what closing a tab with it complains about. */
async function complaintsAbout(
	browser: TestBrowser,
	html: string,
	headers: Record<string, string> = {},
): Promise<string> {
	const server = createServer((request, response) => {
		response.writeHead(request.url === '/' ? 200 : 404, {
			'content-type': 'text/html',
			...headers,
		});
		response.end(
			`<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="/">${html}`,
		);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	try {
		const { port } = server.address() as AddressInfo;
		const tab = await browser.open(`http://127.0.0.1:${port}/`);
		return await tab[Symbol.asyncDispose]().then(
			() => '',
			(error: Error) => error.message,
		);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

test('a tab fails its test for whatever goes wrong on the page', { skip: noBrowser }, async () => {
	await using browser = await openBrowser();
	const about = (html: string, headers?: Record<string, string>): Promise<string> =>
		complaintsAbout(browser, html, headers);
	assert.equal(await about('<p>Fine</p>'), '');
	assert.match(await about('<img src="http://127.0.0.1:9/x.png" alt="">'), /asked http:\/\/127/);
	assert.match(await about('<script src="https://cdn.example.com/x.js"></script>'), /asked https/);
	assert.match(await about('<script>throw new Error("bang")</script>'), /threw Error: bang/);
	assert.match(await about('<script>console.error("oh no")</script>'), /logged oh no/);
	assert.match(await about('<script src="/missing.js"></script>'), /404/);
	const policy = { 'content-security-policy': "script-src 'self'" };
	assert.match(await about('<script>let a;</script>', policy), /Content Security Policy/i);
});

test('what axe finds fails the test, with the place', { skip: noBrowser }, async () => {
	await using browser = await openBrowser();
	const tab = await browser.open('data:text/html,<p>Nothing here has a name</p><button></button>');
	await assert.rejects(tab.checkAccessible(), /button-name.*\n<button><\/button>/);
	await tab.page.setContent('<div style="width: 3000px">wide</div>');
	await assert.rejects(tab.checkFits(), /pixels wide in a window of 1440/);
	await tab.page.close();
});
