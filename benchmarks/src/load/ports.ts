import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';
import { textOf } from './http-request.ts';

const POLL_MS = 2;

export async function freePort(): Promise<number> {
	const [port] = await freePorts(1);
	return port ?? 0;
}

/** All of them are held until the last is known, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
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

export interface Wanted {
	/** Of the answer; any when absent. */
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks until there is an answer as it is wanted.
 *
 * @throws {Error} When there is none within the time.
 */
export async function whenAnswering(
	port: number,
	path: string,
	limitMs: number,
	{ status, headers = {} }: Wanted = {},
): Promise<void> {
	const endMs = performance.now() + limitMs;
	for (;;) {
		const answered = await statusOf(port, path, headers);
		if (answered !== undefined && (status === undefined || answered === status)) return;
		if (performance.now() > endMs) {
			throw new Error(`no answer at port ${port} within ${limitMs} ms, but ${answered}`);
		}
		await sleep(POLL_MS);
	}
}

async function statusOf(
	port: number,
	path: string,
	headers: Readonly<Record<string, string>>,
): Promise<number | undefined> {
	let connection: HttpConnection | undefined;
	try {
		connection = await HttpConnection.open(port);
		const request = { method: 'GET', path, headers: { connection: 'close', ...headers } };
		return (await connection.ask(textOf(request))).status;
	} catch {
		return undefined; // Not yet.
	} finally {
		connection?.close();
	}
}
