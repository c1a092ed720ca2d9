import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { type FrameKind, FrameReader, FrameWriter, frameKind } from './frame.ts';
import { freshNonce } from './handshake.ts';

export interface RawFrame {
	readonly kind: FrameKind;
	readonly exchange: number;
	readonly body: string;
}

/** A frame to send. A body that is no text is sent as JSON. */
export type RawSaid = readonly [kind: FrameKind, exchange: number, body: unknown];

/** One end of a connection that says whatever a test wants: the other end is the real thing. */
export class RawPeer implements Disposable {
	readonly socket: Socket;
	/** Resolves when the connection is gone. */
	readonly closed: Promise<unknown>;
	readonly #reader = new FrameReader(limits.frameBytes);
	readonly #frames: RawFrame[] = [];
	#waiting: ((frame: RawFrame | undefined) => void) | undefined;
	#isClosed = false;

	constructor(socket: Socket) {
		this.socket = socket;
		this.closed = new Promise((resolve) => socket.once('close', resolve));
		socket.on('error', () => {});
		socket.on('data', (bytes) => {
			this.#reader.read(bytes as Buffer, (kind, exchange, body) => {
				this.#frames.push({ kind, exchange, body });
			});
			this.#hand();
		});
		socket.on('close', () => {
			this.#isClosed = true;
			this.#hand();
		});
	}

	[Symbol.dispose](): void {
		this.socket.destroy();
	}

	/** The next frame; `undefined` when the connection ends before it. */
	next(): Promise<RawFrame | undefined> {
		return new Promise((resolve) => {
			this.#waiting = resolve;
			this.#hand();
		});
	}

	/** Sends frames in one write. */
	send(...frames: readonly RawSaid[]): void {
		const writer = new FrameWriter();
		for (const [kind, exchange, body] of frames) {
			writer.add(kind, exchange, typeof body === 'string' ? body : JSON.stringify(body));
		}
		this.socket.write(writer.take());
	}

	#hand(): void {
		if (this.#waiting === undefined || (this.#frames.length === 0 && !this.#isClosed)) return;
		const waiting = this.#waiting;
		this.#waiting = undefined;
		waiting(this.#frames.shift());
	}
}

/** Connects to an instance and says nothing yet. */
export async function connectRaw({ port }: { readonly port: number }): Promise<RawPeer> {
	const socket = connect(port, '127.0.0.1');
	const peer = new RawPeer(socket);
	await once(socket, 'connect');
	return peer;
}

/** Connects to an instance without a token, and is let in. */
export async function enterRaw(address: { readonly port: number }): Promise<RawPeer> {
	const peer = await connectRaw(address);
	await peer.next();
	peer.send([frameKind.hello, 0, { wire: 1, instance: 'raw', nonce: rawNonce() }]);
	await peer.next();
	return peer;
}

export function rawNonce(): string {
	return freshNonce(nodeHost().crypto);
}

/** Lets in who has connected, as by an instance that runs `serves`. */
export async function admit(peer: RawPeer, ...serves: readonly string[]): Promise<void> {
	peer.send([frameKind.greeting, 0, { wire: 1, instance: 'raw', nonce: rawNonce() }]);
	await peer.next();
	peer.send([frameKind.welcome, 0, { serves }]);
}

export interface RawListener {
	readonly host: string;
	readonly port: number;
	/** The next one who connects. */
	accept(): Promise<RawPeer>;
	/** The next one who connects, let in as by an instance that runs `serves`. */
	admit(...serves: readonly string[]): Promise<RawPeer>;
}

/** Listens like an instance, and answers whatever a test wants. */
export async function listenRaw(opened: AsyncDisposableStack): Promise<RawListener> {
	const server = createServer();
	const peers: RawPeer[] = [];
	let waiting: ((peer: RawPeer) => void) | undefined;
	server.on('connection', (socket) => {
		const peer = opened.use(new RawPeer(socket));
		if (waiting === undefined) peers.push(peer);
		else waiting(peer);
		waiting = undefined;
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	opened.defer(() => void server.close());
	const accept = (): Promise<RawPeer> => {
		const peer = peers.shift();
		if (peer !== undefined) return Promise.resolve(peer);
		return new Promise((resolve) => {
			waiting = resolve;
		});
	};
	return {
		host: '127.0.0.1',
		port: (server.address() as AddressInfo).port,
		accept,
		admit: async (...serves) => {
			const peer = await accept();
			await admit(peer, ...serves);
			return peer;
		},
	};
}
