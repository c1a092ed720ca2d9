import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { GatewayOptions } from '../gateway.ts';
import { openTestEdge, type TestEdge } from '../testing-edge.ts';
import { type TestFolder, testFolder } from './testing-folder.ts';

const SCRIPT = `export const words = '${'ahoy '.repeat(1_000)}';`;
const HTML =
	'<!doctype html><link rel="stylesheet" href="./assets/index-BcdEf_1-.css"><h1>Shop</h1>';

let folder: TestFolder;
let edge: TestEdge;
before(async () => {
	folder = await testFolder({
		'index.html': HTML,
		'assets/index-BcdEf_1-.css': 'p { color: red }',
		'assets/index-DkS3aQz0.js': SCRIPT,
		'assets/my-original.js': 'export {};',
		'guide/index.html':
			'<script>let a = 1;\r\n</script><script src="x.js"></script><style>p{}</style>',
		'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
		'strange.thing': 'bytes',
		'.secret': 'hidden',
		'.git/config': 'hidden',
	});
	await symlink('/etc/hostname', join(folder.path, 'link.txt'));
	edge = await openTestEdge({
		pages: [
			{ at: '/', folder: folder.path, fallback: 'index.html' },
			{ at: '/help', folder: pathToFileURL(`${folder.path}/`) },
		],
	});
});
after(async () => {
	await edge[Symbol.asyncDispose]();
	await folder[Symbol.asyncDispose]();
});

interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: Buffer;
}

/** As it came over the wire: without what `fetch` does by itself. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const sent = request(
			`${edge.edge.url}`,
			{ path, method, headers, agent: false },
			(response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk) => chunks.push(chunk));
				response.on('end', () => {
					const { statusCode: status = 0, headers } = response;
					resolve({ status, headers, body: Buffer.concat(chunks) });
				});
			},
		);
		sent.on('error', reject);
		sent.end();
	});
}

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('files are served with what they are', async () => {
	for (const [path, type] of [
		['/', 'text/html; charset=utf-8'],
		['/index.html', 'text/html; charset=utf-8'],
		['/assets/index-DkS3aQz0.js', 'text/javascript; charset=utf-8'],
		['/assets/index-BcdEf_1-.css', 'text/css; charset=utf-8'],
		['/icon.svg', 'image/svg+xml'],
		['/strange.thing', 'application/octet-stream'],
		['/guide/', 'text/html; charset=utf-8'],
		['/help/', 'text/html; charset=utf-8'],
	] as const) {
		const { status, headers } = await ask(path);
		assert.equal(status, 200, path);
		assert.equal(headers['content-type'], type, path);
		assert.equal(headers['x-content-type-options'], 'nosniff', path);
		assert.equal(headers['referrer-policy'], 'same-origin', path);
	}
});

test('what is named by its content is kept for good, everything else is asked for again', async () => {
	for (const [path, kept] of [
		['/assets/index-DkS3aQz0.js', true],
		['/assets/index-BcdEf_1-.css', true],
		['/assets/my-original.js', false],
		['/icon.svg', false],
		['/', false],
	] as const) {
		const { headers } = await ask(path);
		const wanted = kept ? 'public, max-age=31536000, immutable' : 'no-cache';
		assert.equal(headers['cache-control'], wanted, path);
	}
});

test('who has the file already gets 304, for the form that it has', async () => {
	const path = '/assets/index-DkS3aQz0.js';
	const plain = await ask(path);
	const brotli = await ask(path, { 'accept-encoding': 'br' });
	const [plainTag, brotliTag] = [String(plain.headers.etag), String(brotli.headers.etag)];
	assert.notEqual(plainTag, brotliTag);
	const again = await ask(path, { 'if-none-match': `"other", W/${plainTag}` });
	assert.equal(again.status, 304);
	assert.equal(again.body.length, 0);
	assert.equal(again.headers.etag, plainTag);
	assert.equal(again.headers.vary, 'accept-encoding');
	assert.equal((await ask(path, { 'if-none-match': '*' })).status, 304);
	assert.equal((await ask(path, { 'if-none-match': brotliTag })).status, 200);
	const headers = { 'if-none-match': brotliTag, 'accept-encoding': 'gzip, br' };
	assert.equal((await ask(path, headers)).status, 304);
});

test('text is compressed as the client likes it, and small files are not', async () => {
	const path = '/assets/index-DkS3aQz0.js';
	const brotli = await ask(path, { 'accept-encoding': 'gzip, deflate, br, zstd' });
	assert.equal(brotli.headers['content-encoding'], 'br');
	assert.equal(brotli.headers.vary, 'accept-encoding');
	assert.equal(brotli.headers['content-length'], String(brotli.body.length));
	assert.equal(brotliDecompressSync(brotli.body).toString(), SCRIPT);
	const gzip = await ask(path, { 'accept-encoding': 'gzip' });
	assert.equal(gzip.headers['content-encoding'], 'gzip');
	assert.equal(gunzipSync(gzip.body).toString(), SCRIPT);
	const small = await ask('/icon.svg', { 'accept-encoding': 'br' });
	assert.equal(small.headers['content-encoding'], undefined);
	assert.equal((await ask(path)).body.toString(), SCRIPT);
});

test('HEAD answers as GET does, without the body', async () => {
	for (const encoding of ['br', 'identity']) {
		const headers = { 'accept-encoding': encoding };
		const head = await ask('/assets/index-DkS3aQz0.js', headers, 'HEAD');
		const get = await ask('/assets/index-DkS3aQz0.js', headers);
		assert.equal(head.status, 200);
		assert.equal(head.body.length, 0);
		assert.equal(head.headers['content-length'], get.headers['content-length']);
		assert.equal(head.headers.etag, get.headers.etag);
	}
});

test('other methods are refused with those that there are', async () => {
	for (const path of ['/', '/icon.svg', '/help']) {
		for (const method of ['POST', 'PUT', 'DELETE']) {
			const { status, headers, body } = await ask(path, browser, method);
			assert.equal(status, 405, `${method} ${path}`);
			assert.equal(headers.allow, 'GET, HEAD, OPTIONS');
			assert.equal(JSON.parse(body.toString()).code, 'FLOTILLA_METHOD_NOT_ALLOWED');
		}
		const options = await ask(path, {}, 'OPTIONS');
		assert.deepEqual([options.status, options.headers.allow], [204, 'GET, HEAD, OPTIONS']);
	}
});

test('a folder without its slash leads to where relative addresses are right', async () => {
	for (const [path, location] of [
		['/help', 'help/'],
		['/guide?a=b', 'guide/?a=b'],
		['/help/guide', 'guide/'],
	] as const) {
		const { status, headers } = await ask(path);
		assert.deepEqual([status, headers.location], [308, location]);
	}
});

test('a document may run and load what is its own, and nothing else', async () => {
	const { headers } = await ask('/');
	const policy = String(headers['content-security-policy']);
	for (const rule of [
		"default-src 'self'",
		"script-src 'self'",
		"style-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	]) {
		assert.ok(policy.split('; ').includes(rule), rule);
	}
	assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
	const guide = String((await ask('/guide/')).headers['content-security-policy']);
	const hash = (text: string): string => createHash('sha256').update(text).digest('base64');
	assert.ok(guide.includes(`script-src 'self' 'sha256-${hash('let a = 1;\n')}';`), guide);
	assert.ok(guide.includes(`style-src 'self' 'sha256-${hash('p{}')}';`), guide);
	assert.equal((await ask('/icon.svg')).headers['content-security-policy'], undefined);
});

test('nothing leads out of the folder, and hidden files and links are not there', async () => {
	for (const path of [
		'/.secret',
		'/.git/config',
		'/link.txt',
		'/../package.json',
		'/%2e%2e/package.json',
		'/..%2f..%2fetc/passwd',
		'/assets/..%5c..%5csecret',
		'/assets/../.secret',
		'//etc/passwd',
		'/index.html%00.js',
		'/help/..%2f.secret',
		'/assets',
		'/assets/',
		'/ICON.svg',
		'/icon.svg/',
	]) {
		const { status, headers } = await ask(path);
		assert.equal(status, 404, path);
		assert.equal(headers['content-type'], 'application/problem+json', path);
	}
});

test('a browser gets the fallback where there is nothing, and a program a problem', async () => {
	const found = await ask('/orders/17?tab=lines', browser);
	assert.equal(found.status, 200);
	assert.equal(found.headers['content-type'], 'text/html; charset=utf-8');
	assert.equal(found.headers['cache-control'], 'no-cache');
	assert.match(found.body.toString(), /href="\/assets\/index-BcdEf_1-\.css"/);
	assert.equal((await ask('/orders/17', browser, 'HEAD')).status, 200);
	for (const [path, accept] of [
		['/orders/17', '*/*'],
		['/orders/17', 'application/json'],
		['/v1/nothing', browser.accept],
		['/v2', browser.accept],
		['/health/what', browser.accept],
		// These pages have no fallback, and are nearer than those that have one.
		['/help/nothing', browser.accept],
	] as const) {
		const { status, headers } = await ask(path, { accept });
		assert.equal(status, 404, path);
		assert.equal(headers['content-type'], 'application/problem+json', path);
	}
	assert.equal((await ask('/orders/17', browser, 'POST')).status, 404);
	assert.equal((await ask('/v1/things', browser)).status, 405);
});

test('files are counted together, and a thousand of them are one series', async () => {
	for (const path of ['/icon.svg', '/guide/', '/orders/17']) await ask(path, browser);
	await ask('/help');
	const { body } = await ask('/metrics');
	const lines = body.toString().split('\n');
	const routes = lines.flatMap((line) => {
		const [, route] =
			/^http_server_request_duration_seconds_count.*http_route="([^"]*)"/.exec(line) ?? [];
		return route === undefined ? [] : [route];
	});
	assert.ok(routes.includes('/*') && routes.includes('/help/*'), routes.join());
	assert.ok(!routes.some((route) => /icon|guide|17/.test(route)), routes.join());
});

test('the page of the operations is at /docs unless it is not wanted', async () => {
	const { status, headers, body } = await ask('/docs/', browser);
	assert.equal(status, 200);
	assert.match(
		String(headers['content-security-policy']),
		/^default-src 'self'; script-src 'self'; style-src 'self';/,
	);
	for (const [, path = ''] of body.toString().matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)) {
		const asset = await ask(`/docs/${path}`);
		assert.equal(asset.status, 200, path);
		assert.match(String(asset.headers['cache-control']), /immutable|no-cache/);
	}
	assert.equal((await ask('/docs')).headers.location, 'docs/');
	await using without = await openTestEdge({ docs: false });
	assert.equal((await without.fetch('/docs/')).status, 404);
	const wrong = openTestEdge({ docs: 'user' as 'public' });
	await assert.rejects(wrong, /FLOTILLA_CONFIGURATION.*docs is 'user', not 'public' or false/);
	const twice = openTestEdge({ pages: [{ at: '/docs', folder: folder.path }] });
	await assert.rejects(twice, /want the path \/docs\/index\.html, which is taken/);
});

test('pages that cannot be served keep the gateway from starting, and say what to do', async () => {
	await using odd = await testFolder({ 'index.html': HTML, 'what is this.txt': '' });
	await using own = await testFolder({ 'index.html': HTML, 'openapi.json': '{}' });
	await using parameter = await testFolder({ 'v1/probe/page.html': HTML });
	await using large = await testFolder({ 'index.html': HTML, 'film.mp4': '' });
	await truncate(join(large.path, 'film.mp4'), 67_108_865);
	await using many = await testFolder({ 'index.html': HTML });
	for (let file = 0; file < 2_000; file++) await writeFile(join(many.path, `${file}.txt`), '');
	await using empty = await testFolder({ '.hidden': '' });
	const at = '/';
	const attempts: readonly [GatewayOptions['pages'], RegExp][] = [
		[[{ at, folder: '/nowhere/dist' }], /no folder \/nowhere\/dist; .* npm run pages/],
		[[{ at, folder: empty.path }], /is empty/],
		[[{ at, folder: odd.path }], /'what is this\.txt'/],
		[[{ at, folder: own.path }], /want the path \/openapi\.json, which is taken/],
		[[{ at, folder: parameter.path }], /want the path \/v1\/probe\/page\.html/],
		[[{ at, folder: large.path }], /larger than 67108864 bytes/],
		[[{ at, folder: many.path }], /more than 2000 files/],
		[[{ at: 'docs', folder: own.path }], /at 'docs' are at no path/],
		[[{ at: '/../docs', folder: own.path }], /are at no path/],
		[[{ at: '/a', folder: own.path, fallback: 'none.html' }], /fallback none\.html is no HTML/],
		[
			[
				{ at: '/a', folder: own.path },
				{ at: '/a/', folder: own.path },
			],
			/want the path \/a\/index\.html, which is taken/,
		],
	];
	for (const [pages = [], complaint] of attempts) {
		await assert.rejects(openTestEdge({ pages }), (error: Error & { code: string }) => {
			assert.equal(error.code, 'FLOTILLA_CONFIGURATION');
			assert.match(error.message, complaint);
			return true;
		});
	}
});

test('a closing gateway serves what arrives, and says that the connection ends', async () => {
	await using closing = await openTestEdge({ pages: [{ at: '/', folder: folder.path }] });
	using connection = await closing.connect();
	const closed = closing.edge.close();
	connection.write('GET /icon.svg HTTP/1.1\r\nhost: a\r\n\r\n');
	const head = await connection.until('\r\n\r\n');
	assert.match(head, /^HTTP\/1\.1 200 /);
	assert.match(head, /connection: close/i);
	await closed;
});
