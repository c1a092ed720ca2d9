import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve } from './serve.ts';

async function served() {
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-serve-'));
	const site = join(folder, 'site');
	mkdirSync(join(site, 'deep'), { recursive: true });
	writeFileSync(join(folder, 'secret.html'), 'secret');
	writeFileSync(join(site, 'index.html'), '<body>home</body>');
	writeFileSync(join(site, 'deep/index.html'), '<body>deep</body>');
	writeFileSync(join(site, 'site.css'), 'a{}');
	const server = await serve(site, 0);
	return {
		...server,
		[Symbol.asyncDispose]: async () => {
			await server.close();
			rmSync(folder, { recursive: true });
		},
	};
}

/** As it is written, which `fetch` would not send. */
function statusOf(url: string, path: string): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const asked = request(url, { path }, (answer) => {
			answer.resume();
			resolve(answer.statusCode);
		});
		asked.once('error', reject);
		asked.end();
	});
}

test('pages are served with their type and a way to hear of changes, other files as they are', async () => {
	await using server = await served();
	const home = await fetch(server.url);
	assert.equal(home.headers.get('content-type'), 'text/html; charset=utf-8');
	assert.match(await home.text(), /home<script>.*EventSource.*<\/script><\/body>/);
	assert.match(await (await fetch(`${server.url}deep/`)).text(), /deep/);
	assert.equal(await (await fetch(`${server.url}site.css`)).text(), 'a{}');
});

test('nothing outside of the folder is served', async () => {
	await using server = await served();
	for (const path of [
		'/../secret.html',
		'/..%2fsecret.html',
		'/%2e%2e/secret.html',
		'/%',
		'/a%00b',
	]) {
		assert.equal(await statusOf(server.url, path), 404, path);
	}
});

test('open pages hear of a change', async () => {
	await using server = await served();
	const changes = await fetch(`${server.url}-/changes`);
	const reader = changes.body?.pipeThrough(new TextDecoderStream()).getReader();
	assert.match((await reader?.read())?.value ?? '', /^: here/);
	server.changed();
	assert.equal((await reader?.read())?.value, 'data: changed\n\n');
	await reader?.cancel();
});
