import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run, staticRegistry } from 'flotilla/run';
import app from './app.ts';
import type { World } from './behaviours.ts';
import type { ProcessOptions } from './process.ts';

const services = ['callee', 'front'];
const main = fileURLToPath(new URL('./process.ts', import.meta.url));

export interface ProcessesOptions {
	/** How many processes run each service. */
	readonly instances: number;
	/** Where the databases are; absent: each process has its own, embedded. */
	readonly postgres?: { readonly url: string; readonly prefix: string } | undefined;
}

/** Processes for each service, and this one, which only calls. */
export async function openProcesses(
	opened: AsyncDisposableStack,
	{ instances, postgres }: ProcessesOptions,
): Promise<World> {
	const folder = await mkdtemp(join(tmpdir(), 'behaviour-'));
	opened.defer(() => rm(folder, { recursive: true, force: true }));
	const ports: Record<string, readonly number[]> = {};
	for (const service of services) ports[service] = await freePorts(instances);
	const children = new Map<string, readonly ChildProcess[]>();
	const kill = async (service: string): Promise<void> => {
		await Promise.all((children.get(service) ?? []).map(end));
	};
	opened.defer(async () => {
		for (const service of services) await kill(service);
	});
	const start = async (service: string): Promise<void> => {
		const started = (ports[service] ?? []).map((port, index) => {
			const dataDir = join(folder, `${service}-${index}`);
			const options: ProcessOptions = { serve: [service], port, dataDir, ports, postgres };
			return fork(main, [JSON.stringify(options)], { stdio: 'inherit' });
		});
		children.set(service, started);
		await Promise.all(started.map(ready));
	};
	await Promise.all(services.map(start));
	const fleet = opened.use(
		await run(app, {
			dataDir: join(folder, 'client'),
			serve: [],
			logLevel: 'error',
			fabric: { registry: registryOf(ports), token: FLEET_TOKEN },
		}),
	);
	return {
		client: (contract, options) => fleet.client(contract, { principal: options?.principal }),
		sleep: (ms) => sleep(ms),
		kill,
		start,
	};
}

export const FLEET_TOKEN = 'the token of this test fleet';

/** @param ports By the service, on this machine. */
export function registryOf(
	ports: Readonly<Record<string, readonly number[]>>,
): ReturnType<typeof staticRegistry> {
	const endpoints = Object.entries(ports).map(([service, all]) => [
		service,
		all.map((port) => ({ host: '127.0.0.1', port })),
	]);
	return staticRegistry(Object.fromEntries(endpoints));
}

function ready(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		child.once('message', () => resolve());
		child.once('exit', (code) => reject(new Error(`a process ended with exit code ${code}`)));
	});
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.removeAllListeners('exit');
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
}

/** All of them are held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
	const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(servers.map((server) => once(server, 'listening')));
	const ports = servers.map((server) => (server.address() as { port: number }).port);
	await Promise.all(
		servers.map((server) => {
			server.close();
			return once(server, 'close');
		}),
	);
	return ports;
}
