import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { FlotillaError } from 'flotilla/adapter';
import { completeLimits, fixedLimits, type GatewayLimits } from './limits.ts';

/** Where an edge is to listen, before there is a gateway. */
export interface ListenOptions {
	/** 0 to 65_535; 0 lets the operating system choose. */
	readonly port: number;
	/** The address to bind; `127.0.0.1` when absent, so that nobody else on the network gets in. */
	readonly host?: string;
	readonly limits?: Partial<Pick<GatewayLimits, 'connections' | 'connectionsWaiting'>>;
}

/** A bound address whose connections wait for a gateway. */
export interface EdgeListener extends AsyncDisposable {
	/** Where it really listens. */
	readonly address: { readonly host: string; readonly port: number };
	/** The same as a URL, without a slash at the end. */
	readonly url: string;
	/** Hands over the connections that wait, and from now on every new one. For gateways; once. */
	attach(accept: (socket: Socket) => void): void;
	/** Stops listening and drops what still waits. Connections that were handed over stay open. */
	close(): Promise<void>;
}

/**
 * Binds an address before anything else starts: a program that finds its port taken has then touched
 * nothing, and clients that come early wait (up to 30 seconds) instead of being refused.
 *
 * @throws {FlotillaError} `FLOTILLA_ADDRESS_IN_USE` or `FLOTILLA_ADDRESS_UNAVAILABLE`.
 * @example
 * await using listener = await listen({ port: 8080 });
 * await using fleet = await run(shop, { dataDir: '.flotilla/shop' });
 * await using edge = await gateway(fleet, { listener });
 */
export async function listen(options: ListenOptions): Promise<EdgeListener> {
	const { port, host = '127.0.0.1' } = options;
	const limits = completeLimits(options.limits);
	// Half-open, because a client may end its side and still read; without delay, as answers are
	// written whole; paused, so that nothing is read before somebody is there to read it.
	const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
	server.maxConnections = limits.connections;
	const bound = Promise.withResolvers<void>();
	server.once('error', bound.reject);
	try {
		server.listen({ port, host, exclusive: true }, bound.resolve);
		await bound.promise;
	} catch (cause) {
		throw addressError(cause as NodeJS.ErrnoException, host, port);
	}
	server.off('error', bound.reject);
	return new NetListener(server, limits.connectionsWaiting);
}

class NetListener implements EdgeListener {
	readonly address: { readonly host: string; readonly port: number };
	readonly url: string;
	readonly #server: Server;
	readonly #waiting = new Map<Socket, NodeJS.Timeout>();
	#accept: ((socket: Socket) => void) | undefined;

	constructor(server: Server, waitingMax: number) {
		this.#server = server;
		const { address, port, family } = server.address() as AddressInfo;
		this.address = { host: address, port };
		this.url = `http://${reachable(address, family)}:${port}`;
		server.on('connection', (socket: Socket) => {
			if (this.#accept !== undefined) this.#handOver(socket, this.#accept);
			else if (this.#waiting.size >= waitingMax) socket.destroy();
			else this.#keepWaiting(socket);
		});
		// A connection that breaks before it is accepted is no reason to stop.
		server.on('error', () => {});
	}

	attach(accept: (socket: Socket) => void): void {
		if (this.#accept !== undefined) throw new TypeError('a gateway is attached to this listener');
		this.#accept = accept;
		for (const [socket, timer] of this.#waiting) {
			clearTimeout(timer);
			socket.off('error', ignore);
			if (!socket.destroyed) this.#handOver(socket, accept);
		}
		this.#waiting.clear();
	}

	async close(): Promise<void> {
		// Its callback would wait for all connections, which belong to others.
		this.#server.close();
		for (const [socket, timer] of this.#waiting) {
			clearTimeout(timer);
			socket.destroy();
		}
		this.#waiting.clear();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	#handOver(socket: Socket, accept: (socket: Socket) => void): void {
		accept(socket);
		socket.resume();
	}

	#keepWaiting(socket: Socket): void {
		socket.on('error', ignore);
		const timer = setTimeout(() => socket.destroy(), fixedLimits.connectionWaitMs).unref();
		this.#waiting.set(socket, timer);
		socket.once('close', () => {
			clearTimeout(timer);
			this.#waiting.delete(socket);
		});
	}
}

function ignore(): void {}

/** An address under which a listener that takes all addresses is reached. */
function reachable(address: string, family: string): string {
	if (address === '0.0.0.0' || address === '::') return 'localhost';
	return family === 'IPv6' ? `[${address}]` : address;
}

function addressError(cause: NodeJS.ErrnoException, host: string, port: number): FlotillaError {
	const at = `${host}:${port}`;
	if (cause.code === 'EADDRINUSE') {
		return new FlotillaError('FLOTILLA_ADDRESS_IN_USE', `${at} is taken.`, { cause });
	}
	const message = `${at} cannot be bound: ${cause.code ?? cause.message}.`;
	return new FlotillaError('FLOTILLA_ADDRESS_UNAVAILABLE', message, { cause });
}
