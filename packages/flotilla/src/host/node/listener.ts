import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, Server as TlsServer } from 'node:tls';
import type { ErrorCode } from '../../errors/error-table.ts';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { Address, ByteStream, Listener, ListenOptions } from '../network.ts';
import { SocketStream } from './byte-stream.ts';
import { peerIdentity } from './peer-identity.ts';
import { remoteAddress } from './remote-address.ts';
import { listeningTls } from './tls-options.ts';

/** Binds the address and hands every connection to `accept`, over TLS once its handshake is done. */
export async function listen(
	options: ListenOptions,
	accept: (stream: ByteStream) => void,
): Promise<Listener> {
	const { host, port, tls } = options;
	const server = tls === undefined ? createServer() : createTlsServer(listeningTls(tls));
	await new Promise<void>((resolve, reject) => {
		const refuse = (error: Error) => reject(bindError(error, options));
		server.once('error', refuse);
		server.listen({ host, port, exclusive: true }, () => {
			server.off('error', refuse);
			// Such as too many open files: that costs one connection, which the kernel or the other side
			// drops, and must not cost the listener or the process.
			server.on('error', ignore);
			resolve();
		});
	});
	return new NodeListener(server, { mutual: tls?.authority !== undefined, accept });
}

class NodeListener implements Listener {
	readonly address: Address;
	readonly #server: Server;
	readonly #mutual: boolean;
	readonly #accept: (stream: ByteStream) => void;
	#closed = false;

	constructor(
		server: Server,
		options: { readonly mutual: boolean; readonly accept: (stream: ByteStream) => void },
	) {
		const { address, port } = server.address() as AddressInfo;
		this.address = { host: address, port };
		this.#server = server;
		this.#mutual = options.mutual;
		this.#accept = options.accept;
		const connected = server instanceof TlsServer ? 'secureConnection' : 'connection';
		server.on(connected, (socket: Socket) => this.#onConnection(socket));
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		// The port is free when this returns. Its callback would wait for the last connection.
		this.#server.close();
	}

	#onConnection(socket: Socket): void {
		const remote = remoteAddress(socket);
		const peer = socket instanceof TLSSocket ? peerIdentity(socket) : undefined;
		const proved = !this.#mutual || (peer !== undefined && (socket as TLSSocket).authorized);
		// Gone before it could be looked at, or its handshake ended after the listener did.
		if (this.#closed || remote === undefined || !proved) {
			socket.on('error', ignore);
			socket.destroy();
			return;
		}
		const stream = new SocketStream(socket, remote, peer);
		try {
			this.#accept(stream);
		} finally {
			// Nobody owns it, so nobody would ever close it.
			if (!stream.started) stream.destroy();
		}
	}
}

function bindError(error: NodeJS.ErrnoException, { host, port }: Address): FlotillaError {
	const code: ErrorCode =
		error.code === 'EADDRINUSE' ? 'FLOTILLA_ADDRESS_IN_USE' : 'FLOTILLA_ADDRESS_UNAVAILABLE';
	return new FlotillaError(code, `Could not listen on ${host}:${port}: ${error.message}.`, {
		details: { host, port },
		cause: error,
	});
}

function ignore(): void {}
