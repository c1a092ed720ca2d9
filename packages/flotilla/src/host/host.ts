import type { FaultPoints } from '../faults/faults.ts';
import type { Clock } from './clock.ts';
import type { Cryptography } from './cryptography.ts';
import type { Databases } from './database.ts';
import type { Disk } from './disk.ts';
import type { HttpClient } from './http.ts';
import type { LogSink } from './logs.ts';
import type { Network } from './network.ts';
import type { RandomSource } from './random.ts';

/**
 * The seam to the outside world: everything impure that the platform does goes through one of
 * these members, so that a simulator can stand in for the world.
 *
 * Ownership: who makes a host closes what it opened through it; a host itself holds nothing open.
 * `host/node` is the real world.
 */
export interface Host {
	readonly clock: Clock;
	readonly random: RandomSource;
	readonly crypto: Cryptography;
	readonly network: Network;
	readonly http: HttpClient;
	readonly disk: Disk;
	readonly databases: Databases;
	readonly logs: LogSink;
	/** Where a simulation or a drill lets production code fail; absent: nowhere. */
	readonly faults?: FaultPoints;
}
