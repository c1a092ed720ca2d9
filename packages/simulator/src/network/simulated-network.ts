import type { Address, Network } from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import type { Channel, ChannelListener } from './channel.ts';
import type { Link, LinkCounts } from './link.ts';
import { Medium } from './medium.ts';
import { MessageLog, type MessageRecord } from './message-log.ts';
import { ProcessNetwork } from './process-network.ts';

export interface SimulatedNetworkOptions {
	readonly kernel: Kernel;
	/** Where a machine stands; machines of one zone are close to each other. All in one when absent. */
	readonly zoneOf?: ((machine: string) => string) | undefined;
	/** How many messages to keep for sequence diagrams at most, the last ones; 0, the default, keeps none. */
	readonly messages?: number | undefined;
	/** What a run of bytes means, such as the frames in it, for the trace in words. */
	readonly describeBytes?: ((bytes: Uint8Array) => string | undefined) | undefined;
}

/** How a process ends, as its peers see it. */
export type Death =
	/** The operating system tells them: their ends are reset. */
	| 'crash'
	/** Nobody tells them; once the machine is up again it answers what they send with a reset. */
	| 'power-loss';

/** Connections over a link that is blocked for this long are given up, however silent they are. */
const silenceBorneMs = 40_000;

/**
 * All machines of a run and what connects them. A machine's address is its name.
 *
 * Connections behave like TCP (see `ConnectionEnd`), datagrams like UDP. How far machines are from each
 * other depends on their zones: 0.3 ms within one, 1 to 40 ms between two, 0.05 ms on a machine.
 */
export class SimulatedNetwork {
	readonly #kernel: Kernel;
	readonly #medium: Medium;
	readonly #log: MessageLog;

	constructor({ kernel, zoneOf, messages = 0, describeBytes }: SimulatedNetworkOptions) {
		this.#kernel = kernel;
		this.#log = new MessageLog(messages);
		this.#medium = new Medium({
			kernel,
			zoneOf: zoneOf ?? (() => 'zone'),
			log: this.#log,
			describeBytes,
		});
	}

	/** Delivered messages, when they are kept: the last ones. */
	get messages(): readonly MessageRecord[] {
		return this.#log.records;
	}

	/** What went over each link so far, in the order in which the links were first used. */
	counts(): readonly LinkCounts[] {
		return [...this.#medium.links()].map(({ counts }) => counts);
	}

	/** The `Network` seam of a process. Makes its machine known, and up. */
	networkOf(process: SimulatedProcess): Network {
		this.machineUp(process.machine);
		return new ProcessNetwork(this.#medium, process);
	}

	/**
	 * Rejects with `FLOTILLA_CONNECTION_FAILED`, as `Network.connect` does. Never settles once the
	 * process is dead.
	 */
	openChannel(
		process: SimulatedProcess,
		options: Address & { readonly timeoutMs?: number },
	): Promise<Channel> {
		return new ProcessNetwork(this.#medium, process).openChannel(options);
	}

	/** Throws `FLOTILLA_ADDRESS_IN_USE`. A channel that `accept` does not start is destroyed. */
	listenChannel(
		process: SimulatedProcess,
		port: number,
		accept: (channel: Channel) => void,
	): ChannelListener {
		this.machineUp(process.machine);
		return new ProcessNetwork(this.#medium, process).listenChannel(port, accept);
	}

	// The nemesis.

	/** Holds bytes and loses datagrams from one machine to the other. Nests: unblock as often. */
	block(from: string, to: string): void {
		const link = this.#medium.link(from, to);
		const wasBlocked = link.blocked;
		link.block();
		if (!wasBlocked) this.#breakAfterSilence(link);
	}

	unblock(from: string, to: string): void {
		this.#medium.link(from, to).unblock();
	}

	/** Delays everything that is sent until `durationMs` from now; nothing is lost. */
	clog(from: string, to: string, durationMs: number): void {
		this.#medium.link(from, to).clog(durationMs);
	}

	/** Breaks all connections between two machines; each end learns after a delay of its own. */
	reset(machineA: string, machineB: string): void {
		for (const end of this.#medium.endsBetween(machineA, machineB)) end.break();
	}

	/** Lifts all blocks and clogs. */
	heal(): void {
		for (const link of this.#medium.links()) link.heal();
	}

	/** Everything that the process had open is gone. Call it once `process.alive` is false. */
	processDied(process: SimulatedProcess, how: Death): void {
		this.releaseAddresses(process);
		for (const end of this.#medium.takeEnds(process)) end.died({ told: how === 'crash' });
	}

	/** Frees the addresses of a process and leaves its connections: for a twin that takes its place. */
	releaseAddresses(process: SimulatedProcess): void {
		this.#medium.machine(process.machine)?.release(process);
	}

	machineUp(name: string): void {
		this.#medium.makeMachine(name).up = true;
	}

	/** From now on the machine answers nothing, not even with a refusal. */
	machineDown(name: string): void {
		this.#medium.makeMachine(name).up = false;
	}

	/** One direction is enough: what is asked or what is answered does not get through. */
	#breakAfterSilence(link: Link): void {
		const sinceMs = this.#kernel.nowMs;
		const { from, to } = link;
		this.#kernel.after(silenceBorneMs, undefined, 'keep-alive', link.scope.hash, () => {
			if (!link.blockedAt(sinceMs)) return;
			for (const end of this.#medium.endsBetween(from, to)) end.giveUp();
			for (const end of this.#medium.endsBetween(to, from)) end.giveUp();
		});
	}
}
