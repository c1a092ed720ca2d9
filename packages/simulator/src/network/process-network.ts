import {
	type Address,
	type ByteStream,
	type ConnectOptions,
	type DatagramOptions,
	type DatagramSocket,
	type ErrorCode,
	FlotillaError,
	type Listener,
	type ListenOptions,
	type Network,
} from 'flotilla/adapter';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { SimulatedByteStream } from './byte-stream.ts';
import { type Channel, type ChannelListener, SimulatedChannel } from './channel.ts';
import { connect, isLoopback, loopback } from './connect.ts';
import type { ConnectionEnd } from './connection-end.ts';
import { datagramBytesMax, SimulatedDatagramSocket } from './datagrams.ts';
import type { Machine, PortListener, PortReceiver } from './machine.ts';
import type { Medium } from './medium.ts';

/** The network as one process has it. What it opens goes with it. */
export class ProcessNetwork implements Network {
	readonly #medium: Medium;
	readonly #process: SimulatedProcess;
	readonly #machine: Machine;

	constructor(medium: Medium, process: SimulatedProcess) {
		this.#medium = medium;
		this.#process = process;
		this.#machine = medium.makeMachine(process.machine);
	}

	listen(options: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener> {
		return this.#settle(() => {
			refuseTls(options);
			const { address, close } = this.#bind(options, 'bytes', (end) => {
				const stream = new SimulatedByteStream(end);
				try {
					accept(stream);
				} finally {
					// Nobody owns it, so nobody would ever close it.
					if (!stream.started) stream.destroy();
				}
			});
			return { address, close: () => this.#settle(close) };
		});
	}

	connect(options: ConnectOptions): Promise<ByteStream> {
		const { host, port, timeoutMs, tls } = options;
		if (tls !== undefined) return this.#settle(() => refuseTls(options) as never);
		return connect(this.#medium, {
			process: this.#process,
			to: { host, port },
			timeoutMs,
			carries: 'bytes',
			established: (end) => new SimulatedByteStream(end),
		});
	}

	openDatagrams(
		options: DatagramOptions,
		receive: (bytes: Uint8Array, from: Address) => void,
	): Promise<DatagramSocket> {
		return this.#settle(() => {
			const { maxBytes = datagramBytesMax } = options;
			if (!(maxBytes >= 1 && maxBytes <= datagramBytesMax)) {
				throw new TypeError(`A datagram has 1 to ${datagramBytesMax} bytes, not ${maxBytes}.`);
			}
			const { receivers } = this.#machine;
			const address = this.#addressFor(options, receivers, 'receive');
			const { port } = address;
			const receiver: PortReceiver = {
				process: this.#process,
				loopbackOnly: address.host === loopback,
				maxBytes,
				receive,
				bound: () => receivers.get(port) === receiver,
			};
			receivers.set(port, receiver);
			const unbind = (): void => {
				if (receivers.get(port) === receiver) receivers.delete(port);
			};
			return new SimulatedDatagramSocket(this.#medium, { process: this.#process, address, unbind });
		});
	}

	openChannel(options: Address & { readonly timeoutMs?: number }): Promise<Channel> {
		return connect(this.#medium, {
			process: this.#process,
			to: { host: options.host, port: options.port },
			timeoutMs: options.timeoutMs,
			carries: 'messages',
			established: (end) => new SimulatedChannel(end),
		});
	}

	listenChannel(port: number, accept: (channel: Channel) => void): ChannelListener {
		return this.#bind({ host: this.#machine.name, port }, 'messages', (end) => {
			const channel = new SimulatedChannel(end);
			try {
				accept(channel);
			} finally {
				if (!channel.started) channel.destroy();
			}
		});
	}

	#bind(
		wanted: Address,
		carries: PortListener['carries'],
		accept: (end: ConnectionEnd) => void,
	): { readonly address: Address; readonly close: () => void } {
		const { listeners } = this.#machine;
		const address = this.#addressFor(wanted, listeners, 'listen');
		const { port } = address;
		const listener: PortListener = {
			process: this.#process,
			carries,
			loopbackOnly: address.host === loopback,
			accept,
		};
		listeners.set(port, listener);
		const close = (): void => {
			if (listeners.get(port) === listener) listeners.delete(port);
		};
		return { address, close };
	}

	#addressFor(
		{ host, port }: Address,
		taken: ReadonlyMap<number, PortListener | PortReceiver>,
		verb: string,
	): Address {
		const refuse = (code: ErrorCode, reason: string): FlotillaError =>
			new FlotillaError(code, `Could not ${verb} on ${host}:${port}: ${reason}.`, {
				details: { host, port },
			});
		const own = host === this.#machine.name || host === '0.0.0.0' || host === '::';
		if (!own && !isLoopback(host)) {
			throw refuse('FLOTILLA_ADDRESS_UNAVAILABLE', `this machine is ${this.#machine.name}`);
		}
		if (!Number.isInteger(port) || port < 0 || port > 65_535) {
			throw refuse('FLOTILLA_ADDRESS_UNAVAILABLE', 'there is no such port');
		}
		if (taken.has(port)) throw refuse('FLOTILLA_ADDRESS_IN_USE', 'address already in use');
		const chosen = port === 0 ? this.#machine.freePort(taken) : port;
		if (chosen === undefined) throw refuse('FLOTILLA_ADDRESS_UNAVAILABLE', 'no port is free');
		return { host: isLoopback(host) ? loopback : host, port: chosen };
	}

	/** The code of the dead gets no answer. */
	#settle<T>(work: () => T): Promise<T> {
		return new Promise((resolve) => {
			if (this.#process.alive) resolve(work());
		});
	}
}

function refuseTls({ tls }: ListenOptions | ConnectOptions): void {
	if (tls === undefined) return;
	throw new FlotillaError('FLOTILLA_CONFIGURATION', 'TLS is not simulated: leave out the options.');
}
