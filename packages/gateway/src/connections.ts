import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Timer } from 'flotilla/adapter';
import { fixedLimits } from './limits.ts';

/** The connections of a gateway and the requests under way on them, so that it can end in peace. */
export class Connections {
	readonly #server: Server;
	readonly #clock: Clock;
	readonly #sockets = new Set<Socket>();
	readonly #underWay = new Set<ServerResponse>();
	readonly #stallTimeoutMs: number;
	/** Answers that were ready and not read at the last look. */
	#unread = new Set<ServerResponse>();
	#look: Timer | undefined;
	#draining = false;
	#changed: (() => void) | undefined;

	/** @param stallTimeoutMs How long a client may read nothing of an answer that is ready. */
	constructor(server: Server, clock: Clock, stallTimeoutMs: number) {
		this.#server = server;
		this.#clock = clock;
		this.#stallTimeoutMs = stallTimeoutMs;
		this.#lookLater();
	}

	/** Takes a connection on and hands it to the server. */
	accept(socket: Socket): void {
		this.#sockets.add(socket);
		socket.once('close', () => {
			this.#sockets.delete(socket);
			this.#changed?.();
		});
		this.#server.emit('connection', socket);
	}

	/** Counts a request, until `ended`. */
	began(response: ServerResponse): void {
		if (this.#draining) response.setHeader('connection', 'close');
		this.#underWay.add(response);
	}

	/** Called when a response is over, one way or the other. */
	ended(response: ServerResponse): void {
		this.#underWay.delete(response);
		this.#changed?.();
	}

	/** From now on every answer says `Connection: close`, also those that are under way. */
	beginDraining(): void {
		this.#draining = true;
		for (const response of this.#underWay) {
			if (!response.headersSent) response.setHeader('connection', 'close');
		}
	}

	/**
	 * Lets every request be answered that has arrived, or is on its way on an open connection, and
	 * closes connections as they fall silent; after `timeoutMs` all.
	 */
	async drain(timeoutMs: number): Promise<void> {
		const over = Promise.withResolvers<void>();
		const endWhenEmpty = (): void => {
			if (this.#sockets.size === 0) over.resolve();
		};
		this.#changed = endWhenEmpty;
		const timer = this.#clock.setTimer(timeoutMs, over.resolve);
		// A request may be on its way on a connection that is silent here.
		const linger = this.#clock.setTimer(Math.min(fixedLimits.idleLingerMs, timeoutMs), () => {
			this.#changed = () => {
				endWhenEmpty();
				this.#closeSilentSoon();
			};
			this.#closeSilentSoon();
		});
		endWhenEmpty();
		await over.promise;
		timer.cancel();
		linger.cancel();
		this.#look?.cancel();
		this.#changed = undefined;
		for (const socket of this.#sockets) socket.destroy();
	}

	/**
	 * Sets a time limit on connections whose answer is ready and has not been read. It starts again whenever a part
	 * has been read, and does not concern calls under way.
	 */
	#lookLater(): void {
		this.#look = this.#clock.setTimer(this.#stallTimeoutMs / 2, () => {
			const unread = new Set<ServerResponse>();
			for (const response of this.#underWay) {
				if (!response.writableEnded) continue;
				unread.add(response);
				if (this.#unread.has(response)) continue;
				response.socket?.setTimeout(this.#stallTimeoutMs);
			}
			this.#unread = unread;
			this.#lookLater();
		});
		this.#look.keepAlive(false);
	}

	/** In a turn of its own, because what has arrived meanwhile is read before it. */
	#closeSilentSoon(): void {
		this.#clock.defer(() => this.#closeSilent());
	}

	#closeSilent(): void {
		// Leaves alone what has received a part of a request. Before Node.js 26 it also leaves alone what
		// has never received anything.
		this.#server.closeIdleConnections();
		for (const socket of this.#sockets) {
			if (socket.bytesRead === 0) socket.destroy();
		}
	}
}
