import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import { limits } from '../../limits.ts';
import type { Address, DatagramOptions, DatagramSocket } from '../network.ts';
import { plainBytes } from './bytes.ts';
import { senderAddress } from './remote-address.ts';

const datagramBytesMax = 65_507;

/** Binds a UDP socket: IPv6 when the host is an IPv6 address, else IPv4. */
export async function openDatagrams(
	options: DatagramOptions,
	receive: (bytes: Uint8Array, from: Address) => void,
): Promise<DatagramSocket> {
	const { host, port, maxBytes = datagramBytesMax } = options;
	if (!(maxBytes >= 1 && maxBytes <= datagramBytesMax)) {
		throw new TypeError(`A datagram has 1 to ${datagramBytesMax} bytes, not ${maxBytes}.`);
	}
	const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
	await bind(socket, { host, port });
	// The kernel reports datagrams that nobody took. They are lost like any others.
	socket.on('error', ignore);
	socket.on('message', (bytes, sender) => {
		if (bytes.length <= maxBytes) receive(plainBytes(bytes), senderAddress(sender));
	});
	return new NodeDatagramSocket(socket);
}

class NodeDatagramSocket implements DatagramSocket {
	readonly address: Address;
	readonly #socket: Socket;
	#closed: Promise<void> | undefined;

	constructor(socket: Socket) {
		const { address, port } = socket.address();
		this.address = { host: address, port };
		this.#socket = socket;
	}

	send(bytes: Uint8Array, to: Address): void {
		if (this.#closed !== undefined) return;
		if (this.#socket.getSendQueueSize() + bytes.length > limits.datagramBytesWaiting) return;
		try {
			this.#socket.send(bytes, to.port, to.host, ignore);
		} catch {
			// An address that cannot be one, perhaps read from a datagram of somebody else.
		}
	}

	close(): Promise<void> {
		this.#closed ??= new Promise((resolve) => this.#socket.close(resolve));
		return this.#closed;
	}
}

function bind(socket: Socket, { host, port }: Address): Promise<void> {
	return new Promise((resolve, reject) => {
		const refuse = (error: NodeJS.ErrnoException) => {
			// A socket whose name was not found is not bound, but has its handle.
			socket.close();
			const code =
				error.code === 'EADDRINUSE' ? 'FLOTILLA_ADDRESS_IN_USE' : 'FLOTILLA_ADDRESS_UNAVAILABLE';
			const message = `Could not receive on ${host}:${port}: ${error.message}.`;
			reject(new FlotillaError(code, message, { details: { host, port }, cause: error }));
		};
		socket.once('error', refuse);
		socket.bind({ address: host, port, exclusive: true }, () => {
			socket.off('error', refuse);
			resolve();
		});
	});
}

function ignore(): void {}
