import type { Address } from 'flotilla/adapter';
import { FlotillaError } from 'flotilla/adapter';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { ConnectionEnd, type EndUser, type Segment } from './connection-end.ts';
import type { PortListener } from './machine.ts';
import type { Medium } from './medium.ts';

export interface ConnectRequest<T> {
	readonly process: SimulatedProcess;
	readonly to: Address;
	readonly timeoutMs?: number | undefined;
	readonly carries: PortListener['carries'];
	/** Makes of an established connection what the caller gets. */
	readonly established: (end: ConnectionEnd) => T;
}

const timeoutMsMax = 600_000;
/** A request to connect is sent again after this long, then after twice as long each time. */
const handshakeRetryMs = 1_000;

/** Connects like TCP, by three messages: the other side accepts when the third one is there. */
export function connect<T>(medium: Medium, request: ConnectRequest<T>): Promise<T> {
	const { timeoutMs = 10_000, process } = request;
	if (!(timeoutMs >= 1 && timeoutMs <= timeoutMsMax)) {
		const message = `A connection takes 1 to ${timeoutMsMax} ms, not ${timeoutMs}.`;
		return Promise.reject(new TypeError(message));
	}
	return new Promise((resolve, reject) => {
		// The code of the dead gets no answer, not even a refusal.
		if (process.alive) new Handshake(medium, request, { resolve, reject }).start(timeoutMs);
	});
}

interface Outcome<T> {
	readonly resolve: (value: T) => void;
	readonly reject: (error: Error) => void;
}

class Handshake<T> implements EndUser {
	readonly #medium: Medium;
	readonly #request: ConnectRequest<T>;
	readonly #outcome: Outcome<T>;
	readonly #machine: string;
	readonly #local: Address;
	readonly #remote: Address;
	#stopWaiting: () => void = () => {};
	#ends: { readonly client: ConnectionEnd; readonly server: ConnectionEnd } | undefined;
	#over = false;

	constructor(medium: Medium, request: ConnectRequest<T>, outcome: Outcome<T>) {
		const { process, to } = request;
		this.#medium = medium;
		this.#request = request;
		this.#outcome = outcome;
		const viaLoopback = isLoopback(to.host);
		this.#machine = viaLoopback ? process.machine : to.host;
		const machine = medium.makeMachine(process.machine);
		const host = viaLoopback ? loopback : process.machine;
		this.#local = { host, port: machine.freePort(machine.listeners) ?? 0 };
		this.#remote = { host: viaLoopback ? loopback : to.host, port: to.port };
	}

	start(timeoutMs: number): void {
		const { kernel } = this.#medium;
		const { process } = this.#request;
		if (this.#medium.machine(this.#machine) === undefined) {
			kernel.after(0, process, 'connect', this.#machine, () => {
				this.#fail(`getaddrinfo ENOTFOUND ${this.#machine}`);
			});
			return;
		}
		const trueTimeoutMs = process.trueDelayMs(timeoutMs);
		const timer = kernel.after(trueTimeoutMs, process, 'connect', timeoutMs, () => {
			this.#fail(`no answer within ${timeoutMs} ms`);
		});
		this.#stopWaiting = () => timer.cancel();
		this.#ask(handshakeRetryMs);
	}

	// Until it is established, the connection is the business of nobody else.

	arrived(_segment: Segment): void {}
	acknowledged(): void {}

	lost(reason: string): void {
		this.#fail(reason);
	}

	/** The first message. */
	#ask(retryMs: number): void {
		const { process, to } = this.#request;
		const link = this.#medium.link(process.machine, this.#machine);
		const lost = link.loses(link.next());
		this.#after(link.delayMs(link.next()), undefined, () => {
			if (lost || link.blocked || !this.#medium.isUp(this.#machine)) {
				this.#after(retryMs, undefined, () => this.#ask(retryMs * 2));
				return;
			}
			const listener = this.#listener();
			if (listener === undefined) {
				const reason = `connect ECONNREFUSED ${to.host}:${to.port}`;
				this.#answer(retryMs, () => this.#fail(reason));
				return;
			}
			const acceptor = new Acceptor(listener, () => this.#listener() === listener);
			const client = { process, remote: this.#remote, user: this };
			const server = { process: listener.process, remote: this.#local, user: acceptor };
			this.#ends = ConnectionEnd.pair(this.#medium, client, server);
			acceptor.end = this.#ends.server;
			this.#answer(retryMs, () => this.#establish());
		});
	}

	/** The second message, either way. */
	#answer(retryMs: number, run: () => void): void {
		const { process } = this.#request;
		const link = this.#medium.link(this.#machine, process.machine);
		const lost = link.loses(link.next());
		this.#after(link.delayMs(link.next()), process, () => {
			if (lost || link.blocked) {
				this.#after(retryMs, undefined, () => this.#answer(retryMs * 2, run));
			} else {
				run();
			}
		});
	}

	/** The third message leaves, and the process may send. */
	#establish(): void {
		const client = this.#ends?.client;
		if (client === undefined) return;
		this.#over = true;
		this.#stopWaiting();
		const result = this.#request.established(client);
		client.send({});
		this.#outcome.resolve(result);
	}

	#fail(reason: string): void {
		if (this.#over) return;
		this.#over = true;
		this.#stopWaiting();
		this.#ends?.client.discard();
		this.#ends?.server.discard();
		const { host, port } = this.#request.to;
		const message = `Could not connect to ${host}:${port}: ${reason}.`;
		const error = new FlotillaError('FLOTILLA_CONNECTION_FAILED', message, {
			details: { host, port },
			cause: new Error(reason),
		});
		this.#outcome.reject(error);
	}

	#listener(): PortListener | undefined {
		const { process, to, carries } = this.#request;
		const listener = this.#medium.machine(this.#machine)?.listeners.get(to.port);
		if (listener?.carries !== carries || !listener.process.alive) return undefined;
		const isNear = process.machine === this.#machine;
		return listener.loopbackOnly && !isNear ? undefined : listener;
	}

	#after(delayMs: number, process: SimulatedProcess | undefined, run: () => void): void {
		const { host, port } = this.#remote;
		const { kernel } = this.#medium;
		const from = this.#request.process;
		kernel.after(
			delayMs,
			process,
			'connect',
			port,
			() => {
				if (!this.#over && from.alive) run();
			},
			() => `${from.machine} connects to ${host}:${port}`,
		);
	}
}

/** The accepting end until its third message is there. */
class Acceptor implements EndUser {
	end: ConnectionEnd | undefined;
	readonly #listener: PortListener;
	readonly #listens: () => boolean;

	constructor(listener: PortListener, listens: () => boolean) {
		this.#listener = listener;
		this.#listens = listens;
	}

	arrived(segment: Segment): void {
		const { end } = this;
		if (end === undefined) return;
		if (!this.#listens()) {
			end.abort({ unread: true });
			return;
		}
		this.#listener.accept(end);
		// What was sent at once came along with the third message.
		if (segment.sizeBytes > 0 || segment.ends) end.user.arrived(segment);
	}

	lost(): void {}
	acknowledged(): void {}
}

/** What both sides of a connection over the loopback see. */
export const loopback = '127.0.0.1';

export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
