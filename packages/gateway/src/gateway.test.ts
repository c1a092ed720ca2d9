import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { openTestEdge, type TestEdge } from './testing-edge.ts';

let edge: TestEdge;
before(async () => {
	edge = await openTestEdge();
});
after(() => edge[Symbol.asyncDispose]());

const user = { authorization: 'Bearer user-token-ada' };

async function answerOf(path: string, init?: RequestInit): Promise<[number, unknown]> {
	const response = await edge.fetch(path, init);
	return [response.status, await response.json()];
}

function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
	return {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify(body),
	};
}

test('path and query make the input of a query', async () => {
	assert.deepEqual(await answerOf('/v1/probe/a%2Fb%20c?limit=3&open=true&tag=x&tag=y'), [
		200,
		{ input: { id: 'a/b c', limit: 3, open: true, tag: ['x', 'y'] } },
	]);
});

test('path and body make the input of a command', async () => {
	const renaming = { ...post({ name: 'b' }), method: 'PUT' };
	assert.deepEqual(await answerOf('/v1/things/7', renaming), [
		200,
		{ input: { id: 7, name: 'b' } },
	]);
});

test('the status of a command is what its contract says, and 204 when there is no answer', async () => {
	const written = await edge.fetch('/v1/things', post({ name: 'a' }));
	assert.equal(written.status, 201);
	assert.match(written.headers.get('content-type') ?? '', /^application\/json\b/);
	const pinged = await edge.fetch('/v1/ping', { method: 'POST' });
	assert.equal(pinged.status, 204);
	assert.equal(await pinged.text(), '');
});

test('a declared error is a problem with its data and status', async () => {
	const response = await edge.fetch('/v1/probe/missing');
	assert.equal(response.status, 404);
	assert.equal(response.headers.get('content-type'), 'application/problem+json');
	assert.deepEqual(await response.json(), {
		type: 'urn:flotilla:error:probe@1/find/notFound',
		title: 'Not found',
		status: 404,
		detail: "The operation answered 'notFound'.",
		code: 'notFound',
		requestId: response.headers.get('x-request-id'),
		effect: 'none',
		data: { name: 'missing' },
	});
	assert.equal((await edge.fetch('/v1/probe/odd')).status, 418);
});

test('every problem has the media type of problems, without parameters', async () => {
	for (const [path, status] of [
		['/v1/probe/missing', 404],
		['/v1/probe/odd', 418],
		['/v1/broken', 500],
		['/v1/hurried?name=typed', 504],
		['/v1/member', 401],
		['/v1/count?to=-1', 404],
		['/v1/nothing', 404],
		['/v1/things/7', 405],
		['/v1/probe/a?limit=x', 422],
	] as const) {
		const response = await edge.fetch(path);
		assert.equal(response.status, status, path);
		assert.equal(response.headers.get('content-type'), 'application/problem+json', path);
		assert.equal(((await response.json()) as { status: number }).status, status);
	}
});

test('of a bug nothing is told but where to look it up', async () => {
	const response = await edge.fetch('/v1/broken', { headers: { 'x-request-id': 'look-me-up' } });
	const text = await response.text();
	assert.equal(response.status, 500);
	assert.ok(!/hunter2|secret|Error:|node:/.test(text), text);
	assert.match(text, /look-me-up/);
	assert.equal(JSON.parse(text).code, 'FLOTILLA_HANDLER_FAILED');
});

test('a call that outlives its deadline is answered with 504', async () => {
	assert.deepEqual(
		(await answerOf('/v1/hurried?name=slow')).map(
			(part) => (part as { code?: string }).code ?? part,
		),
		[504, 'FLOTILLA_DEADLINE_EXCEEDED'],
	);
});

test('HEAD answers as GET does, without the body', async () => {
	const head = await edge.fetch('/v1/probe/a', { method: 'HEAD' });
	const get = await edge.fetch('/v1/probe/a');
	assert.equal(head.status, 200);
	assert.equal(await head.text(), '');
	assert.equal(head.headers.get('content-length'), get.headers.get('content-length'));
	assert.equal((await edge.fetch('/v1/count?to=3', { method: 'HEAD' })).status, 200);
	assert.equal((await edge.fetch('/v1/probe/missing', { method: 'HEAD' })).status, 404);
});

test('OPTIONS tells the methods of a path', async () => {
	for (const [path, allow] of [
		['/v1/probe/a', 'GET, HEAD, OPTIONS'],
		['/v1/things/7', 'DELETE, OPTIONS, PUT'],
		['/metrics', 'GET, HEAD, OPTIONS'],
	] as const) {
		const response = await edge.fetch(path, { method: 'OPTIONS' });
		assert.equal(response.status, 204);
		assert.equal(response.headers.get('allow'), allow);
	}
	assert.equal((await edge.fetch('/v1/nothing', { method: 'OPTIONS' })).status, 404);
});

test('a method that a path does not take is refused with those that it takes', async () => {
	const response = await edge.fetch('/v1/things/7', { ...post({ name: 'b' }), method: 'PATCH' });
	assert.equal(response.status, 405);
	assert.equal(response.headers.get('allow'), 'DELETE, OPTIONS, PUT');
	assert.equal(((await response.json()) as { code: string }).code, 'FLOTILLA_METHOD_NOT_ALLOWED');
});

test('who asks is told to the handler, and asked for where a scope is wanted', async () => {
	assert.deepEqual(await answerOf('/v1/member', { headers: user }), [
		200,
		{ input: null, subject: 'ada' },
	]);
	assert.deepEqual((await answerOf('/v1/probe/a', { headers: user }))[1], {
		input: { id: 'a' },
		subject: 'ada',
	});
	const anonymous = await edge.fetch('/v1/member');
	assert.equal(anonymous.status, 401);
	assert.equal(anonymous.headers.get('www-authenticate'), 'Bearer');
	const invalid = await edge.fetch('/v1/member', { headers: { authorization: 'Bearer x' } });
	assert.equal(invalid.status, 401);
	assert.equal(invalid.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
	const guest = { authorization: 'Bearer guest-token-bob' };
	const forbidden = await edge.fetch('/v1/member', { headers: guest });
	assert.equal(forbidden.status, 403);
	assert.equal(
		forbidden.headers.get('www-authenticate'),
		'Bearer error="insufficient_scope", scope="user"',
	);
});

test('a bad token counts as none where nobody asks for one', async () => {
	const headers = { authorization: 'Bearer expired' };
	assert.deepEqual(await answerOf('/v1/probe/a', { headers }), [200, { input: { id: 'a' } }]);
});

test('answers to commands and to principals are not stored, and no answer is sniffed', async () => {
	for (const [path, init, stored] of [
		['/v1/things', post({ name: 'a' }), false],
		['/v1/member', { headers: user }, false],
		['/v1/member', {}, false],
		['/v1/probe/a', {}, true],
	] as const) {
		const response = await edge.fetch(path, init);
		assert.equal(response.headers.get('cache-control'), stored ? null : 'no-store', path);
		assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
	}
});

test('a sane request id is taken over, any other is replaced', async () => {
	for (const [given, taken] of [
		['abc-1.2_3', true],
		['a'.repeat(128), true],
		['a'.repeat(129), false],
		['a b', false],
		['<script>', false],
	] as const) {
		const response = await edge.fetch('/v1/probe/a', { headers: { 'x-request-id': given } });
		const answered = response.headers.get('x-request-id') ?? '';
		assert.equal(answered === given, taken);
		assert.match(answered, /^[\w.-]{1,128}$/);
	}
});

test('a trace goes on through the edge into the call, and comes back to the client', async () => {
	const trace = '0af7651916cd43dd8448eb211c80319c';
	const log = mock.method(edge.fleet.telemetry, 'log');
	mock.method(edge.fleet.telemetry, 'logs', () => true);
	const response = await edge.fetch('/v1/probe/traced', {
		headers: { traceparent: `00-${trace}-b7ad6b7169203331-01`, 'x-request-id': 'traced' },
	});
	await response.text();
	await ended(() => log.mock.calls.some(({ arguments: [, message] }) => message === 'request'));
	mock.restoreAll();
	const spans = edge.fleet.telemetry.spans.list().filter((span) => span.trace.traceId === trace);
	const server = spans.find(({ name }) => name === 'GET /v1/probe/{id}');
	const call = spans.find(({ name }) => name === 'probe@1/find');
	assert.equal(server?.kind, 'server');
	assert.equal(server?.trace.parentSpanId, 'b7ad6b7169203331');
	assert.equal(call?.trace.parentSpanId, server?.trace.spanId);
	assert.equal(response.headers.get('traceparent'), server?.trace.traceparent);
	const line = log.mock.calls.find(({ arguments: [, message] }) => message === 'request');
	const [level, , fields, traced] = line?.arguments ?? [];
	assert.equal(level, 'info');
	assert.equal(traced?.traceId, trace);
	assert.equal(typeof fields?.duration_ms, 'number');
	const { duration_ms: _, ...rest } = fields ?? {};
	assert.deepEqual(rest, {
		request_id: 'traced',
		http_request_method: 'GET',
		http_response_status_code: 200,
		http_route: '/v1/probe/{id}',
	});
});

/** Spins through the event loop: what is waited for needs no time, only its turn. */
async function ended(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise(setImmediate);
}

test('requests are measured by method, route and status', async () => {
	await edge.fetch('/v1/probe/a');
	await edge.fetch('/v1/nowhere/at/all');
	const response = await edge.fetch('/metrics');
	assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
	const text = await response.text();
	const name = 'http_server_request_duration_seconds_count';
	assert.match(
		text,
		new RegExp(
			`${name}{http_request_method="GET",http_route="/v1/probe/{id}",http_response_status_code="200"} \\d+`,
		),
	);
	assert.match(text, new RegExp(`${name}{http_request_method="GET",http_route="",http_response`));
});

test('the document describes the operations', async () => {
	const response = await edge.fetch('/openapi.json');
	const document = (await response.json()) as { info: { title: string }; paths: object };
	assert.equal(document.info.title, 'probed');
	assert.ok('/v1/probe/{id}' in document.paths);
});

test('probes of health are answered', async () => {
	assert.deepEqual(await answerOf('/health/live'), [200, { live: true }]);
	assert.deepEqual(await answerOf('/health/ready'), [
		200,
		{
			ready: true,
			parts: [
				{ name: 'database jobs', ok: true },
				{ name: 'gateway', ok: true },
			],
		},
	]);
});

test('metrics can be kept for those with a scope, or from everybody', async () => {
	await using guarded = await openTestEdge({ metrics: 'user' });
	assert.equal((await guarded.fetch('/metrics')).status, 401);
	assert.equal((await guarded.fetch('/metrics', { headers: user })).status, 200);
	await using none = await openTestEdge({ metrics: false });
	assert.equal((await none.fetch('/metrics')).status, 404);
});

test('a plugin adds routes of its own, which are refused and measured like the others', async () => {
	await using pages = await openTestEdge({
		plugin: async (app) => {
			app.get('/', (_request, reply) => reply.type('text/html').send('<h1>Shop</h1>'));
		},
	});
	const page = await pages.fetch('/');
	assert.equal(await page.text(), '<h1>Shop</h1>');
	assert.ok(page.headers.get('x-request-id'));
	assert.equal((await pages.fetch('/other')).status, 404);
});
