import type { Address, DatagramSocket } from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { plainBytes } from './byte-stream.ts';
import { isLoopback, loopback } from './connect.ts';
import type { Link } from './link.ts';
import type { PortReceiver } from './machine.ts';
import type { Medium } from './medium.ts';

export const datagramBytesMax = 65_507;

const duplicateShare = 0.02;
const reorderShare = 0.02;
const reorderMsMax = 50;
const reorderSalt = hashOf('reorder');
const duplicateSalt = hashOf('duplicate');

/** A bound port for datagrams: each arrives, or does not, or does so twice, on its own. */
export class SimulatedDatagramSocket implements DatagramSocket {
	readonly address: Address;
	readonly #medium: Medium;
	readonly #process: SimulatedProcess;
	readonly #unbind: () => void;
	#closed = false;

	constructor(
		medium: Medium,
		options: {
			readonly process: SimulatedProcess;
			readonly address: Address;
			readonly unbind: () => void;
		},
	) {
		this.#medium = medium;
		this.#process = options.process;
		this.address = options.address;
		this.#unbind = options.unbind;
	}

	send(bytes: Uint8Array, to: Address): void {
		const from = this.#process;
		if (this.#closed || !from.alive || bytes.length > datagramBytesMax) return;
		const near = isLoopback(to.host) || to.host === from.machine;
		const machine = this.#medium.machine(near ? from.machine : to.host);
		const receiver = machine?.receivers.get(to.port);
		if (machine === undefined || receiver === undefined || !machine.up) return;
		if (receiver.loopbackOnly && !near) return;
		const sender = { host: near ? loopback : from.machine, port: this.address.port };
		const link = this.#medium.link(from.machine, machine.name);
		const number = link.next();
		if (link.loses(number)) return;
		const delayMs = link.arrivalMs(number, bytes.length) - this.#medium.kernel.nowMs;
		const lateMs = this.#overtakenMs(link, number);
		const datagram = { link, number, receiver, sender };
		this.#deliver({ ...datagram, bytes, delayMs: delayMs + lateMs });
		if (this.#isDoubled(link, number)) {
			const laterMs = delayMs * (1 + link.draw(duplicateSalt, number));
			this.#deliver({ ...datagram, bytes: bytes.slice(), delayMs: laterMs });
		}
	}

	close(): Promise<void> {
		if (!this.#process.alive) return new Promise(() => {});
		if (!this.#closed) this.#unbind();
		this.#closed = true;
		return Promise.resolve();
	}

	#overtakenMs(link: Link, number: number): number {
		const late = link.strikes('network.reorder', number, reorderShare, () => {
			return `a datagram from ${link.from} to ${link.to} is overtaken`;
		});
		return late ? reorderMsMax * link.draw(reorderSalt, number) : 0;
	}

	#isDoubled(link: Link, number: number): boolean {
		return link.strikes('network.duplicate', number, duplicateShare, () => {
			return `a datagram from ${link.from} to ${link.to} arrives twice`;
		});
	}

	#deliver(datagram: {
		readonly bytes: Uint8Array;
		readonly delayMs: number;
		readonly link: Link;
		readonly number: number;
		readonly receiver: PortReceiver;
		readonly sender: Address;
	}): void {
		const { bytes, delayMs, link, number, receiver, sender } = datagram;
		const { kernel, log, describeBytes } = this.#medium;
		const sentAtMs = kernel.nowMs;
		const arriveAtMs = sentAtMs + delayMs;
		const { from, to } = link;
		const content = (): string => {
			const meaning = describeBytes?.(bytes);
			return `datagram of ${bytes.length} bytes${meaning === undefined ? '' : `: ${meaning}`}`;
		};
		const run = (): void => {
			if (link.blockedAt(arriveAtMs)) {
				link.countLoss();
				return;
			}
			kernel.trace.add(bytes);
			if (bytes.length > receiver.maxBytes || !receiver.bound()) return;
			link.countDelivery(bytes.length);
			if (log.keeps) {
				const deliveredAtMs = kernel.nowMs;
				log.add({ connection: 0, from, to, sentAtMs, deliveredAtMs, text: content() });
			}
			receiver.receive(plainBytes(bytes), sender);
		};
		kernel.after(delayMs, receiver.process, 'message', number, run, () => {
			return link.blockedAt(arriveAtMs)
				? `${from} → ${to} is blocked`
				: `${from} → ${to} ${content()}`;
		});
	}
}
