import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestEdge, type RawConnection } from './testing-edge.ts';

const limits = { headersTimeoutMs: 200, requestTimeoutMs: 400, keepAliveTimeoutMs: 200 };

test('headers that do not come are not waited for', async () => {
	await using edge = await openTestEdge({ limits });
	using connection = await edge.connect();
	connection.write('GET /v1/probe/a HTTP/1.1\r\nhost: edge\r\n');
	const answer = await connection.answer();
	assert.equal(answer.status, 408);
	assert.equal(answer.problem.code, 'FLOTILLA_REQUEST_TIMEOUT');
});

test('headers that come drop by drop are not waited for either', async () => {
	await using edge = await openTestEdge({ limits });
	using connection = await edge.connect();
	connection.write('GET /v1/probe/a HTTP/1.1\r\nhost: edge\r\n');
	using _drops = dripping(connection, 'x-a: b\r\n');
	assert.equal((await connection.answer()).status, 408);
});

test('a connection that says nothing is closed', async () => {
	await using edge = await openTestEdge({ limits });
	using connection = await edge.connect();
	assert.match(await connection.rest(), /^HTTP\/1\.1 408 |^$/);
});

test('a body that comes drop by drop is not waited for, and nothing is called', async () => {
	await using edge = await openTestEdge({ limits });
	using connection = await edge.connect();
	connection.write(
		'POST /v1/things HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n',
	);
	using _drops = dripping(connection, ' ');
	assert.equal((await connection.answer()).status, 408);
	assert.deepEqual(edge.handlers.ran, []);
});

test('a connection that is idle between requests is closed', async () => {
	await using edge = await openTestEdge({ limits });
	using connection = await edge.connect();
	connection.write('GET /v1/probe/a HTTP/1.1\r\nhost: edge\r\n\r\n');
	assert.equal((await connection.answer()).status, 200);
	assert.equal(await connection.rest(), '');
});

test('many slow clients do not keep others from being served', async () => {
	await using edge = await openTestEdge();
	const slow = await Promise.all(Array.from({ length: 200 }, () => edge.connect()));
	for (const connection of slow) connection.write('POST /v1/things HTTP/1.1\r\nhost: ed');
	assert.equal((await edge.fetch('/v1/probe/a')).status, 200);
	for (const connection of slow) connection.socket.destroy();
});

test('a call may take longer than a request may', async () => {
	await using edge = await openTestEdge({ limits });
	using connection = await edge.connect();
	connection.write('GET /v1/held/long HTTP/1.1\r\nhost: edge\r\n\r\n');
	await edge.handlers.begun('long');
	// Another connection runs into all limits meanwhile.
	using other = await edge.connect();
	await other.rest();
	edge.handlers.release('long');
	assert.equal((await connection.answer()).status, 200);
});

test('a client that does not read its answer is cut off', async () => {
	await using edge = await openTestEdge({ limits: { stallTimeoutMs: 200 } });
	using connection = await edge.connect();
	connection.socket.pause();
	connection.write('GET /v1/large HTTP/1.1\r\nhost: edge\r\n\r\n');
	const over = (): boolean =>
		edge.fleet.telemetry.spans.list().some(({ name }) => name === 'GET /v1/large');
	while (!over()) await new Promise(setImmediate);
	connection.socket.resume();
	assert.ok((await connection.rest()).length < 30_000_000);
});

test('a client that reads its answer slowly gets all of it', async () => {
	await using edge = await openTestEdge({ limits: { stallTimeoutMs: 1_000 } });
	using connection = await edge.connect();
	connection.write('GET /v1/large HTTP/1.1\r\nhost: edge\r\n\r\n');
	// Some time for each tenth of the answer: more than the limit in all.
	let pauses = 0;
	let received = 0;
	connection.socket.on('data', ({ length }) => {
		received += length;
		if (received < (pauses + 1) * 3_000_000) return;
		pauses++;
		connection.socket.pause();
		setTimeout(() => connection.socket.resume(), 150);
	});
	await connection.skipTo('x"}');
	assert.ok(pauses >= 9);
});

/** Writes `drop` every few milliseconds until disposed. */
function dripping(connection: RawConnection, drop: string): Disposable {
	const timer = setInterval(() => connection.write(drop), 20);
	return { [Symbol.dispose]: () => clearInterval(timer) };
}
