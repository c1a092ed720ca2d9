import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '@shop/products';
import { treeSize } from '../harness/process-tree.ts';
import { HttpClient } from '../load/http-client.ts';
import { freePorts, whenAnswering } from '../load/ports.ts';
import { spawnWithUs } from '../load/spawn-with-us.ts';
import { type ShopKind, type ShopPlace, type ShopServer, services } from './shop-kind.ts';

const START_LIMIT_MS = 60_000;
const KILL_AFTER_MS = 10_000;

/** The processes of one shop, on an empty folder that goes with them. */
export class RunningShop {
	readonly client: HttpClient;
	readonly operatorToken: string;
	/** From the start of the first process until users, products and payments had answered. */
	readonly coldStartMs: number;
	readonly #place: ShopPlace;
	readonly #server: ShopServer | undefined;
	readonly #children: readonly ChildProcess[];

	private constructor(parts: {
		readonly operatorToken: string;
		readonly coldStartMs: number;
		readonly place: ShopPlace;
		readonly server: ShopServer | undefined;
		readonly children: readonly ChildProcess[];
	}) {
		this.client = new HttpClient(parts.place.ports.gateway ?? 0);
		this.operatorToken = parts.operatorToken;
		this.coldStartMs = parts.coldStartMs;
		this.#place = parts.place;
		this.#server = parts.server;
		this.#children = parts.children;
	}

	/** @throws {Error} When it does not answer in time, or one of its processes ends. */
	static async start(kind: ShopKind, server: ShopServer | undefined): Promise<RunningShop> {
		const place = await newPlace();
		const given = randomBytes(32).toString('base64url');
		const catalogueFile = join(place.folder, 'catalogue.json');
		await writeFile(catalogueFile, JSON.stringify(catalogue));
		const startMs = performance.now();
		const children: ChildProcess[] = [];
		for (const serve of kind.processes) {
			const own: ShopPlace = { ...place, folder: join(place.folder, serve.join('-')) };
			await mkdir(own.folder);
			const env = {
				...process.env,
				STORE_SERVE: serve.join(','),
				STORE_PORTS: Object.entries(place.ports)
					.map(([name, port]) => `${name}=${port}`)
					.join(','),
				STORE_DATA: own.folder,
				STORE_CATALOGUE: catalogueFile,
				STORE_OPERATOR_TOKEN: given,
				...kind.environment?.(serve, own),
			};
			const command = kind.command(serve, own);
			children.push(spawnWithUs(command, { env, stdio: ['ignore', 'ignore', 'inherit'] }));
		}
		try {
			const operatorToken = await Promise.race([
				opened(kind, place, given),
				...children.map(hasEnded),
			]);
			const coldStartMs = performance.now() - startMs;
			return new RunningShop({ operatorToken, coldStartMs, place, server, children });
		} catch (error) {
			await Promise.all(children.map(stop));
			await rm(place.folder, { recursive: true, force: true });
			throw error;
		}
	}

	/** Its own, and the database server's. */
	processes(): readonly number[] {
		const own = this.#children.map(({ pid }) => pid ?? 0);
		return this.#server === undefined ? own : [...own, this.#server.processId];
	}

	get processCount(): number {
		return treeSize(this.processes());
	}

	async stop(): Promise<void> {
		this.client.close();
		await Promise.all(this.#children.map(stop));
		await this.#server?.forget(this.#place);
		await rm(this.#place.folder, { recursive: true, force: true });
	}
}

async function newPlace(): Promise<ShopPlace> {
	const names = [...services, 'gateway'].flatMap((name) => [name, `${name}-node`]);
	const ports = await freePorts(names.length);
	return {
		folder: await mkdtemp(join(tmpdir(), 'flotilla-bench-')),
		ports: Object.fromEntries(names.map((name, index) => [name, ports[index] ?? 0])),
		name: `bench_${randomBytes(4).toString('hex')}`,
	};
}

/** Waits until all of it answers, and tells the operator's token. */
async function opened(
	kind: ShopKind,
	{ folder, ports }: ShopPlace,
	given: string,
): Promise<string> {
	const port = ports.gateway ?? 0;
	await whenAnswering(port, '/v1/products/COF-001', START_LIMIT_MS, { status: 200 });
	await whenAnswering(port, '/v1/keys', START_LIMIT_MS, { status: 200 });
	const own = (kind.processes[0] ?? []).join('-');
	const file = kind.operatorTokenFile;
	const token = file === undefined ? given : await readFile(join(folder, own, file), 'utf8');
	const headers = { authorization: `Bearer ${token.trim()}` };
	await whenAnswering(port, '/v1/ledger', START_LIMIT_MS, { status: 200, headers });
	return token.trim();
}

async function hasEnded(child: ChildProcess): Promise<never> {
	const [code, signal] = await once(child, 'exit');
	throw new Error(`a process of the shop ended with ${signal ?? code}`);
}

async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = once(child, 'exit');
	child.kill('SIGTERM');
	const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
	await exited;
	clearTimeout(killer);
}
