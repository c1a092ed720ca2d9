import type { Databases, SqliteValue, SqlRow } from 'flotilla/adapter';
import { cryptographyOf } from '../cryptography/simulated-cryptography.ts';
import { DatabaseMachine } from '../database/database-machine.ts';
import { type EmbeddedEngine, EmbeddedStorage } from '../database/embedded-storage.ts';
import { SimulatedDatabases } from '../database/simulated-databases.ts';
import { SimulatedDisk } from '../disk/simulated-disk.ts';
import { SimulatedHttp } from '../http/simulated-http.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import type { Devices } from '../machine/host.ts';
import type { LogBook } from '../machine/logs.ts';
import type { Machine } from '../machine/machine.ts';
import type { Death, SimulatedNetwork } from '../network/simulated-network.ts';

export interface DeviceRoomOptions {
	readonly kernel: Kernel;
	readonly network: SimulatedNetwork;
	readonly log: LogBook;
	/** Whether databases are in the processes, not on machines of their own. */
	readonly embedded: boolean;
}

/** The devices of all machines: they stay when processes end. */
export class DeviceRoom {
	readonly #options: DeviceRoomOptions;
	readonly #servers = new Map<string, DatabaseMachine>();
	readonly #storages = new Map<string, EmbeddedStorage>();
	/** By the machine and the computer that it runs on. */
	readonly #disks = new Map<string, SimulatedDisk>();
	readonly #diskOf = new Map<SimulatedProcess, SimulatedDisk>();
	readonly #http: SimulatedHttp;
	/** Services with a database, wherever it is. */
	readonly #services = new Set<string>();

	constructor(options: DeviceRoomOptions) {
		this.#options = options;
		this.#http = new SimulatedHttp({ kernel: options.kernel });
	}

	/** @param engine The process's own copy of the embedded engine. */
	devicesOf(
		machine: Machine,
		process: SimulatedProcess,
		engine: EmbeddedEngine,
	): Omit<Devices, 'network'> {
		const { kernel, network, log, embedded } = this.#options;
		const databases: Databases =
			embedded && machine.role === 'instance'
				? this.#storage(machine.name).databasesOf(process, engine)
				: new SimulatedDatabases({ kernel, network, process });
		const disk = this.#disk(machine);
		this.#diskOf.set(process, disk);
		return {
			crypto: cryptographyOf(kernel, process),
			http: this.#http.clientOf(process),
			disk: disk.of(process),
			databases,
			logs: log.sinkOf(process),
		};
	}

	/** Adds the database of a service; the machine that it is on when it has one of its own. */
	addDatabase(service: string): DatabaseMachine | undefined {
		const { kernel, network, embedded } = this.#options;
		this.#services.add(service);
		if (embedded) return undefined;
		const server = new DatabaseMachine({ kernel, network, service });
		this.#servers.set(service, server);
		return server;
	}

	onCommit(service: string, listener: () => void): void {
		const server = this.#servers.get(service);
		if (server !== undefined) server.onCommit(listener);
		else for (const storage of this.#embedded(service)) storage.onCommit(service, listener);
	}

	/** @throws {TypeError} The service has no database. */
	rows(service: string, sql: string, values: readonly SqliteValue[]): readonly SqlRow[] {
		const server = this.#servers.get(service);
		if (server !== undefined) return server.rows(sql, values);
		return this.#embedded(service).flatMap((storage) => [...storage.rows(service, sql, values)]);
	}

	died(machine: Machine, process: SimulatedProcess | undefined, how: Death): void {
		const disk = process === undefined ? this.#disk(machine) : this.#diskOf.get(process);
		disk?.processDied(process, how);
		if (process !== undefined) this.#diskOf.delete(process);
		this.#storages.get(machine.name)?.died(how);
	}

	/** Frees the memory of all databases. */
	close(): void {
		for (const server of this.#servers.values()) server.close();
		for (const storage of this.#storages.values()) storage.close();
	}

	#embedded(service: string): readonly EmbeddedStorage[] {
		if (this.#options.embedded && this.#services.has(service)) return [...this.#storages.values()];
		const names = [...this.#services].join(', ');
		throw new TypeError(`There is no database of '${service}'. There are: ${names}.`);
	}

	#storage(machine: string): EmbeddedStorage {
		const known = this.#storages.get(machine);
		if (known !== undefined) return known;
		const made = new EmbeddedStorage(this.#options.kernel, machine);
		this.#storages.set(machine, made);
		return made;
	}

	#disk({ name, computer }: Machine): SimulatedDisk {
		const machine = computer === 1 ? name : `${name} on computer ${computer}`;
		const known = this.#disks.get(machine);
		if (known !== undefined) return known;
		const made = new SimulatedDisk({ kernel: this.#options.kernel, machine });
		this.#disks.set(machine, made);
		return made;
	}
}
