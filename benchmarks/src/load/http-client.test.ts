import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { HttpClient } from './http-client.ts';

async function serve(opened: AsyncDisposableStack, handle: RequestListener, options = {}) {
	const server = createServer(options, handle).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const client = new HttpClient((server.address() as AddressInfo).port);
	opened.defer(async () => {
		client.close();
		server.closeAllConnections();
		server.close();
		await once(server, 'close');
	});
	return { server, client };
}

test('answers are taken whole, however they are cut', async () => {
	await using opened = new AsyncDisposableStack();
	const { client } = await serve(opened, (request, response) => {
		if (request.url === '/length') response.end('12345');
		else if (request.url === '/none') response.writeHead(204).end();
		else {
			response.write('123');
			setImmediate(() => response.end('45'));
		}
	});
	for (const path of ['/chunks', '/length', '/chunks', '/length']) {
		const { status, body } = await client.ask({ method: 'GET', path });
		assert.deepEqual([status, body], [200, '12345'], path);
	}
	assert.equal(await client.json({ method: 'GET', path: '/none' }, 204), undefined);
});

test('a connection serves one request after the other, and each at the same time its own', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, client } = await serve(opened, (request, response) => {
		request.resume().on('end', () => response.end(request.url));
	});
	let connections = 0;
	server.on('connection', () => connections++);
	for (let n = 0; n < 3; n++) await client.ask({ method: 'POST', path: '/', body: { n } });
	assert.equal(connections, 1);
	const paths = ['/a', '/b', '/c'];
	const answers = await Promise.all(paths.map((path) => client.ask({ method: 'GET', path })));
	assert.deepEqual(
		answers.map(({ body }) => body),
		paths,
	);
	assert.equal(connections, 3);
});

test('a connection that the server has closed is replaced', async () => {
	await using opened = new AsyncDisposableStack();
	const { server, client } = await serve(opened, (_, response) => response.end('well'));
	await client.ask({ method: 'GET', path: '/' });
	const closed = new Promise<void>((resolve) => {
		server.once('connection', () => resolve());
	});
	server.closeIdleConnections();
	// Its end has arrived here before a further connection can have been made.
	const other = new HttpClient((server.address() as AddressInfo).port);
	opened.defer(() => other.close());
	await other.ask({ method: 'GET', path: '/' });
	await closed;
	assert.equal((await client.ask({ method: 'GET', path: '/' })).body, 'well');
});

test('a wrong status is an error that says what was answered', async () => {
	await using opened = new AsyncDisposableStack();
	const { client } = await serve(opened, (_, response) => {
		response.writeHead(409).end('because');
	});
	const asked = client.json({ method: 'GET', path: '/a' }, 200);
	await assert.rejects(asked, /GET \/a was answered 409: because/);
});
