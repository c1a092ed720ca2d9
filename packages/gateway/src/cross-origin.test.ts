import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testFolder } from './pages/testing-folder.ts';
import { openTestEdge, type TestEdge } from './testing-edge.ts';

const origin = 'https://shop.example.com';
const stranger = 'https://shop.example.com.evil.example';

let edge: TestEdge;
before(async () => {
	edge = await openTestEdge({ cors: { origins: [origin, 'http://localhost:5173'] } });
});
after(() => edge[Symbol.asyncDispose]());

const preflight = (from: string, method: string): RequestInit => ({
	method: 'OPTIONS',
	headers: {
		origin: from,
		'access-control-request-method': method,
		'access-control-request-headers': 'authorization,content-type',
	},
});

/** The headers that browsers decide by. */
function shared({ headers }: Response): Record<string, string> {
	return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
}

const exposed = 'preference-applied, retry-after, traceparent, www-authenticate, x-request-id';

test('a page of a named origin may read answers and refusals, and their headers', async () => {
	for (const path of [
		'/v1/probe/a',
		'/v1/probe/missing',
		'/v1/member',
		'/v1/nothing',
		'/v1/count?to=2',
	]) {
		const response = await edge.fetch(path, { headers: { origin } });
		await response.text();
		assert.deepEqual(
			shared(response),
			{ 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed },
			path,
		);
		assert.equal(response.headers.get('vary'), 'origin');
	}
	using connection = await edge.connect();
	connection.write(`GET /v1/probe/a HTTP/1.1\r\norigin: ${origin}\r\n\r\n`);
	const { status, headers } = await connection.answer();
	assert.equal(status, 400);
	assert.equal(headers.get('access-control-allow-origin'), origin);
});

test('any other page may not, and caches keep the answers apart', async () => {
	for (const from of [
		stranger,
		'null',
		'https://SHOP.example.com',
		'https://shop.example.com:444',
	]) {
		const response = await edge.fetch('/v1/probe/a', { headers: { origin: from } });
		assert.equal(response.status, 200);
		assert.deepEqual(shared(response), {}, from);
		assert.equal(response.headers.get('vary'), 'origin');
		assert.deepEqual(shared(await edge.fetch('/v1/things', preflight(from, 'POST'))), {}, from);
	}
	assert.equal((await edge.fetch('/v1/probe/a')).headers.get('vary'), 'origin');
});

test('a preflight is answered with what the path takes', async () => {
	const response = await edge.fetch('/v1/things/7', preflight(origin, 'DELETE'));
	assert.equal(response.status, 204);
	assert.deepEqual(shared(response), {
		'access-control-allow-origin': origin,
		'access-control-expose-headers': exposed,
		'access-control-allow-methods': 'DELETE, OPTIONS, PUT',
		'access-control-allow-headers':
			'authorization, content-type, idempotency-key, prefer, traceparent, tracestate, x-request-id',
		'access-control-max-age': '600',
	});
	assert.equal((await edge.fetch('/v1/nothing', preflight(origin, 'GET'))).status, 404);
	const plain = await edge.fetch('/v1/things/7', { method: 'OPTIONS', headers: { origin } });
	assert.equal(plain.headers.get('access-control-allow-methods'), null);
});

test('cookies are sent along only where that is asked for', async () => {
	await using open = await openTestEdge({ cors: { origins: [origin], credentials: true } });
	const response = await open.fetch('/v1/probe/a', { headers: { origin } });
	assert.equal(response.headers.get('access-control-allow-credentials'), 'true');
});

test('without the option no page of another origin may read anything', async () => {
	await using closed = await openTestEdge();
	const response = await closed.fetch('/v1/probe/a', { headers: { origin } });
	assert.deepEqual(shared(response), {});
	assert.equal(response.headers.get('vary'), null);
	assert.deepEqual(shared(await closed.fetch('/v1/things', preflight(origin, 'POST'))), {});
});

test('pages depend on the encoding and on the origin', async () => {
	await using folder = await testFolder({ 'a.txt': 'ahoy '.repeat(1_000) });
	await using pages = await openTestEdge({
		pages: [{ at: '/', folder: folder.path }],
		cors: { origins: [origin] },
	});
	const response = await pages.fetch('/a.txt', { headers: { origin } });
	assert.equal(response.headers.get('vary'), 'origin, accept-encoding');
	assert.equal(response.headers.get('access-control-allow-origin'), origin);
});

test('what is no origin is refused when the gateway starts', async () => {
	for (const bad of [
		'*',
		'null',
		'',
		'shop.example.com',
		`${origin}/`,
		`${origin}:443`,
		'ftp://a',
	]) {
		await assert.rejects(openTestEdge({ cors: { origins: [bad] } }), (error: Error) => {
			assert.match(error.message, /FLOTILLA_CONFIGURATION.*is no origin/);
			return true;
		});
	}
	const origins = Array.from({ length: 101 }, (_, index) => `http://localhost:${index + 1}`);
	await assert.rejects(openTestEdge({ cors: { origins } }), /101 origins, more than 100/);
});
