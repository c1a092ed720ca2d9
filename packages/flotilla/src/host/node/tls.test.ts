import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { isFlotillaError } from '../../errors/flotilla-error.ts';
import type { ByteStream, ConnectOptions, Listener, TlsOptions } from '../network.ts';
import { NodeNetwork } from './network.ts';
import { alternativeNames } from './peer-identity.ts';
import { testAuthority } from './testing-certificates.ts';

const network = new NodeNetwork();
const authority = testAuthority();
const orders = authority.issue('DNS:localhost', 'IP:127.0.0.1', 'URI:spiffe://shop/orders');
const users = authority.issue('URI:spiffe://shop/users');
const serverTls: TlsOptions = { ...orders, authority: authority.authority };
const clientTls: TlsOptions = { ...users, authority: authority.authority };

test('with an authority, both sides know who the other is', async () => {
	await using server = await echo(serverTls);
	const client = await server.connect(clientTls);
	assert.equal(await client.say('hello'), 'hello');
	assert.deepEqual(client.stream.peer?.names, [
		'DNS:localhost',
		'IP Address:127.0.0.1',
		'URI:spiffe://shop/orders',
	]);
	assert.deepEqual(server.accepted[0]?.peer?.names, ['URI:spiffe://shop/users']);
	const { raw } = new X509Certificate(users.certificate);
	const fingerprint = createHash('sha256').update(raw).digest('hex');
	assert.equal(server.accepted[0]?.peer?.fingerprint, fingerprint);
	client.stream.end();
	assert.equal(await client.closed, undefined);
});

test('many megabytes pass through TLS with backpressure', async () => {
	await using server = await echo(serverTls);
	const client = await server.connect(clientTls);
	const total = 8 * 1024 * 1024;
	let refused = false;
	for (let sent = 0; sent < total; sent += 65_536) {
		refused = !client.stream.write(new Uint8Array(65_536)) || refused;
	}
	assert.ok(refused);
	await client.received(total);
	client.stream.end();
	await client.closed;
});

test('a client without a certificate, or with one of another authority, gets nothing through', async () => {
	await using server = await echo(serverTls);
	const stranger = testAuthority().issue('URI:spiffe://shop/users');
	for (const tls of [{}, stranger]) {
		const client = await server.connect({ ...tls, authority: authority.authority });
		client.stream.write(Buffer.from('let me in'));
		await client.closed;
	}
	assert.equal(server.accepted.length, 0);
});

test('a server of another authority is refused', async () => {
	const other = testAuthority();
	await using server = await echo(other.issue('DNS:localhost', 'IP:127.0.0.1'));
	await assert.rejects(server.connect(clientTls), (error) => {
		return isFlotillaError(error, 'FLOTILLA_CONNECTION_FAILED');
	});
});

test('the name of the server is checked: the host, a given one, or a URI', async () => {
	await using server = await echo(serverTls);
	for (const serverName of ['localhost', '127.0.0.1', 'spiffe://shop/orders']) {
		const client = await server.connect({ ...clientTls, serverName });
		assert.equal(await client.say('hello'), 'hello');
		client.stream.end();
		await client.closed;
	}
	for (const serverName of ['example.com', '10.0.0.1', 'spiffe://shop/payments', 'spiffe://shop']) {
		await assert.rejects(server.connect({ ...clientTls, serverName }), (error: Error) => {
			return isFlotillaError(error, 'FLOTILLA_CONNECTION_FAILED');
		});
	}
});

test('without an authority the server proves itself and the client need not', async () => {
	await using server = await echo(orders);
	const client = await server.connect({ authority: authority.authority });
	assert.equal(await client.say('hello'), 'hello');
	assert.equal(server.accepted[0]?.peer, undefined);
	client.stream.end();
	await client.closed;
});

test('a certificate that the system does not know is refused without an authority', async () => {
	await using server = await echo(orders);
	await assert.rejects(server.connect({}), (error) => {
		return isFlotillaError(error, 'FLOTILLA_CONNECTION_FAILED');
	});
});

test('material that cannot be used is a mistake of configuration and is not shown', async () => {
	const wrong: readonly TlsOptions[] = [
		{},
		{ certificate: orders.certificate },
		{ certificate: orders.certificate, privateKey: users.privateKey },
		{ certificate: 'no PEM', privateKey: orders.privateKey },
		{ ...orders, authority: 'no PEM' },
	];
	for (const tls of wrong) {
		await assert.rejects(
			network.listen({ host: '127.0.0.1', port: 0, tls }, () => {}),
			(error: Error) =>
				isFlotillaError(error, 'FLOTILLA_CONFIGURATION') && !error.message.includes('BEGIN'),
		);
	}
	const tls = { privateKey: orders.privateKey };
	await assert.rejects(network.connect({ host: '127.0.0.1', port: 1, tls }), (error) => {
		return isFlotillaError(error, 'FLOTILLA_CONFIGURATION');
	});
});

test('a server that does not answer the handshake is given up in time', async () => {
	const silent = await network.listen({ host: '127.0.0.1', port: 0 }, (stream) => {
		stream.start({ data() {}, closed() {} });
	});
	const options: ConnectOptions = { ...silent.address, tls: clientTls, timeoutMs: 20 };
	await assert.rejects(network.connect(options), (error: Error) => {
		return isFlotillaError(error, 'FLOTILLA_CONNECTION_FAILED') && error.message.includes('20 ms');
	});
	await silent.close();
});

test('a client that does not speak TLS does no harm', async () => {
	await using server = await echo(serverTls);
	const socket = connectTcp(server.listener.address);
	socket.on('error', () => {});
	await new Promise((resolve) => {
		socket.on('close', resolve);
		socket.resume();
		socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(100));
	});
	const client = await server.connect(clientTls);
	assert.equal(await client.say('hello'), 'hello');
	client.stream.end();
	await client.closed;
});

test('a name with a comma in it does not pass for two', async () => {
	const sly = authority.issue('URI:spiffe://shop/a, URI:spiffe://shop/admin');
	await using server = await echo(serverTls);
	const client = await server.connect({ ...sly, authority: authority.authority });
	await client.say('hello');
	assert.deepEqual(server.accepted[0]?.peer?.names, [
		'URI:spiffe://shop/a, URI:spiffe://shop/admin',
	]);
	client.stream.end();
	await client.closed;
});

test('names in a form that is not known give no names', () => {
	assert.deepEqual(alternativeNames(undefined), []);
	assert.deepEqual(alternativeNames('DNS:a.example, URI:spiffe://b/c'), [
		'DNS:a.example',
		'URI:spiffe://b/c',
	]);
	assert.deepEqual(alternativeNames('DNS:"a\\u002c DNS:b", DNS:c'), ['DNS:a, DNS:b', 'DNS:c']);
	for (const text of ['DNS:"a', 'DNS:"\\x"', 'DNS:a"b', 'a', 'DNS:a,DNS:b']) {
		assert.deepEqual(alternativeNames(text), [], text);
	}
});

interface Echo extends AsyncDisposable {
	readonly listener: Listener;
	readonly accepted: readonly ByteStream[];
	connect(tls: TlsOptions): Promise<EchoClient>;
}

interface EchoClient {
	readonly stream: ByteStream;
	readonly closed: Promise<Error | undefined>;
	/** Sends the text and gives back what comes back. */
	say(text: string): Promise<string>;
	received(bytes: number): Promise<void>;
}

/** A server that sends everything back. */
async function echo(tls: TlsOptions): Promise<Echo> {
	const accepted: ByteStream[] = [];
	const listener = await network.listen({ host: '127.0.0.1', port: 0, tls }, (stream) => {
		accepted.push(stream);
		stream.start({ data: (bytes) => stream.write(bytes), closed() {} });
	});
	return {
		listener,
		accepted,
		async connect(clientTls) {
			return echoClient(await network.connect({ ...listener.address, tls: clientTls }));
		},
		async [Symbol.asyncDispose]() {
			await listener.close();
			for (const stream of accepted) stream.destroy();
		},
	};
}

function echoClient(stream: ByteStream): EchoClient {
	const closed = Promise.withResolvers<Error | undefined>();
	let text = '';
	let size = 0;
	let heard = () => {};
	stream.start({
		data(bytes) {
			size += bytes.length;
			if (size < 1_024) text += Buffer.from(bytes).toString();
			heard();
		},
		closed: closed.resolve,
	});
	async function received(bytes: number): Promise<void> {
		while (size < bytes) {
			await new Promise<void>((resolve) => {
				heard = resolve;
			});
		}
	}
	return {
		stream,
		closed: closed.promise,
		async say(words) {
			stream.write(Buffer.from(words));
			await received(words.length);
			return text;
		},
		received,
	};
}
