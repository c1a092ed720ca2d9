import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFlotillaError } from '../../errors/flotilla-error.ts';
import type { Address, DatagramOptions, DatagramSocket } from '../network.ts';
import { NodeNetwork } from './network.ts';

const network = new NodeNetwork();
const loopback = { host: '127.0.0.1', port: 0 };

test('a datagram arrives whole, with the address to answer to', async () => {
	await using left = await open();
	await using right = await open();
	left.socket.send(Buffer.from('ping'), right.socket.address);
	const { text, from } = await right.next();
	assert.equal(text, 'ping');
	assert.deepEqual(from, left.socket.address);
	right.socket.send(Buffer.from('pong'), from);
	assert.equal((await left.next()).text, 'pong');
});

test('datagrams longer than the limit are dropped', async () => {
	await using sender = await open();
	await using receiver = await open({ ...loopback, maxBytes: 4 });
	sender.socket.send(Buffer.from('12345'), receiver.socket.address);
	sender.socket.send(Buffer.from('1234'), receiver.socket.address);
	assert.equal((await receiver.next()).text, '1234');
});

test('what cannot be sent is dropped in silence', async () => {
	await using left = await open();
	await using right = await open();
	const { host } = right.socket.address;
	left.socket.send(Buffer.from('x'), { host, port: 0 });
	left.socket.send(Buffer.from('x'), { host, port: 70_000 });
	left.socket.send(Buffer.from('x'), { host: 'nobody.invalid', port: 1 });
	left.socket.send(new Uint8Array(70_000), right.socket.address);
	left.socket.send(Buffer.from('last'), right.socket.address);
	assert.equal((await right.next()).text, 'last');
});

test('a closed socket sends nothing, and closing again does no harm', async () => {
	const { socket } = await open();
	const { address } = socket;
	await Promise.all([socket.close(), socket.close()]);
	socket.send(Buffer.from('x'), address);
	const again = await network.openDatagrams(address, () => {});
	await again.close();
});

test('an address that is taken, or is not of this machine, is named', async () => {
	await using first = await open();
	await assert.rejects(
		network.openDatagrams(first.socket.address, () => {}),
		(error) => isFlotillaError(error, 'FLOTILLA_ADDRESS_IN_USE'),
	);
	await assert.rejects(
		network.openDatagrams({ host: '192.0.2.1', port: 0 }, () => {}),
		(error) => isFlotillaError(error, 'FLOTILLA_ADDRESS_UNAVAILABLE'),
	);
	await assert.rejects(
		network.openDatagrams({ ...loopback, maxBytes: 0 }, () => {}),
		TypeError,
	);
});

interface Received {
	readonly text: string;
	readonly from: Address;
}

interface TestSocket extends AsyncDisposable {
	readonly socket: DatagramSocket;
	next(): Promise<Received>;
}

async function open(options: DatagramOptions = loopback): Promise<TestSocket> {
	const received: Received[] = [];
	let heard = () => {};
	const socket = await network.openDatagrams(options, (bytes, from) => {
		received.push({ text: Buffer.from(bytes).toString(), from });
		heard();
	});
	return {
		socket,
		async next() {
			for (;;) {
				const first = received.shift();
				if (first !== undefined) return first;
				await new Promise<void>((resolve) => {
					heard = resolve;
				});
			}
		},
		[Symbol.asyncDispose]: () => socket.close(),
	};
}
