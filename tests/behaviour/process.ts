// The main function of a process that runs one service of the app: its options come as JSON.
import { postgres } from '@flotilla/postgres';
import { run } from 'flotilla/run';
import app from './app.ts';
import { FLEET_TOKEN, type ProcessesOptions, registryOf } from './testing-processes.ts';

/** What a process of the app is told. */
export interface ProcessOptions extends Pick<ProcessesOptions, 'postgres'> {
	readonly serve: readonly string[];
	readonly port: number;
	readonly dataDir: string;
	/** Of all processes, by the service. */
	readonly ports: Readonly<Record<string, readonly number[]>>;
}

const options = JSON.parse(process.argv[2] ?? '') as ProcessOptions;
const { serve, port, dataDir, ports } = options;
const fleet = await run(app, {
	serve,
	dataDir,
	fabric: {
		listen: { host: '127.0.0.1', port },
		registry: registryOf(ports),
		token: FLEET_TOKEN,
	},
	...(options.postgres !== undefined && {
		databases: postgres({ ...options.postgres, layout: 'schema', maxConnections: 4 }),
	}),
	logLevel: 'error',
});
await fleet.ready();
process.send?.('ready');
process.on('disconnect', () => process.exit());
