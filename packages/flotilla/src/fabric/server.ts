import type { Timer } from '../host/clock.ts';
import type { Address, ByteStream, Listener, TlsOptions } from '../host/network.ts';
import { limits } from '../limits.ts';
import { ServerConnection, type ServerParts } from './server-connection.ts';
import { checkTrust } from './trust.ts';

export interface FabricServerParts extends Omit<ServerParts, 'ended'> {
	readonly listen: Address;
	readonly tls: TlsOptions | undefined;
}

/** Where other instances reach this one. */
export class FabricServer {
	readonly #parts: FabricServerParts;
	readonly #connections = new Set<ServerConnection>();
	#listener: Listener | undefined;
	#timer: Timer | undefined;
	#closed = false;

	/**
	 * Starts to listen.
	 *
	 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`, `FLOTILLA_ADDRESS_IN_USE`,
	 *   `FLOTILLA_ADDRESS_UNAVAILABLE`
	 */
	static async listen(parts: FabricServerParts): Promise<FabricServer> {
		const { host, listen, tls } = parts;
		checkTrust(listen, parts);
		const server = new FabricServer(parts);
		const options = { host: listen.host, port: listen.port, ...(tls !== undefined && { tls }) };
		server.#listener = await host.network.listen(options, (stream) => server.#accept(stream));
		return server;
	}

	private constructor(parts: FabricServerParts) {
		this.#parts = parts;
	}

	/** Where it really listens. */
	get address(): Address {
		return (this.#listener as Listener).address;
	}

	/** Takes no new connections and asks for no new calls; those under way go on. */
	async drain(): Promise<void> {
		this.#closed = true;
		await this.#listener?.close();
		for (const connection of this.#connections) connection.drain();
	}

	/** Ends all connections, after what waits to leave on them. */
	close(): void {
		this.#timer?.cancel();
		for (const connection of [...this.#connections]) connection.close();
	}

	#accept(stream: ByteStream): void {
		// One that was not started is destroyed.
		if (this.#closed || this.#connections.size >= limits.connectionsAccepted) return;
		const ended = (connection: ServerConnection): void => {
			this.#connections.delete(connection);
		};
		this.#connections.add(new ServerConnection({ ...this.#parts, ended }, stream));
		this.#watch();
	}

	/** One timer for all, and none when there is nobody. */
	#watch(): void {
		if (this.#timer !== undefined) return;
		const { clock } = this.#parts.host;
		this.#timer = clock.setTimer(limits.pingIdleEveryMs, () => {
			this.#timer = undefined;
			const nowMs = clock.monotonicMs();
			for (const connection of [...this.#connections]) connection.keepAlive(nowMs);
			if (this.#connections.size > 0) this.#watch();
		});
		this.#timer.keepAlive(false);
	}
}
