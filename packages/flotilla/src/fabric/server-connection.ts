import { runInContext } from '../context/current.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { Timer } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import type { ByteStream } from '../host/network.ts';
import { limits } from '../limits.ts';
import { type FrameKind, FrameReader, frameKind, malformed, parseBody } from './frame.ts';
import { decodeHello, freshNonce, isProved, proofOf, wireVersion } from './handshake.ts';
import {
	decodeEvent,
	decodeRequest,
	decodeSubscribe,
	type EventMessage,
	encodeDeclaredError,
	encodeError,
	type Request,
	type SubscribeMessage,
} from './messages.ts';
import { Outgoing } from './outgoing.ts';

/** What an instance does for others. */
export interface Serving {
	call(request: Request, asked: Asked): void;
	deliver(event: EventMessage, asked: Asked): void;
	subscribe(subscription: SubscribeMessage, asked: Asked): void;
}

export interface ServerParts {
	readonly host: Host;
	/** The name of this instance. */
	readonly instance: string;
	readonly token: string | undefined;
	/** The services that run here, with their major versions. */
	readonly serves: readonly string[];
	readonly serving: Serving;
	/** Called once, last. */
	readonly ended: (connection: ServerConnection) => void;
	/** Why a connection was refused or broken off by this side. */
	readonly refused: (error: FlotillaError, remote: string) => void;
}

/** One thing that another instance asked for. Exactly one of the four ends it. */
export class Asked {
	/** Called once when nobody waits for it any more, with a code that says why. */
	onCancel: ((code: string) => void) | undefined;
	/** Called when so many more items may be sent. */
	onCredit: ((items: number) => void) | undefined;
	/** Called when `isHeld` has become false. */
	onRelease: (() => void) | undefined;
	/** Of the exchange. After a cancel another one may have it. */
	readonly number: number;
	readonly #connection: ServerConnection;

	constructor(connection: ServerConnection, number: number) {
		this.#connection = connection;
		this.number = number;
	}

	/** Much waits to leave on its connection already: items should wait. */
	get isHeld(): boolean {
		return this.#connection.isHeld;
	}

	/** @throws {FlotillaError} `FLOTILLA_BODY_TOO_LARGE`: it is still to be answered. */
	reply(body: string): void {
		this.#connection.answer(this, frameKind.reply, body);
	}

	/** @throws {FlotillaError} `FLOTILLA_BODY_TOO_LARGE`: it is still to be answered. */
	declaredError(code: string, data: unknown): void {
		const body = encodeDeclaredError(code, data);
		this.#connection.answer(this, frameKind.declaredError, body);
	}

	error(error: FlotillaError): void {
		this.#connection.answer(this, frameKind.error, encodeError(error));
	}

	/** The streaming result has ended. */
	end(): void {
		this.#connection.answer(this, frameKind.end, '');
	}

	/** @throws {FlotillaError} `FLOTILLA_BODY_TOO_LARGE`: it was not sent. */
	item(body: string): void {
		this.#connection.item(this, body);
	}
}

/** A connection by which another instance asks this one for something. */
export class ServerConnection {
	readonly #parts: ServerParts;
	readonly #stream: ByteStream;
	readonly #outgoing: Outgoing;
	readonly #reader = new FrameReader(limits.handshakeBytes);
	readonly #asked = new Map<number, Asked>();
	readonly #nonce: string;
	#entering: Timer | undefined;
	#lingering: Timer | undefined;
	#receivedMs: number;
	#paused = false;
	#draining = false;
	#closed = false;

	constructor(parts: ServerParts, stream: ByteStream) {
		this.#parts = parts;
		this.#stream = stream;
		const { clock, crypto } = parts.host;
		this.#outgoing = new Outgoing(stream, clock);
		this.#receivedMs = clock.monotonicMs();
		this.#nonce = freshNonce(crypto);
		this.#entering = clock.setTimer(limits.connectMs, () => this.#fail());
		stream.start({
			data: (bytes) => runInContext(undefined, () => this.#data(bytes), undefined, undefined),
			drain: () => this.#drained(),
			closed: () => {
				this.#lingering?.cancel();
				this.#fail();
			},
		});
		const greeting = { wire: wireVersion, instance: parts.instance, nonce: this.#nonce };
		this.#outgoing.send(frameKind.greeting, 0, JSON.stringify(greeting));
	}

	/** Asks for no new exchanges; those under way go on. */
	drain(): void {
		this.#draining = true;
		if (this.#entering === undefined) this.#outgoing.send(frameKind.draining, 0, '');
	}

	/** Sends what waits and ends. What is still under way is given up. */
	close(): void {
		if (this.#closed) return;
		this.#outgoing.end();
		this.#forget();
		// Who does not take what waits must not hold the connection for ever.
		const timer = this.#parts.host.clock.setTimer(limits.connectMs, () => this.#stream.destroy());
		timer.keepAlive(false);
		this.#lingering = timer;
	}

	/** To be called from time to time: who has not said anything for long is gone. */
	keepAlive(nowMs: number): void {
		if (nowMs - this.#receivedMs >= limits.silenceMs) this.#fail();
	}

	/** The other side does not take what it has asked for. */
	get isHeld(): boolean {
		return this.#paused;
	}

	answer(asked: Asked, kind: FrameKind, body: string): void {
		if (!this.#awaits(asked)) return;
		if (kind === frameKind.reply && this.#parts.host.faults?.strikes('point.reply-lost') === true) {
			this.#fail();
			return;
		}
		this.#send(kind, asked.number, body);
		// Not before: what is too long to be sent is still to be answered.
		this.#asked.delete(asked.number);
	}

	item(asked: Asked, body: string): void {
		if (this.#awaits(asked)) this.#send(frameKind.item, asked.number, body);
	}

	/** A cancel frees the number at once, and the next exchange must not get this one's answer. */
	#awaits(asked: Asked): boolean {
		return this.#asked.get(asked.number) === asked;
	}

	/** Who does not take answers may not ask for more, and in the end is left. */
	#send(kind: FrameKind, number: number, body: string): void {
		this.#outgoing.send(kind, number, body);
		const { waitingBytes } = this.#outgoing;
		if (waitingBytes > limits.connectionBytesWaiting) {
			this.#refused(new FlotillaError('FLOTILLA_OVERLOADED', 'It does not take its answers.'));
			this.#fail();
		} else if (!this.#paused && waitingBytes > limits.streamBytesWaiting) {
			this.#paused = true;
			this.#stream.pause();
		}
	}

	#drained(): void {
		this.#outgoing.drained();
		if (!this.#paused || this.#outgoing.waitingBytes > limits.streamBytesWaiting) return;
		this.#paused = false;
		this.#receivedMs = this.#parts.host.clock.monotonicMs();
		this.#stream.resume();
		for (const asked of [...this.#asked.values()]) asked.onRelease?.();
	}

	#data(bytes: Uint8Array): void {
		if (this.#closed) return;
		this.#receivedMs = this.#parts.host.clock.monotonicMs();
		try {
			this.#reader.read(bytes, (kind, number, body) => this.#take(kind, number, body));
		} catch (error) {
			this.#breakOff(error);
		}
	}

	/** Says why, and ends: after what was malformed nothing makes sense. */
	#breakOff(thrown: unknown): void {
		const error = isFlotillaError(thrown) ? thrown : malformed(String(thrown));
		this.#refused(error);
		this.#outgoing.send(frameKind.closing, 0, encodeError(error));
		this.close();
	}

	#refused(error: FlotillaError): void {
		const { host, port } = this.#stream.remote;
		this.#parts.refused(error, `${host}:${port}`);
	}

	#take(kind: FrameKind, number: number, body: string): void {
		if (this.#closed) return;
		if (this.#entering !== undefined) {
			this.#enter(kind, body);
			return;
		}
		switch (kind) {
			case frameKind.ping:
				this.#send(frameKind.pong, 0, '');
				return;
			case frameKind.cancel:
				this.#cancel(number, parseBody(body));
				return;
			case frameKind.credit:
				this.#credit(number, parseBody(body));
				return;
			case frameKind.request:
				this.#parts.serving.call(decodeRequest(body), this.#ask(number));
				return;
			case frameKind.deliver:
				this.#parts.serving.deliver(decodeEvent(body), this.#ask(number));
				return;
			case frameKind.subscribe:
				this.#parts.serving.subscribe(decodeSubscribe(body), this.#ask(number));
				return;
			default:
				throw malformed(`its kind is ${kind}, which is for the other direction`);
		}
	}

	#enter(kind: FrameKind, body: string): void {
		if (kind !== frameKind.hello) throw malformed(`its kind is ${kind}, before the handshake`);
		const { host, token, serves } = this.#parts;
		const hello = decodeHello(body);
		let proof: string | undefined;
		if (token !== undefined) {
			const nonces = { server: this.#nonce, client: hello.nonce };
			const expected = proofOf('client', token, nonces, host.crypto);
			if (!isProved(expected, hello.proof, host.crypto)) {
				const message = `The instance '${hello.instance}' did not prove that it knows the fleet token.`;
				throw new FlotillaError('FLOTILLA_UNAUTHENTICATED', message);
			}
			proof = proofOf('server', token, nonces, host.crypto);
		}
		this.#entering?.cancel();
		this.#entering = undefined;
		this.#reader.maxBytes = limits.frameBytes;
		this.#outgoing.send(frameKind.welcome, 0, JSON.stringify({ serves, proof }));
		if (this.#draining) this.drain();
	}

	#ask(number: number): Asked {
		if (number === 0 || this.#asked.has(number)) throw malformed(`${number} is in use`);
		const asked = new Asked(this, number);
		this.#asked.set(number, asked);
		return asked;
	}

	#cancel(number: number, code: unknown): void {
		if (typeof code !== 'string') throw malformed('it is no reason to cancel');
		const asked = this.#asked.get(number);
		this.#asked.delete(number);
		asked?.onCancel?.(code);
	}

	#credit(number: number, items: unknown): void {
		if (!Number.isSafeInteger(items) || (items as number) < 1) throw malformed('it is no credit');
		this.#asked.get(number)?.onCredit?.(items as number);
	}

	/** The other side is gone. */
	#fail(): void {
		this.#stream.destroy();
		this.#forget();
	}

	#forget(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#entering?.cancel();
		const all = [...this.#asked.values()];
		this.#asked.clear();
		for (const asked of all) asked.onCancel?.('FLOTILLA_CANCELLED');
		this.#parts.ended(this);
	}
}
