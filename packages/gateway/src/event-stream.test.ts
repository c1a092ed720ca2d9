import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestEdge } from './testing-edge.ts';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: edge\r\n\r\n`;

test('a streaming result is server-sent events, one JSON value each', async () => {
	await using edge = await openTestEdge();
	const response = await edge.fetch('/v1/count?to=3');
	assert.equal(response.status, 200);
	assert.equal(response.headers.get('content-type'), 'text/event-stream');
	assert.equal(response.headers.get('cache-control'), 'no-store');
	assert.equal(
		await response.text(),
		'data: {"number":1}\n\ndata: {"number":2}\n\ndata: {"number":3}\n\n',
	);
});

test('a failure right at the start is an answer with its status', async () => {
	await using edge = await openTestEdge();
	const response = await edge.fetch('/v1/count?to=-1');
	assert.equal(response.status, 404);
	assert.equal(((await response.json()) as { code: string }).code, 'notFound');
	const invalid = await edge.fetch('/v1/count?to=x');
	assert.equal(invalid.status, 422);
});

test('a failure later on is an event', async () => {
	await using edge = await openTestEdge();
	const text = await (await edge.fetch('/v1/count?to=1&thenFail=true')).text();
	const [first, second = ''] = text.split('\n\n');
	assert.equal(first, 'data: {"number":1}');
	assert.match(second, /^event: problem\ndata: \{.*"code":"notFound"/);
});

test('a quiet stream shows that it is alive', async () => {
	await using edge = await openTestEdge({ limits: { heartbeatMs: 100 } });
	using connection = await edge.connect();
	connection.write(get('/v1/count?to=1&thenFail=false'));
	await connection.until('data: {"number":1}');
	await connection.until(': alive\n\n');
	await connection.until(': alive\n\n');
	edge.handlers.release('count');
});

test('the handler hears at once that the client has left', async () => {
	await using edge = await openTestEdge({ limits: { heartbeatMs: 300_000 } });
	const connection = await edge.connect();
	connection.write(get('/v1/count?to=1&thenFail=false'));
	const signal = await edge.handlers.begun('count');
	const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
	connection.socket.destroy();
	await aborted;
	edge.handlers.release('count');
});

test('a client that does not read slows the handler down, and reads all in the end', async () => {
	await using edge = await openTestEdge();
	using connection = await edge.connect();
	connection.socket.pause();
	connection.write(get('/v1/count?to=3000'));
	// 30 MB would fit into no buffer on the way, so the handler stops somewhere and stays there.
	const stopped = await stands(() => edge.handlers.ran.length);
	assert.ok(stopped > 0 && stopped < 2_000, `${stopped} values were made for nobody`);
	connection.socket.resume();
	await connection.skipTo('data: {"number":3000');
	assert.equal(edge.handlers.ran.length, 3_000);
});

test('a client that never reads is cut off', async () => {
	await using edge = await openTestEdge({ limits: { stallTimeoutMs: 100 } });
	using connection = await edge.connect();
	connection.socket.pause();
	connection.write(get('/v1/count?to=3000'));
	const closed = new Promise((resolve) => connection.socket.once('close', resolve));
	await stands(() => edge.handlers.ran.length);
	connection.socket.resume();
	await closed;
	assert.ok(edge.handlers.ran.length < 3_000);
});

test('no more streams are opened than the limits allow', async () => {
	await using edge = await openTestEdge({ limits: { streams: 1 } });
	using connection = await edge.connect();
	connection.write(get('/v1/count?to=1&thenFail=false'));
	await connection.until('data:');
	const refused = await edge.fetch('/v1/count?to=1');
	assert.equal(refused.status, 503);
	assert.equal(refused.headers.get('retry-after'), '1');
	assert.equal(((await refused.json()) as { code: string }).code, 'FLOTILLA_OVERLOADED');
	edge.handlers.release('count');
	await connection.until('0\r\n\r\n');
	assert.equal(await (await edge.fetch('/v1/count?to=1')).text(), 'data: {"number":1}\n\n');
});

/** What a figure is once a hundred milliseconds have not changed it. */
async function stands(figure: () => number): Promise<number> {
	let last = -1;
	let sinceMs = performance.now();
	while (performance.now() - sinceMs < 100 || last <= 0) {
		if (figure() !== last) {
			last = figure();
			sinceMs = performance.now();
		}
		await new Promise(setImmediate);
	}
	return last;
}
