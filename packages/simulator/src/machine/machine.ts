import type { Fleet } from 'flotilla/run';
import type { MachineClock, MachineProcess } from './process.ts';

/** What a machine is there for. */
export type Role =
	/** Runs an instance of a service, or the whole app. */
	| 'instance'
	/** Calls services for the scenario. */
	| 'client'
	/** Keeps the database of a service. */
	| 'database';

/** A simulated machine: what stays when its process ends. */
export interface Machine {
	readonly name: string;
	readonly role: Role;
	readonly clock: MachineClock;
	/** The services that its process runs; `undefined`: all. */
	readonly serve: readonly string[] | undefined;
	process: MachineProcess | undefined;
	/** Of the process, once it has started. */
	fleet: Fleet | undefined;
	/** Whether it is known to all that need it. */
	ready: boolean;
	/** Why its last process did not start, if it did not. */
	startError: string | undefined;
	/** A process that goes on although its successor has been started. */
	twin: MachineProcess | undefined;
	/**
	 * Which computer it runs on: a successor that is started beside its predecessor runs on another one,
	 * with a disk of its own, when its data are not on that disk.
	 */
	computer: number;
	/** How many processes it has had. */
	incarnations: number;
}
