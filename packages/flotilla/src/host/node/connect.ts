import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { ByteStream, ConnectOptions } from '../network.ts';
import { SocketStream } from './byte-stream.ts';
import { peerIdentity } from './peer-identity.ts';
import { remoteAddress } from './remote-address.ts';
import { connectingTls } from './tls-options.ts';

const timeoutMsMax = 600_000;

/**
 * Connects within `timeoutMs`: name lookup, connection and TLS handshake together.
 *
 * TLS 1.3 lets the client finish before the server has looked at its certificate. A server that
 * refuses it therefore closes the stream right after it was opened, having read nothing.
 */
export async function connect(options: ConnectOptions): Promise<ByteStream> {
	const { host, port, tls, timeoutMs = 10_000 } = options;
	if (!(timeoutMs >= 1 && timeoutMs <= timeoutMsMax)) {
		throw new TypeError(`A connection takes 1 to ${timeoutMsMax} ms, not ${timeoutMs}.`);
	}
	const socket =
		tls === undefined
			? connectTcp({ host, port })
			: connectTls({ host, port, ...connectingTls(tls, host) });
	return await established(socket, options, timeoutMs);
}

function established(
	socket: Socket,
	options: ConnectOptions,
	timeoutMs: number,
): Promise<ByteStream> {
	const ready = options.tls === undefined ? 'connect' : 'secureConnect';
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
		socket.on('error', fail);
		socket.on('close', failClosed);
		socket.on(ready, succeed);

		function succeed(): void {
			const remote = remoteAddress(socket);
			if (remote === undefined) {
				failClosed();
				return;
			}
			stopWaiting();
			const peer = socket instanceof TLSSocket ? peerIdentity(socket) : undefined;
			resolve(new SocketStream(socket, remote, peer));
		}

		function failClosed(): void {
			fail(new Error('the other side closed the connection'));
		}

		function fail(error: Error): void {
			stopWaiting();
			// It can still fail while it closes, and an error without a listener ends the process.
			socket.on('error', ignore);
			socket.destroy();
			reject(connectionError(error, options));
		}

		function stopWaiting(): void {
			clearTimeout(timer);
			socket.off('error', fail);
			socket.off('close', failClosed);
			socket.off(ready, succeed);
		}
	});
}

function connectionError(error: Error, { host, port }: ConnectOptions): FlotillaError {
	return new FlotillaError(
		'FLOTILLA_CONNECTION_FAILED',
		`Could not connect to ${host}:${port}: ${reasonOf(error)}.`,
		{ details: { host, port }, cause: error },
	);
}

/** A name with several addresses fails with one error for each, under an empty message. */
function reasonOf(error: Error): string {
	if (!(error instanceof AggregateError)) return error.message;
	return error.errors.map((one: Error) => one.message).join('; ');
}

function ignore(): void {}
