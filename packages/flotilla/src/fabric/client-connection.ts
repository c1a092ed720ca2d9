import { runInContext } from '../context/current.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Timer } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import type { ByteStream, ConnectOptions, TlsOptions } from '../host/network.ts';
import { limits } from '../limits.ts';
import { type FrameKind, FrameReader, frameKind, malformed } from './frame.ts';
import {
	decodeGreeting,
	decodeWelcome,
	freshNonce,
	isProved,
	proofOf,
	wireVersion,
} from './handshake.ts';
import { decodeError } from './messages.ts';
import { Outgoing } from './outgoing.ts';
import { checkTrust, type Trust } from './trust.ts';

/** One thing that was asked for, and what becomes of it. */
export interface Exchange {
	/**
	 * A frame that belongs to it. After `reply`, `declaredError`, `error` or `end` none follows.
	 *
	 * @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED`: the frame is no answer, so it is `lost`.
	 */
	frame(kind: FrameKind, body: string): void;
	/** The connection is gone, and nothing more will come. */
	lost(): void;
}

export interface ConnectParts extends Trust {
	readonly host: Host;
	readonly to: Omit<ConnectOptions, 'tls' | 'timeoutMs'> & { readonly serverName?: string };
	/** The name of this instance. */
	readonly instance: string;
	/**
	 * The connection will take no more: the other side is stopping, or it is gone. With a reason when
	 * either side has broken it off.
	 */
	readonly ended: (connection: ClientConnection, reason?: FlotillaError) => void;
	/** It is gone, after `ended`. */
	readonly closed: (connection: ClientConnection) => void;
}

/** Whoever connects says this much about the other side before it can be used. */
interface Opening {
	resolve(connection: ClientConnection): void;
	reject(error: FlotillaError): void;
	readonly timer: Timer;
	/** Of the greeting; `undefined` before it. */
	expectedProof: string | undefined;
	greeted: boolean;
}

const lastFrames: ReadonlySet<FrameKind> = new Set<FrameKind>([
	frameKind.reply,
	frameKind.declaredError,
	frameKind.error,
	frameKind.end,
]);

/**
 * A connection to another instance, by which this one asks it for something: many exchanges at once.
 * What the other instance asks of this one travels on a connection that it has made itself.
 */
export class ClientConnection {
	/** The other instance's name. */
	peer = '';
	/** The services that run there, with their major versions. */
	serves: ReadonlySet<string> = new Set();
	/** Takes new exchanges. */
	isOpen = false;
	readonly #parts: ConnectParts;
	readonly #stream: ByteStream;
	readonly #outgoing: Outgoing;
	readonly #reader = new FrameReader(limits.handshakeBytes);
	readonly #exchanges = new Map<number, Exchange>();
	#opening: Opening | undefined;
	#lastExchange = 0;
	#receivedMs: number;
	#pingedMs: number | undefined;
	#closed = false;
	#retired = false;

	/**
	 * Connects, and proves to each other who one is.
	 *
	 * @throws {FlotillaError} `FLOTILLA_CONNECTION_FAILED`, `FLOTILLA_UNAUTHENTICATED`,
	 *   `FLOTILLA_FRAME_MALFORMED`, `FLOTILLA_CONFIGURATION`
	 */
	static async connect(parts: ConnectParts): Promise<ClientConnection> {
		const { host, to, tls } = parts;
		checkTrust(to, parts);
		const stream = await host.network.connect({
			host: to.host,
			port: to.port,
			timeoutMs: limits.connectMs,
			...(tls !== undefined && { tls: tlsFor(tls, to.serverName) }),
		});
		return new Promise((resolve, reject) => {
			new ClientConnection(parts, stream).#open(resolve, reject);
		});
	}

	private constructor(parts: ConnectParts, stream: ByteStream) {
		this.#parts = parts;
		this.#stream = stream;
		this.#outgoing = new Outgoing(stream, parts.host.clock);
		this.#receivedMs = parts.host.clock.monotonicMs();
	}

	/** Nothing can be asked or answered any more. */
	get isClosed(): boolean {
		return this.#closed;
	}

	/** How many exchanges are under way. */
	get underWay(): number {
		return this.#exchanges.size;
	}

	/**
	 * Asks for something.
	 *
	 * @returns Its number, for `cancel` and `grant`.
	 * @throws {FlotillaError} `FLOTILLA_BODY_TOO_LARGE`, `FLOTILLA_UNAVAILABLE` when the connection is
	 *   gone, or `FLOTILLA_OVERLOADED` when the other side does not take what is sent. Nothing was sent.
	 */
	ask(kind: FrameKind, body: string, exchange: Exchange): number {
		if (this.#closed) {
			const message = `The connection with the instance ${this.peer} has ended.`;
			throw new FlotillaError('FLOTILLA_UNAVAILABLE', message);
		}
		if (this.#outgoing.waitingBytes > limits.connectionBytesWaiting) {
			const message = `The instance ${this.peer} does not take what is sent to it.`;
			throw new FlotillaError('FLOTILLA_OVERLOADED', message);
		}
		const number = this.#freeNumber();
		this.#outgoing.send(kind, number, body);
		this.#exchanges.set(number, exchange);
		return number;
	}

	/** Nobody waits any more. The exchange hears no more of it. */
	cancel(number: number, code: string): void {
		if (!this.#exchanges.delete(number)) return;
		this.#outgoing.send(frameKind.cancel, number, JSON.stringify(code));
		this.#endWhenIdle();
	}

	/** Asks for so many more items of a streaming result. */
	grant(number: number, items: number): void {
		if (!this.#exchanges.has(number)) return;
		this.#outgoing.send(frameKind.credit, number, String(items));
	}

	/** To be called from time to time: asks whether the other side is still there, and gives up. */
	keepAlive(nowMs: number): void {
		if (this.#closed || this.#opening !== undefined) return;
		if (this.#pingedMs !== undefined) {
			if (nowMs - this.#pingedMs >= limits.pongWithinMs) this.#fail();
			return;
		}
		const quietMs = this.#exchanges.size > 0 ? limits.pingEveryMs : limits.pingIdleEveryMs;
		if (nowMs - Math.min(this.#receivedMs, this.#outgoing.lastMs) < quietMs) return;
		this.#pingedMs = nowMs;
		this.#outgoing.send(frameKind.ping, 0, '');
	}

	/** Takes nothing new, and ends once the exchanges under way have ended. */
	retire(): void {
		this.#retired = true;
		this.#endUse();
		this.#endWhenIdle();
	}

	/** Ends it at once: what is under way is lost. */
	close(): void {
		this.#fail();
	}

	#open(
		resolve: (connection: ClientConnection) => void,
		reject: (error: FlotillaError) => void,
	): void {
		const timer = this.#parts.host.clock.setTimer(limits.connectMs, () => {
			this.#refuse(new FlotillaError('FLOTILLA_CONNECTION_FAILED', `${this.#where} says nothing.`));
		});
		this.#opening = { resolve, reject, timer, expectedProof: undefined, greeted: false };
		// Whoever happens to connect must not lend its context to what arrives for others.
		runInContext(undefined, () => this.#start(), undefined, undefined);
	}

	#start(): void {
		this.#stream.start({
			data: (bytes) => runInContext(undefined, () => this.#data(bytes), undefined, undefined),
			drain: () => this.#outgoing.drained(),
			closed: () => {
				this.#refuse(
					new FlotillaError('FLOTILLA_CONNECTION_FAILED', `${this.#where} closed the connection.`),
				);
				this.#fail();
			},
		});
	}

	#data(bytes: Uint8Array): void {
		if (this.#closed) return;
		this.#receivedMs = this.#parts.host.clock.monotonicMs();
		this.#pingedMs = undefined;
		try {
			this.#reader.read(bytes, (kind, number, body) => this.#take(kind, number, body));
		} catch (error) {
			this.#refuse(error as FlotillaError);
			this.#fail(error as FlotillaError);
		}
	}

	#take(kind: FrameKind, number: number, body: string): void {
		if (this.#closed) return;
		if (this.#opening !== undefined) {
			this.#greet(this.#opening, kind, body);
			return;
		}
		switch (kind) {
			case frameKind.pong:
				return;
			case frameKind.draining:
				this.#endUse();
				return;
			case frameKind.closing:
				this.#fail(decodeError(body));
				return;
			case frameKind.reply:
			case frameKind.declaredError:
			case frameKind.error:
			case frameKind.item:
			case frameKind.end:
				this.#hand(kind, number, body);
				return;
			default:
				throw malformed(`its kind is ${kind}, which is for the other direction`);
		}
	}

	#hand(kind: FrameKind, number: number, body: string): void {
		const exchange = this.#exchanges.get(number);
		// Cancelled here while the answer was on its way.
		if (exchange === undefined) return;
		exchange.frame(kind, body);
		// Not before: when the frame is no answer, the exchange is lost with its connection.
		if (lastFrames.has(kind)) this.#exchanges.delete(number);
		this.#endWhenIdle();
	}

	#greet(opening: Opening, kind: FrameKind, body: string): void {
		if (kind === frameKind.closing) throw decodeError(body);
		if (kind === frameKind.greeting && !opening.greeted) this.#answerGreeting(opening, body);
		else if (kind === frameKind.welcome && opening.greeted) this.#enter(opening, body);
		else throw malformed(`its kind is ${kind}, which is not due`);
	}

	#answerGreeting(opening: Opening, body: string): void {
		const { host, token, instance } = this.#parts;
		const greeting = decodeGreeting(body);
		opening.greeted = true;
		this.peer = greeting.instance;
		const nonce = freshNonce(host.crypto);
		const nonces = { server: greeting.nonce, client: nonce };
		let proof: string | undefined;
		if (token !== undefined) {
			proof = proofOf('client', token, nonces, host.crypto);
			opening.expectedProof = proofOf('server', token, nonces, host.crypto);
		}
		const hello = { wire: wireVersion, instance, nonce, proof };
		this.#outgoing.send(frameKind.hello, 0, JSON.stringify(hello));
	}

	#enter(opening: Opening, body: string): void {
		const welcome = decodeWelcome(body);
		if (!isProved(opening.expectedProof, welcome.proof, this.#parts.host.crypto)) {
			throw new FlotillaError(
				'FLOTILLA_UNAUTHENTICATED',
				`${this.#where} did not prove that it knows the fleet token.`,
			);
		}
		this.serves = new Set(welcome.serves);
		this.#reader.maxBytes = limits.frameBytes;
		this.#opening = undefined;
		opening.timer.cancel();
		this.isOpen = true;
		opening.resolve(this);
	}

	/** Ends a connection that was never entered. */
	#refuse(error: FlotillaError): void {
		const opening = this.#opening;
		if (opening === undefined) return;
		this.#opening = undefined;
		this.#closed = true;
		opening.timer.cancel();
		this.#stream.destroy();
		opening.reject(error);
	}

	#endUse(reason?: FlotillaError): void {
		if (!this.isOpen) return;
		this.isOpen = false;
		this.#parts.ended(this, reason);
	}

	#endWhenIdle(): void {
		if (this.#retired && this.#exchanges.size === 0) this.close();
	}

	#fail(reason?: FlotillaError): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#stream.destroy();
		this.#endUse(reason);
		this.#parts.closed(this);
		const exchanges = [...this.#exchanges.values()];
		this.#exchanges.clear();
		for (const exchange of exchanges) exchange.lost();
	}

	#freeNumber(): number {
		do this.#lastExchange = (this.#lastExchange + 1) >>> 0;
		while (this.#lastExchange === 0 || this.#exchanges.has(this.#lastExchange));
		return this.#lastExchange;
	}

	get #where(): string {
		const { host, port } = this.#parts.to;
		return `${host}:${port}`;
	}
}

function tlsFor(tls: TlsOptions, serverName: string | undefined): TlsOptions {
	return serverName === undefined ? tls : { ...tls, serverName };
}
