import { hashOf } from '../kernel/chance.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import type { ConnectionEnd } from './connection-end.ts';
import { Link } from './link.ts';
import { Machine } from './machine.ts';
import type { MessageLog } from './message-log.ts';

export interface MediumOptions {
	readonly kernel: Kernel;
	readonly zoneOf: (machine: string) => string;
	readonly log: MessageLog;
	readonly describeBytes: ((bytes: Uint8Array) => string | undefined) | undefined;
}

const sameMachineMs = 0.05;
const sameZoneMs = 0.3;
const nearestZoneMs = 0.5;
const farthestZoneMs = 40;

/** Everything between the machines of a run: what connections and datagrams travel through. */
export class Medium {
	readonly kernel: Kernel;
	readonly log: MessageLog;
	readonly describeBytes: ((bytes: Uint8Array) => string | undefined) | undefined;
	readonly #zoneOf: (machine: string) => string;
	readonly #machines = new Map<string, Machine>();
	readonly #links = new Map<string, Map<string, Link>>();
	readonly #ends = new Map<SimulatedProcess, Set<ConnectionEnd>>();
	#connections = 0;

	constructor({ kernel, zoneOf, log, describeBytes }: MediumOptions) {
		this.kernel = kernel;
		this.log = log;
		this.describeBytes = describeBytes;
		this.#zoneOf = zoneOf;
	}

	/** The number of a connection that is made now. */
	nextConnection(): number {
		return ++this.#connections;
	}

	/** A machine that has been up once; `undefined`: nobody knows the name. */
	machine(name: string): Machine | undefined {
		return this.#machines.get(name);
	}

	isUp(name: string): boolean {
		return this.#machines.get(name)?.up === true;
	}

	makeMachine(name: string): Machine {
		let machine = this.#machines.get(name);
		if (machine === undefined) {
			machine = new Machine(name);
			this.#machines.set(name, machine);
		}
		return machine;
	}

	link(from: string, to: string): Link {
		let links = this.#links.get(from);
		if (links === undefined) {
			links = new Map();
			this.#links.set(from, links);
		}
		let link = links.get(to);
		if (link === undefined) {
			link = new Link(this.kernel, { from, to, baseDelayMs: this.#baseDelayMs(from, to) });
			links.set(to, link);
		}
		return link;
	}

	*links(): Iterable<Link> {
		for (const links of this.#links.values()) yield* links.values();
	}

	/** Remembers an end of a connection that a process has open. */
	keep(end: ConnectionEnd): void {
		let ends = this.#ends.get(end.process);
		if (ends === undefined) {
			ends = new Set();
			this.#ends.set(end.process, ends);
		}
		ends.add(end);
	}

	forget(end: ConnectionEnd): void {
		this.#ends.get(end.process)?.delete(end);
	}

	/** The ends that processes of one machine have with another one; a copy, in order of opening. */
	endsBetween(machine: string, other: string): ConnectionEnd[] {
		const found: ConnectionEnd[] = [];
		for (const [process, ends] of this.#ends) {
			if (process.machine !== machine) continue;
			for (const end of ends) if (end.link.to === other) found.push(end);
		}
		return found;
	}

	/** Takes what a dead process had open. */
	takeEnds(process: SimulatedProcess): Iterable<ConnectionEnd> {
		const ends = this.#ends.get(process);
		this.#ends.delete(process);
		return ends ?? [];
	}

	#baseDelayMs(from: string, to: string): number {
		if (from === to) return sameMachineMs;
		const zones = [this.#zoneOf(from), this.#zoneOf(to)].sort();
		if (zones[0] === zones[1]) return sameZoneMs;
		const share = this.kernel.chance.draw(hashOf(`distance of zones ${zones.join(', ')}`), 0);
		// Most of them are halls of one town, few are continents.
		return nearestZoneMs + (farthestZoneMs - nearestZoneMs) * share ** 3;
	}
}
