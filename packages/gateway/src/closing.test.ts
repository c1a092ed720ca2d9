import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestEdge } from './testing-edge.ts';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: edge\r\n\r\n`;

test('what is under way is answered, and told that the connection ends', async () => {
	await using edge = await openTestEdge();
	using connection = await edge.connect();
	connection.write(get('/v1/held/a'));
	await edge.handlers.begun('a');
	const closing = edge.edge.close();
	edge.handlers.release('a');
	const answer = await connection.answer();
	assert.equal(answer.status, 200);
	assert.equal(answer.headers.get('connection'), 'close');
	assert.equal(answer.body, '{"name":"a"}');
	assert.equal(await connection.rest(), '');
	await closing;
});

test('a request that is sent on an open connection at the moment of closing is answered', async () => {
	await using edge = await openTestEdge();
	const connections = await Promise.all(Array.from({ length: 20 }, () => edge.connect()));
	// Half of them have spoken before, the others are fresh.
	for (const [index, connection] of connections.entries()) {
		if (index % 2 === 0) continue;
		connection.write(get('/v1/probe/first'));
		assert.equal((await connection.answer()).status, 200);
	}
	using probe = await edge.connect();
	const closing = edge.edge.close();
	// Once this is answered, it has been closing for a while.
	probe.write(get('/health/ready'));
	assert.equal((await probe.answer()).status, 503);
	for (const connection of connections) connection.write(get('/v1/probe/last'));
	for (const connection of connections) {
		const answer = await connection.answer();
		assert.equal(answer.status, 200);
		assert.equal(answer.headers.get('connection'), 'close');
		connection[Symbol.dispose]();
	}
	await closing;
});

test('clients that connect and send without a pause lose nothing when it closes', async () => {
	await using edge = await openTestEdge();
	const connections = await Promise.all(Array.from({ length: 100 }, () => edge.connect()));
	const sending = connections.map(async (connection) => {
		for (;;) {
			connection.write(get('/v1/probe/a'));
			const answer = await connection.answer();
			assert.equal(answer.status, 200);
			if (answer.headers.get('connection') === 'close') return;
		}
	});
	// Most of the requests are still on their way by now.
	await edge.edge.close();
	await Promise.all(sending);
	for (const connection of connections) connection[Symbol.dispose]();
});

test('for a moment it accepts connections that come while it says that it is not ready', async () => {
	await using edge = await openTestEdge();
	const closing = edge.edge.close();
	for (const [path, status] of [
		['/health/ready', 503],
		['/v1/probe/a', 200],
	] as const) {
		using connection = await edge.connect();
		connection.write(get(path));
		const answer = await connection.answer();
		assert.equal(answer.status, status);
		assert.equal(answer.headers.get('connection'), 'close');
	}
	await closing;
	await assert.rejects(edge.connect(), { code: 'ECONNREFUSED' });
});

test('clients that keep making connections do not delay it, and only what is answered runs', async () => {
	await using edge = await openTestEdge();
	let answered = 0;
	const first = Promise.withResolvers<void>();
	const clients = Array.from({ length: 20 }, async () => {
		for (;;) {
			const connection = await edge.connect().catch(() => undefined);
			if (connection === undefined) return;
			using _ = connection;
			connection.write(get('/v1/probe/a'));
			// A connection that is reset at the end was never accepted.
			const answer = await connection.answer().catch(() => undefined);
			if (answer === undefined) continue;
			assert.equal(answer.status, 200);
			answered++;
			first.resolve();
		}
	});
	await first.promise;
	const startMs = performance.now();
	await edge.edge.close();
	assert.ok(performance.now() - startMs < 1_900);
	await Promise.all(clients);
	assert.equal(edge.handlers.ran.length, answered);
});

test('a request of which only a part had come is answered when the rest comes', async () => {
	await using edge = await openTestEdge();
	using halfHead = await edge.connect();
	using halfBody = await edge.connect();
	halfHead.write('GET /v1/probe/half HTTP/1.1\r\nho');
	const body = '{"name":"a"}';
	halfBody.write(
		`POST /v1/things HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n{`,
	);
	using idle = await edge.connect();
	idle.write(get('/v1/probe/a'));
	await idle.answer();
	const closing = edge.edge.close();
	// By the time the idle one is closed, the others would have been as well.
	assert.equal(await idle.rest(), '');
	halfHead.write('st: edge\r\n\r\n');
	halfBody.write(body.slice(1));
	assert.equal((await halfHead.answer()).status, 200);
	assert.equal((await halfBody.answer()).status, 201);
	await closing;
});

test('it says that it is not ready as soon as it closes', async () => {
	await using edge = await openTestEdge();
	using connection = await edge.connect();
	connection.write(get('/v1/held/a'));
	await edge.handlers.begun('a');
	using probe = await edge.connect();
	const closing = edge.edge.close();
	probe.write(get('/health/ready'));
	const answer = await probe.answer();
	assert.equal(answer.status, 503);
	assert.match(answer.body, /\{"name":"gateway","ok":false\}/);
	edge.handlers.release('a');
	await closing;
});

test('nobody gets in any more, and the port is free again', async () => {
	await using edge = await openTestEdge();
	using connection = await edge.connect();
	connection.write(get('/v1/held/a'));
	await edge.handlers.begun('a');
	const closing = edge.edge.close();
	edge.handlers.release('a');
	await closing;
	await assert.rejects(edge.connect(), { code: 'ECONNREFUSED' });
	await using next = await openTestEdge({ port: edge.edge.address.port });
	assert.equal((await next.fetch('/health/live')).status, 200);
});

test('event streams end, and say that it is not the end of their values', async () => {
	await using edge = await openTestEdge();
	using connection = await edge.connect();
	connection.write(get('/v1/count?to=1&thenFail=false'));
	await connection.until('data: {"number":1}');
	await edge.edge.close();
	const rest = await connection.rest();
	assert.match(rest, /event: problem\ndata: .*"FLOTILLA_UNAVAILABLE"/);
	assert.match(rest, /0\r\n\r\n$/);
	edge.handlers.release('count');
});

test('what does not end in time is cut off', async () => {
	await using edge = await openTestEdge({ limits: { drainTimeoutMs: 200 } });
	using connection = await edge.connect();
	connection.write(get('/v1/held/a'));
	const signal = await edge.handlers.begun('a');
	await edge.edge.close();
	assert.equal(await connection.rest(), '');
	await aborted(signal);
	edge.handlers.release('a');
});

test('connections that have never said anything are not waited for', async () => {
	await using edge = await openTestEdge();
	using silent = await edge.connect();
	// Accepted in their order: once this is answered, the other one is there.
	using speaking = await edge.connect();
	speaking.write(get('/v1/probe/a'));
	await speaking.answer();
	const startMs = performance.now();
	await edge.edge.close();
	assert.equal(await silent.rest(), '');
	assert.ok(performance.now() - startMs < 5_000);
});

test('closing twice is closing once', async () => {
	await using edge = await openTestEdge();
	assert.equal(edge.edge.close(), edge.edge.close());
	await edge.edge.close();
});

test('while the services behind it are closed, callers are asked to come back later', async () => {
	await using edge = await openTestEdge();
	await edge.fleet.close();
	const response = await edge.fetch('/v1/probe/a');
	assert.equal(response.status, 503);
	assert.equal(response.headers.get('retry-after'), '1');
	assert.equal(((await response.json()) as { code: string }).code, 'FLOTILLA_UNAVAILABLE');
	assert.equal((await edge.fetch('/health/ready')).status, 503);
	assert.equal((await edge.fetch('/health/live')).status, 200);
});

test('a call is cancelled when its client goes away', async () => {
	await using edge = await openTestEdge();
	const connection = await edge.connect();
	connection.write(get('/v1/held/a'));
	const signal = await edge.handlers.begun('a');
	connection.socket.destroy();
	await aborted(signal);
	edge.handlers.release('a');
});

/** Waits until a call is given up, and that it is for its caller and not for its deadline. */
async function aborted(signal: AbortSignal): Promise<void> {
	if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
	assert.equal((signal.reason as { code: string }).code, 'FLOTILLA_CANCELLED');
}
