import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFlotillaError } from 'flotilla';
import { listen } from './listener.ts';
import { openTestEdge, RawConnection } from './testing-edge.ts';

const request = 'GET /v1/probe/early HTTP/1.1\r\nhost: edge\r\n\r\n';

test('a connection that comes before the gateway waits and is answered', async () => {
	const listener = await listen({ port: 0 });
	using early = await RawConnection.open(listener.address.port);
	using silent = await RawConnection.open(listener.address.port);
	early.write(request + request);
	await using edge = await openTestEdge({ listener });
	assert.equal((await early.answer()).status, 200);
	assert.equal((await early.answer()).status, 200);
	silent.write(request);
	assert.equal((await silent.answer()).status, 200);
	assert.equal(edge.edge.url, listener.url);
});

test('a large request that comes before the gateway is whole', async () => {
	const listener = await listen({ port: 0 });
	using early = await RawConnection.open(listener.address.port);
	const body = `{"name":"${'a'.repeat(20)}","marks":{${Array.from({ length: 20_000 }, (_, index) => `"m${index}":${index}`).join(',')}}}`;
	early.write(
		`POST /v1/things HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
	);
	await using edge = await openTestEdge({ listener });
	assert.equal((await early.answer()).status, 201);
	assert.deepEqual(edge.handlers.ran, ['write']);
});

test('only so many connections wait', async () => {
	await using listener = await listen({ port: 0, limits: { connectionsWaiting: 1 } });
	using first = await RawConnection.open(listener.address.port);
	first.write(request);
	using second = await RawConnection.open(listener.address.port);
	assert.equal(await second.rest(), '');
	await listener.close();
	assert.equal(await first.rest(), '');
});

test('only so many connections are open', async () => {
	await using edge = await openTestEdge({ limits: { connections: 1 } });
	using first = await edge.connect();
	first.write(request);
	assert.equal((await first.answer()).status, 200);
	using second = await edge.connect();
	assert.equal(await second.rest(), '');
});

test('an address that is taken is refused, and so is one that this machine does not have', async () => {
	await using listener = await listen({ port: 0 });
	await assert.rejects(listen({ port: listener.address.port }), (error) =>
		isFlotillaError(error, 'FLOTILLA_ADDRESS_IN_USE'),
	);
	for (const bad of [
		{ port: 0, host: '192.0.2.1' },
		{ port: 0, host: 'nowhere.invalid' },
		{ port: 65_536 },
		{ port: -1 },
	]) {
		await assert.rejects(listen(bad), (error) =>
			isFlotillaError(error, 'FLOTILLA_ADDRESS_UNAVAILABLE'),
		);
	}
});

test('a URL can be opened whatever address was bound', async () => {
	await using all = await listen({ port: 0, host: '0.0.0.0' });
	assert.equal(all.url, `http://localhost:${all.address.port}`);
	await using standard = await listen({ port: 0 });
	assert.equal(standard.url, `http://127.0.0.1:${standard.address.port}`);
});

test('a listener has one gateway', async () => {
	const listener = await listen({ port: 0 });
	await using _edge = await openTestEdge({ listener });
	await assert.rejects(openTestEdge({ listener }), TypeError);
});

test('a gateway that cannot start leaves its port free', async () => {
	await using free = await listen({ port: 0 });
	const { port } = free.address;
	await free.close();
	const plugin = async (): Promise<void> => {
		throw new Error('no pages');
	};
	await assert.rejects(openTestEdge({ port, plugin }), /no pages/);
	await using listener = await listen({ port });
	assert.equal(listener.address.port, port);
});

test('limits out of range are refused before anything is bound', async () => {
	for (const limits of [
		{ bodyBytes: 1 },
		{ streams: 0.5 },
		{ bodyByte: 5_000 },
		{ headersTimeoutMs: 50_000, requestTimeoutMs: 10_000 },
	]) {
		await assert.rejects(openTestEdge({ limits: limits as never }), (error) =>
			isFlotillaError(error, 'FLOTILLA_CONFIGURATION'),
		);
	}
});
