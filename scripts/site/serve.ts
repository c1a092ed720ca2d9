import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
	'.html': 'text/html; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.png': 'image/png',
};

/** Where a page hears that the site was built anew. */
const CHANGES = '/-/changes';
const RELOAD = `<script>new EventSource('${CHANGES}').onmessage=()=>location.reload()</script>`;
/** Editors write a file more than once. */
const SETTLE_MS = 100;

export interface Serving {
	readonly url: string;
	/** Tells all open pages to load again. */
	readonly changed: () => void;
	readonly close: () => Promise<void>;
}

/** Serves a folder on loopback; port 0 takes a free one. */
export async function serve(folder: string, port: number): Promise<Serving> {
	const listeners = new Set<ServerResponse>();
	const server = createServer((request, response) => {
		const { pathname } = new URL(request.url ?? '/', 'http://localhost');
		if (pathname === CHANGES) {
			response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
			response.write(': here\n\n');
			listeners.add(response);
			response.once('close', () => listeners.delete(response));
			return;
		}
		answer(folder, pathname, response).catch(() => response.destroy());
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	const { port: taken } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${taken}/`,
		changed: () => {
			for (const listener of listeners) listener.write('data: changed\n\n');
		},
		close: async () => {
			for (const listener of listeners) listener.end();
			await new Promise((resolve) => {
				server.close(resolve);
				server.closeAllConnections();
			});
		},
	};
}

async function answer(folder: string, pathname: string, response: ServerResponse): Promise<void> {
	const file = fileOf(folder, pathname);
	const type = TYPES[extname(file ?? '')];
	const content = file === undefined ? undefined : await readFile(file).catch(() => undefined);
	if (content === undefined || type === undefined) {
		response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
		return;
	}
	const isPage = type.startsWith('text/html');
	const body = isPage ? content.toString().replace('</body>', `${RELOAD}</body>`) : content;
	response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

/** Undefined for what is outside of the folder, or cannot be read as a path. */
function fileOf(folder: string, pathname: string): string | undefined {
	try {
		const path = normalize(
			decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname),
		);
		const file = join(folder, path);
		return file.startsWith(`${folder}${sep}`) && !file.includes('\0') ? file : undefined;
	} catch {
		return undefined;
	}
}

/** Calls back once documents, pictures or styles of the repository have changed and come to rest. */
export function watchAll(root: string, changed: () => void): () => void {
	let timer: NodeJS.Timeout | undefined;
	const hear = (_event: string, name: string | null): void => {
		if (name === null || !/\.(?:md|css|svg|png)$/.test(name)) return;
		clearTimeout(timer);
		timer = setTimeout(changed, SETTLE_MS);
	};
	const below = ['docs', 'examples', 'scripts/site/assets'].map((folder) =>
		watch(join(root, folder), { recursive: true }, hear),
	);
	const watchers = [watch(root, hear), ...below];
	return () => {
		clearTimeout(timer);
		for (const watcher of watchers) watcher.close();
	};
}
