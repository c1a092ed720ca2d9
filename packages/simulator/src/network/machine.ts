import type { Address } from 'flotilla/adapter';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import type { ConnectionEnd } from './connection-end.ts';

/** Who listens on a port. */
export interface PortListener {
	readonly process: SimulatedProcess;
	/** Whether runs of bytes or whole messages travel over its connections. */
	readonly carries: 'bytes' | 'messages';
	/** Whether only processes of the same machine may connect. */
	readonly loopbackOnly: boolean;
	/** Called as an event of the process, with a connection that is established. */
	readonly accept: (end: ConnectionEnd) => void;
}

/** Who receives the datagrams of a port. */
export interface PortReceiver {
	readonly process: SimulatedProcess;
	readonly loopbackOnly: boolean;
	readonly maxBytes: number;
	readonly receive: (bytes: Uint8Array, from: Address) => void;
	/** False once it is closed. */
	readonly bound: () => boolean;
}

const firstEphemeralPort = 49_152;
const lastPort = 65_535;

/** A machine as the network sees it: whether it is up, and what its ports lead to. */
export class Machine {
	readonly name: string;
	up = true;
	readonly listeners: Map<number, PortListener> = new Map();
	readonly receivers: Map<number, PortReceiver> = new Map();
	#nextPort = firstEphemeralPort;

	constructor(name: string) {
		this.name = name;
	}

	/** The next port in turn that nobody has; `undefined` when all are taken. */
	freePort(taken: ReadonlyMap<number, unknown>): number | undefined {
		for (let tries = firstEphemeralPort; tries <= lastPort; tries++) {
			const port = this.#nextPort;
			this.#nextPort = port === lastPort ? firstEphemeralPort : port + 1;
			if (!taken.has(port)) return port;
		}
		return undefined;
	}

	/** Frees the ports of a process. */
	release(process: SimulatedProcess): void {
		for (const ports of [this.listeners, this.receivers]) {
			for (const [port, owner] of ports) if (owner.process === process) ports.delete(port);
		}
	}
}
