import type { Host } from '../host.ts';
import type { LogLevel } from '../logs.ts';
import { NodeClock } from './clock.ts';
import { NodeCryptography } from './cryptography.ts';
import { NodeDatabases } from './databases.ts';
import { NodeDisk } from './disk.ts';
import { NodeHttpClient } from './http.ts';
import { NodeLogs } from './logs.ts';
import { NodeNetwork } from './network.ts';
import { nodeRandom } from './random.ts';

export interface NodeHostOptions {
	/** Where log lines go; 2, standard error, when absent. */
	readonly logFileDescriptor?: number;
	/** Log records below it are left out; `info` when absent. */
	readonly logLevel?: LogLevel;
	/** Makes `random` repeat itself, for tests; `crypto` stays unpredictable. */
	readonly seed?: number | string;
}

/** The real world, through Node.js. */
export function nodeHost(options: NodeHostOptions = {}): Host {
	const { logFileDescriptor: fileDescriptor, logLevel: level, seed } = options;
	const clock = new NodeClock();
	const random = nodeRandom(seed);
	return {
		clock,
		random,
		crypto: new NodeCryptography(),
		network: new NodeNetwork(),
		http: new NodeHttpClient(),
		disk: new NodeDisk(),
		databases: new NodeDatabases(clock, random),
		logs: new NodeLogs({
			...(fileDescriptor !== undefined && { fileDescriptor }),
			...(level !== undefined && { level }),
		}),
	};
}
