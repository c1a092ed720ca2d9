import type { Socket } from 'node:net';
import { limits } from '../../limits.ts';
import type { Address, ByteStream, ByteStreamHandlers, PeerIdentity } from '../network.ts';
import { plainBytes } from './bytes.ts';

/**
 * A peer that lost power or its network says nothing. After this long without traffic the kernel
 * asks, every second, and gives up after ten questions.
 */
const silenceMs = 30_000;

/**
 * A TCP or TLS socket as a byte stream.
 *
 * - What is written in one turn of the event loop leaves in one system call.
 * - When the other side has ended, what is queued still leaves and then this direction ends too
 *   (`allowHalfOpen` is off): the seam has no event for a half-closed stream, so nobody would ever
 *   end it. What is written after that is dropped.
 * - A stream that neither side ends lives on. Its owner bounds it in time and calls `destroy`.
 */
export class SocketStream implements ByteStream {
	readonly remote: Address;
	readonly peer?: PeerIdentity;
	readonly #socket: Socket;
	#handlers: ByteStreamHandlers | undefined;
	#state: 'waiting' | 'started' | 'closed' = 'waiting';
	#error: Error | undefined;
	#closedBeforeStart = false;
	#destroyedHere = false;
	#endedThere = false;
	#corked = false;
	#full = false;

	/** @param socket Connected, and its TLS handshake done. */
	constructor(socket: Socket, remote: Address, peer: PeerIdentity | undefined) {
		this.#socket = socket;
		this.remote = remote;
		if (peer !== undefined) this.peer = peer;
		socket.setNoDelay(true);
		socket.setKeepAlive(true, silenceMs);
		// From the first moment on: an error that nobody listens for would end the process. Never
		// removed, because a socket can fail again while it closes.
		socket.on('error', (error) => {
			this.#error ??= error;
		});
		socket.on('close', () => this.#onClose());
	}

	/** Whether the owner has taken over. */
	get started(): boolean {
		return this.#state !== 'waiting';
	}

	start(handlers: ByteStreamHandlers): void {
		if (this.#state !== 'waiting') throw new TypeError('A byte stream is started exactly once.');
		this.#state = 'started';
		this.#handlers = handlers;
		if (this.#closedBeforeStart) {
			// Never from within `start`: the owner may not be ready to hear of it yet.
			process.nextTick(() => this.#onClose());
			return;
		}
		this.#socket.on('end', () => {
			this.#endedThere = true;
		});
		this.#socket.on('drain', () => this.#onDrain());
		this.#socket.on('data', (bytes: Buffer) => {
			if (!this.#destroyedHere) handlers.data(plainBytes(bytes));
		});
	}

	write(bytes: Uint8Array): boolean {
		// Dropped, and nothing to wait for: `drain` would not come.
		if (this.#endedThere || !this.#socket.writable) return true;
		this.#cork();
		this.#socket.write(bytes);
		if (this.#socket.writableLength <= limits.streamBytesWaiting) return true;
		this.#full = true;
		return false;
	}

	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	end(): void {
		this.#socket.end();
	}

	destroy(): void {
		this.#destroyedHere = true;
		this.#socket.destroy();
	}

	#cork(): void {
		if (this.#corked) return;
		this.#corked = true;
		this.#socket.cork();
		// After the callback that is running and all its microtasks, before any other input or output.
		process.nextTick(SocketStream.#uncork, this);
	}

	static #uncork(this: void, stream: SocketStream): void {
		stream.#corked = false;
		stream.#socket.uncork();
	}

	#onDrain(): void {
		if (!this.#full || this.#destroyedHere) return;
		this.#full = false;
		this.#handlers?.drain?.();
	}

	#onClose(): void {
		if (this.#state === 'waiting') {
			this.#closedBeforeStart = true;
			return;
		}
		if (this.#state === 'closed') return;
		this.#state = 'closed';
		const handlers = this.#handlers;
		this.#handlers = undefined;
		handlers?.closed(this.#reason());
	}

	#reason(): Error | undefined {
		if (this.#destroyedHere) return undefined;
		const { host, port } = this.remote;
		if (this.#error !== undefined) {
			const message = `The connection with ${host}:${port} broke: ${this.#error.message}.`;
			return new Error(message, { cause: this.#error });
		}
		// Closed without an error, but the other side never said that it was done.
		if (!this.#endedThere) return new Error(`The connection with ${host}:${port} broke off.`);
		return undefined;
	}
}
