import { runInContext } from '../context/current.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import { ClientConnection, type ConnectParts } from '../fabric/client-connection.ts';
import type { Timer } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import { limits } from '../limits.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Endpoint, Registry } from './registry.ts';

export interface InstancesParts extends Pick<ConnectParts, 'token' | 'tls' | 'instance'> {
	readonly host: Host;
	readonly telemetry: Telemetry;
	readonly registry: Registry;
}

/** What is known of one endpoint, whatever services run there. */
interface Link {
	readonly endpoint: Endpoint;
	/** Open, and the other side is not stopping. */
	connection: ClientConnection | undefined;
	connecting: Promise<ClientConnection> | undefined;
	/** In a row. */
	failures: number;
	/** It is left alone until then, on the monotonic clock. */
	pausedUntilMs: number;
}

/**
 * The instances that this one calls. Calls take turns over those that are connected; the others are
 * connected to meanwhile, and one that failed is left alone for a growing, jittered while.
 */
export class Instances {
	readonly #parts: InstancesParts;
	readonly #links = new Map<string, Link>();
	/** Every connection that is not closed yet, also those that only end what is under way. */
	readonly #connections = new Set<ClientConnection>();
	/** By service: where the next turn begins. */
	readonly #turns = new Map<string, number>();
	readonly #unregister: (() => void) | undefined;
	#timer: Timer | undefined;
	#closed = false;

	constructor(parts: InstancesParts) {
		this.#parts = parts;
		this.#unregister = parts.registry.onChange?.(() => this.#forgetUnknown());
	}

	/**
	 * An instance of a service that can be asked now; a promise when one has to be connected to first.
	 * That rejects, and otherwise it throws, `FLOTILLA_UNAVAILABLE` when none can be reached.
	 *
	 * @param service With its major version: `orders@1`.
	 * @param avoid Taken only when there is no other.
	 */
	choose(service: string, avoid?: ClientConnection): ClientConnection | Promise<ClientConnection> {
		const links = this.#parts.registry.instancesOf(service).map((one) => this.#linkTo(one));
		const turn = this.#turns.get(service) ?? 0;
		this.#turns.set(service, turn + 1);
		const usable: ClientConnection[] = [];
		const connecting: Promise<ClientConnection>[] = [];
		for (let index = 0; index < links.length; index++) {
			const link = links[(turn + index) % links.length] as Link;
			if (link.connection === undefined) {
				const attempt = this.#connectingTo(link);
				if (attempt !== undefined) connecting.push(attempt);
			} else if (link.connection.serves.has(service)) usable.push(link.connection);
		}
		const [first, second] = usable;
		if (first !== undefined) return first === avoid ? (second ?? first) : first;
		if (connecting.length === 0) throw this.#unavailable(service, links.length);
		return this.#firstOf(service, connecting, links.length);
	}

	/** Ends all connections: what is under way on them is lost. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#unregister?.();
		this.#timer?.cancel();
		for (const connection of [...this.#connections]) connection.close();
	}

	async #firstOf(
		service: string,
		connecting: readonly Promise<ClientConnection>[],
		known: number,
	): Promise<ClientConnection> {
		const suitable = connecting.map(async (attempt) => {
			const connection = await attempt;
			if (connection.isOpen && connection.serves.has(service)) return connection;
			throw this.#unavailable(service, known);
		});
		try {
			return await Promise.any(suitable);
		} catch {
			throw this.#unavailable(service, known);
		}
	}

	#linkTo(endpoint: Endpoint): Link {
		const name = nameOf(endpoint);
		let link = this.#links.get(name);
		if (link === undefined) {
			link = {
				endpoint,
				connection: undefined,
				connecting: undefined,
				failures: 0,
				pausedUntilMs: Number.NEGATIVE_INFINITY,
			};
			this.#links.set(name, link);
		}
		return link;
	}

	/** `undefined`: it is left alone for now. */
	#connectingTo(link: Link): Promise<ClientConnection> | undefined {
		if (link.connecting !== undefined) return link.connecting;
		if (this.#closed || this.#parts.host.clock.monotonicMs() < link.pausedUntilMs) return undefined;
		// It outlives the call that happens to be the first.
		link.connecting = runInContext(undefined, () => this.#connect(link), undefined, undefined);
		link.connecting.catch(() => {});
		return link.connecting;
	}

	async #connect(link: Link): Promise<ClientConnection> {
		const { host, telemetry, token, tls, instance } = this.#parts;
		const { endpoint } = link;
		const beganMs = host.clock.monotonicMs();
		const ended = (connection: ClientConnection, reason?: FlotillaError): void => {
			if (link.connection === connection) link.connection = undefined;
			const livedMs = host.clock.monotonicMs() - beganMs;
			link.failures = livedMs > limits.instancePauseMaxMs ? 0 : link.failures + 1;
			this.#pause(link);
			if (reason === undefined) return;
			telemetry.log('warn', 'the connection with an instance was broken off', {
				...logFields(endpoint, connection),
				error: reason.message,
			});
		};
		try {
			const connection = await ClientConnection.connect({
				...{ host, token, tls, instance, ended },
				to: endpoint,
				closed: (one) => this.#connections.delete(one),
			});
			link.connecting = undefined;
			// It may have ended in the very read that opened it.
			if (!connection.isClosed) this.#connections.add(connection);
			if (this.#closed || this.#links.get(nameOf(endpoint)) !== link) connection.retire();
			else if (connection.isOpen) link.connection = connection;
			telemetry.log('debug', 'connected to an instance', logFields(endpoint, connection));
			this.#watch();
			return connection;
		} catch (error) {
			link.connecting = undefined;
			link.failures += 1;
			this.#pause(link);
			const reason = isFlotillaError(error) ? error.message : String(error);
			const level = link.failures === 1 ? 'warn' : 'debug';
			telemetry.log(level, 'an instance cannot be reached', {
				...logFields(endpoint),
				error: reason,
			});
			throw error;
		}
	}

	#pause(link: Link): void {
		const { clock, random } = this.#parts.host;
		const longestMs = Math.min(
			limits.instancePauseMaxMs,
			limits.instancePauseFirstMs * 2 ** Math.min(link.failures, 20),
		);
		link.pausedUntilMs = clock.monotonicMs() + longestMs * (0.5 + random.next() / 2);
	}

	/** Instances that no service is said to run on any more end what they have, and get nothing new. */
	#forgetUnknown(): void {
		const known = new Set<string>();
		for (const service of this.#turns.keys()) {
			for (const endpoint of this.#parts.registry.instancesOf(service)) known.add(nameOf(endpoint));
		}
		for (const [name, link] of this.#links) {
			if (known.has(name)) continue;
			this.#links.delete(name);
			link.connection?.retire();
		}
	}

	/** One timer for all connections, and none without any. */
	#watch(): void {
		if (this.#timer !== undefined || this.#closed) return;
		const { clock } = this.#parts.host;
		this.#timer = clock.setTimer(limits.pingEveryMs, () => {
			this.#timer = undefined;
			const nowMs = clock.monotonicMs();
			for (const connection of [...this.#connections]) connection.keepAlive(nowMs);
			if (this.#connections.size > 0) this.#watch();
		});
		this.#timer.keepAlive(false);
	}

	#unavailable(service: string, known: number): FlotillaError {
		const message =
			known === 0
				? `No instance of ${service} is known.`
				: `None of the ${known} known instances of ${service} can be reached.`;
		return new FlotillaError('FLOTILLA_UNAVAILABLE', message, { details: { service } });
	}
}

function nameOf({ host, port, serverName }: Endpoint): string {
	return `${host} ${port} ${serverName ?? ''}`;
}

function logFields(
	{ host, port }: Endpoint,
	connection?: ClientConnection,
): Readonly<Record<string, unknown>> {
	return { endpoint: `${host}:${port}`, ...(connection && { instance: connection.peer }) };
}
