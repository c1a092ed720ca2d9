import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run, staticRegistry } from 'flotilla/run';
import app from './app.ts';
import { behaviours, type World } from './behaviours.ts';
import type { ProcessOptions } from './process.ts';

const services = ['callee', 'front'];
const main = fileURLToPath(new URL('./process.ts', import.meta.url));

for (const { name, run: check } of behaviours) {
	test(`in a process each: ${name}`, async () => {
		await using opened = new AsyncDisposableStack();
		await check(await openWorld(opened));
	});
}

/** A process for each service, and this one, which only calls. */
async function openWorld(opened: AsyncDisposableStack): Promise<World> {
	const folder = await mkdtemp(join(tmpdir(), 'behaviour-'));
	opened.defer(() => rm(folder, { recursive: true, force: true }));
	const ports: Record<string, number> = {};
	for (const service of services) ports[service] = await freePort();
	const children = new Map<string, ChildProcess>();
	opened.defer(async () => {
		for (const child of children.values()) await end(child);
	});
	const start = async (service: string): Promise<void> => {
		const dataDir = join(folder, service);
		const options: ProcessOptions = { serve: [service], port: ports[service] ?? 0, dataDir, ports };
		const child = fork(main, [JSON.stringify(options)], { stdio: 'inherit' });
		children.set(service, child);
		await new Promise<void>((resolve, reject) => {
			child.once('message', () => resolve());
			child.once('exit', (code) => reject(new Error(`${service} ended with exit code ${code}`)));
		});
	};
	await Promise.all(services.map(start));
	const endpoints = services.map((service) => [
		service,
		[{ host: '127.0.0.1', port: ports[service] ?? 0 }],
	]);
	const fleet = opened.use(
		await run(app, {
			dataDir: join(folder, 'client'),
			serve: [],
			logLevel: 'error',
			fabric: {
				registry: staticRegistry(Object.fromEntries(endpoints)),
				token: 'the token of this test fleet',
			},
		}),
	);
	return {
		client: (contract, options) => fleet.client(contract, { principal: options?.principal }),
		sleep: (ms) => sleep(ms),
		kill: async (service) => {
			const child = children.get(service);
			if (child !== undefined) await end(child);
		},
		start,
	};
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, 'exit');
	child.removeAllListeners('exit');
	const exited = once(child, 'exit');
	child.kill('SIGKILL');
	await Promise.race([ended, exited]);
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}
