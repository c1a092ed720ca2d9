import type {
	Cryptography,
	Databases,
	Disk,
	FaultPoints,
	Host,
	HttpClient,
	LogSink,
	Network,
} from 'flotilla/adapter';
import { faultScope } from '../kernel/fault-decisions.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { clockOf } from './clock.ts';

/** The devices of a machine, as one of its processes has them. */
export interface Devices {
	readonly crypto: Cryptography;
	readonly network: Network;
	readonly http: HttpClient;
	readonly disk: Disk;
	readonly databases: Databases;
	readonly logs: LogSink;
}

/** The simulated world as the platform sees it: the second implementation of the seams. */
export function hostOf(kernel: Kernel, process: SimulatedProcess, devices: Devices): Host {
	return {
		clock: clockOf(kernel, process),
		random: process.random,
		faults: faultPointsOf(kernel, process),
		...devices,
	};
}

/** Faults inside production code, at the places where it asks for them. */
function faultPointsOf(kernel: Kernel, { machine, incarnation }: SimulatedProcess): FaultPoints {
	const scope = faultScope(`${machine}/${incarnation}`);
	const counts = new Map<string, number>();
	return {
		strikes: (point) => {
			const count = counts.get(point) ?? 0;
			counts.set(point, count + 1);
			return kernel.faults.strikes(point, scope, count, POINT_PROBABILITY, () => machine);
		},
	};
}

const POINT_PROBABILITY = 0.05;
