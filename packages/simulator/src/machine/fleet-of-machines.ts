import type { Fleet, Registry } from 'flotilla/run';
import type { EmbeddedEngine } from '../database/embedded-storage.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import type { Death, SimulatedNetwork } from '../network/simulated-network.ts';
import { messageOf } from '../scenario/assertions.ts';
import type { Machinery } from '../scenario/nemesis.ts';
import { type Devices, hostOf } from './host.ts';
import type { Machine, Role } from './machine.ts';
import { MachineProcess } from './process.ts';
import { type Program, start } from './program.ts';

/** A machine that keeps databases, which has no process of the platform. */
export interface DatabaseServer {
	readonly name: string;
	crash(): void;
	restart(): void;
	/** Its process, for pauses; `undefined` while it is down. */
	readonly process: MachineProcess | undefined;
}

export interface FleetOfMachinesOptions {
	readonly kernel: Kernel;
	readonly network: SimulatedNetwork;
	/** The devices of a process, but for the network. */
	readonly devicesOf: (
		machine: Machine,
		process: SimulatedProcess,
		engine: EmbeddedEngine,
	) => Omit<Devices, 'network'>;
	/** Whether databases are on machines of their own. */
	readonly isStateless: boolean;
	readonly registry: Registry;
	/** What a new process of a machine runs. */
	readonly programOf: (machine: Machine) => Pick<Program, 'appUrl' | 'load'>;
	/** Called when a process has died, or a machine without one has lost its power, before anything else. */
	readonly died: (machine: Machine, process: MachineProcess | undefined, how: Death) => void;
}

export interface MachineOptions {
	readonly name: string;
	readonly role: Role;
	/** Absent: all services. */
	readonly serve?: readonly string[] | undefined;
	readonly offsetMs: number;
	readonly drift: number;
}

/** The port of every instance, on a machine of its own. */
export const fabricPort = 7_400;

/** Who does not know it is not of the fleet. */
const FLEET_TOKEN = 'the token of the simulated fleet';

/** How long a process takes to start, and how long an orchestrator waits after a failed start. */
const START_MS = 20;
const START_AGAIN_MS = 1_000;

/** All machines of a run: starts their processes, ends them, and starts them again. */
export class FleetOfMachines implements Machinery {
	readonly #options: FleetOfMachinesOptions;
	readonly #machines = new Map<string, Machine>();
	readonly #servers = new Map<string, DatabaseServer>();
	readonly #blocked = new Map<string, number>();

	constructor(options: FleetOfMachinesOptions) {
		this.#options = options;
	}

	get instances(): readonly string[] {
		return [...this.#machines.values()].filter(({ role }) => role === 'instance').map(nameOf);
	}

	get databases(): readonly string[] {
		return [...this.#servers.keys()];
	}

	get machines(): readonly string[] {
		return [...this.#machines.keys(), ...this.#servers.keys()];
	}

	/** Adds a machine, and starts its process. */
	add({ name, role, serve, offsetMs, drift }: MachineOptions): void {
		const machine: Machine = {
			name,
			role,
			serve,
			clock: { offsetMs, drift },
			process: undefined,
			fleet: undefined,
			ready: false,
			startError: undefined,
			twin: undefined,
			computer: 1,
			incarnations: 0,
		};
		this.#machines.set(name, machine);
		this.#start(machine);
	}

	addServer(server: DatabaseServer): void {
		this.#servers.set(server.name, server);
	}

	/** Whether every process is there, has started and is known to all others that need it. */
	get ready(): boolean {
		return [...this.#machines.values()].every(({ ready }) => ready);
	}

	/** Those that are not, and why, for whoever waits in vain. */
	get notReady(): readonly string[] {
		return [...this.#machines.values()]
			.filter(({ ready }) => !ready)
			.map(({ name, startError }) => (startError === undefined ? name : `${name} (${startError})`));
	}

	machine(name: string): Machine {
		const machine = this.#machines.get(name);
		if (machine !== undefined) return machine;
		throw new TypeError(`There is no machine '${name}'. There are: ${this.machines.join(', ')}.`);
	}

	/** @throws {TypeError} There is no such machine, with a database or without. */
	check(name: string): void {
		if (!this.#servers.has(name)) this.machine(name);
	}

	running(name: string): boolean {
		return this.#processOf(name) !== undefined;
	}

	crash(name: string, how: Death): void {
		const server = this.#servers.get(name);
		if (server !== undefined) server.crash();
		else this.#end(this.machine(name), how);
	}

	restart(name: string): void {
		const server = this.#servers.get(name);
		if (server !== undefined) server.restart();
		else if (this.machine(name).process === undefined) this.#start(this.machine(name));
	}

	startTwin(name: string): void {
		const machine = this.machine(name);
		if (machine.process === undefined || machine.twin !== undefined) return;
		machine.twin = machine.process;
		// On the same disk the lock of its data folder would keep it from starting.
		if (this.#options.isStateless) machine.computer += 1;
		this.#options.network.releaseAddresses(machine.process);
		this.#start(machine);
	}

	endTwin(name: string): void {
		const machine = this.machine(name);
		const { twin } = machine;
		if (twin === undefined) return;
		machine.twin = undefined;
		this.#kill(machine, twin, 'crash');
	}

	pause(name: string, forMs: number): void {
		const process = this.#processOf(name);
		if (forMs === 0) process?.resume();
		else process?.pause(this.#options.kernel.nowMs + forMs);
	}

	jumpClock(name: string, byMs: number): void {
		const machine = this.#machines.get(name);
		if (machine !== undefined) machine.clock.offsetMs += byMs;
	}

	block(from: string, to: string): void {
		const link = `${from}>${to}`;
		const count = this.#blocked.get(link) ?? 0;
		this.#blocked.set(link, count + 1);
		if (count === 0) this.#options.network.block(from, to);
	}

	unblock(from: string, to: string): void {
		const link = `${from}>${to}`;
		const count = this.#blocked.get(link) ?? 0;
		this.#blocked.set(link, Math.max(0, count - 1));
		if (count === 1) this.#options.network.unblock(from, to);
	}

	/** Starts what is down, and ends what should not be there: cuts, twins and pauses. */
	heal(): void {
		this.#blocked.clear();
		this.#options.network.heal();
		for (const machine of this.#machines.values()) {
			this.endTwin(machine.name);
			machine.process?.resume();
			if (machine.process === undefined) this.#start(machine);
		}
		for (const server of this.#servers.values()) {
			if (server.process === undefined) server.restart();
			else server.process.resume();
		}
	}

	#processOf(name: string): MachineProcess | undefined {
		return (this.#servers.get(name) ?? this.#machines.get(name))?.process;
	}

	#start(machine: Machine): void {
		const { kernel, network } = this.#options;
		const incarnation = ++machine.incarnations;
		const process = new MachineProcess(kernel, machine.name, incarnation, machine.clock);
		machine.process = process;
		machine.fleet = undefined;
		machine.ready = false;
		network.machineUp(machine.name);
		kernel.after(
			START_MS,
			process,
			'start',
			incarnation,
			() => void this.#run(machine, process),
			() => `process ${incarnation} of ${machine.name} starts`,
		);
	}

	/** Runs as the process itself, and so ends with it. */
	async #run(machine: Machine, process: MachineProcess): Promise<void> {
		try {
			const fleet = await this.#startProgram(machine, process);
			machine.fleet = fleet;
			await fleet.ready();
			if (machine.process === process) machine.ready = true;
			machine.startError = undefined;
		} catch (error) {
			machine.startError = messageOf(error);
			this.#options.kernel.note(machine.name, 'start failed', String(error), () => String(error));
			this.#options.kernel.after(START_AGAIN_MS, process, 'start again', '', () =>
				this.#startAgain(machine, process),
			);
		}
	}

	#startProgram(machine: Machine, process: MachineProcess): Promise<Fleet> {
		const { kernel, network, devicesOf, registry, programOf, isStateless } = this.#options;
		const isCalled = machine.role === 'instance';
		return start({
			...programOf(machine),
			serve: machine.serve,
			isStateless: isStateless || machine.role === 'client',
			hostWith: (engine) => {
				const devices = devicesOf(machine, process, engine);
				return hostOf(kernel, process, { ...devices, network: network.networkOf(process) });
			},
			fabric: {
				registry,
				token: FLEET_TOKEN,
				instance: `${machine.name}/${process.incarnation}`,
				...(isCalled && { listen: { host: machine.name, port: fabricPort } }),
			},
		});
	}

	#startAgain(machine: Machine, process: MachineProcess): void {
		if (machine.process !== process) return;
		this.#end(machine, 'crash');
		this.#start(machine);
	}

	#end(machine: Machine, how: Death): void {
		if (how === 'power-loss') this.endTwin(machine.name);
		const { process } = machine;
		if (process === undefined && how === 'crash') return;
		machine.process = undefined;
		machine.fleet = undefined;
		machine.ready = false;
		if (process === undefined) this.#options.died(machine, undefined, how);
		else this.#kill(machine, process, how);
		if (how === 'power-loss') this.#options.network.machineDown(machine.name);
	}

	#kill(machine: Machine, process: MachineProcess, how: Death): void {
		process.die();
		this.#options.network.processDied(process, how);
		this.#options.died(machine, process, how);
	}
}

function nameOf({ name }: { readonly name: string }): string {
	return name;
}
