import type { Client, Contract, Principal } from 'flotilla';
import type { RandomSource } from 'flotilla/adapter';
import type { ReadRows } from './assertions.ts';

/** What happens in a simulated world, and what must be true of it. */
export type Scenario = (world: World) => Promise<void> | void;

/** A simulated world, as a scenario sees it. Code in a scenario runs in virtual time too. */
export interface World {
	readonly seed: number;

	/** Chance for the scenario's own decisions: the same for the same seed. */
	readonly random: RandomSource;

	/** Virtual milliseconds since the start of the run. */
	nowMs(): number;

	/** Waits in virtual time. */
	sleep(ms: number): Promise<void>;

	/**
	 * A client of a service, on a machine of its own that reaches the service over the network.
	 *
	 * @param options.on The name of that machine: `client-1`, `client-2`; in turn when absent.
	 */
	client<C extends Contract>(contract: C, options?: ClientOptions): Client<C>;

	/** Runs `work` `count` times at once, and waits for all of them. */
	times(count: number, work: (index: number) => Promise<void>): Promise<void>;

	/**
	 * Tries `work` until it works, as a patient caller does: when it rejects with an error of the
	 * platform it is tried again after a pause. Any other error is the scenario's, and so is one that no
	 * patience helps against, such as an input that is wrong.
	 */
	insist<T>(work: () => Promise<T>): Promise<T>;

	/**
	 * What must hold whenever a service has committed something. The first time that it does not ends
	 * the run.
	 *
	 * @param check Throws, or returns false, when the committed state must not be.
	 */
	always(name: string, service: string, check: (rows: ReadRows) => unknown): void;

	/**
	 * What must come about after the world has healed and the scenario has ended: tried again and again
	 * until `check` no longer throws and does not return false.
	 */
	eventually(name: string, check: () => unknown): void;

	/**
	 * Something interesting that should happen in some runs at least. A batch of seeds in which it
	 * never did has not tested what it seems to test, and says so.
	 *
	 * @param happened Whether it happened just now; true when absent.
	 */
	sometimes(name: string, happened?: boolean): void;

	/** What a service has committed, as an omniscient observer sees it. */
	rows(service: string): ReadRows;

	/** Resolves when faults have ceased: partitions are over, machines run again. */
	healed(): Promise<void>;

	/** The machines that run instances of a service: `orders-1`, `orders-2`. */
	instances(service: string): readonly string[];

	/** Faults by hand, for a scenario that wants one at a certain moment. */
	readonly faults: FaultsByHand;
}

/** Who a client of a scenario is, and where it stands. */
export interface ClientOptions {
	/** On whose behalf it calls; absent: nobody's. */
	readonly principal?: Principal | undefined;
	/** Its machine: `client-1`, `client-2`; in turn when absent. */
	readonly on?: string | undefined;
}

/**
 * Faults at a moment that the scenario chooses, on machines by name: `orders-1`, `db-orders`, `client-1`.
 * They strike whatever faults are switched on, end when the world heals, and are in the trace.
 *
 * All throw `TypeError` for a machine that is not there.
 */
export interface FaultsByHand {
	/** Ends the process on a machine; its disk stays, and its peers learn of it. */
	crash(machine: string): void;
	/** Stops a machine: its peers are not told, and what was not synced to its disk is lost or torn. */
	powerLoss(machine: string): void;
	/** Starts a process where none runs. */
	restart(machine: string): void;
	/** Lets the process on a machine stand still, for virtual milliseconds. */
	pause(machine: string, forMs: number): void;
	/** Starts a successor beside a process that goes on, until `end`, under the same name. */
	twin(machine: string): { end(): void };
	/** Moves the wall clock of a machine, back when negative. */
	jumpClock(machine: string, byMs: number): void;
	/** Cuts the machines of the first list from those of the second, until `rejoin`. */
	partition(left: readonly string[], right: readonly string[]): { rejoin(): void };
	/** Holds what the machines of the first list send to those of the second; answers get through. */
	oneWayPartition(from: readonly string[], to: readonly string[]): { rejoin(): void };
	/** Breaks all connections between two machines. */
	reset(machine: string, other: string): void;
	/** Ends all faults, these and those of the run's own plan, for good. */
	heal(): void;
}
