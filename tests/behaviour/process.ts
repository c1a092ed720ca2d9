// The main function of a process that runs one service of the app: its options come as JSON.
import { type RunOptions, run, staticRegistry } from 'flotilla/run';
import app from './app.ts';

/** What a process of the app is told. */
export interface ProcessOptions {
	readonly serve: readonly string[];
	readonly port: number;
	readonly dataDir: string;
	readonly ports: Readonly<Record<string, number>>;
}

const { serve, port, dataDir, ports } = JSON.parse(process.argv[2] ?? '') as ProcessOptions;
const host = '127.0.0.1';
const endpoints = Object.entries(ports).map(([service, one]) => [service, [{ host, port: one }]]);
const fabric: RunOptions['fabric'] = {
	listen: { host, port },
	registry: staticRegistry(Object.fromEntries(endpoints)),
	token: 'the token of this test fleet',
};
const fleet = await run(app, { serve, dataDir, fabric, logLevel: 'error' });
await fleet.ready();
process.send?.('ready');
process.on('disconnect', () => process.exit());
