import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, whenAnswering } from '../load/ports.ts';
import { spawnWithUs } from '../load/spawn-with-us.ts';

/** nginx in front of a server on this machine. */
export interface Nginx {
	readonly processId: number;
	readonly port: number;
	stop(): void;
}

const START_LIMIT_MS = 10_000;

/** `undefined` when it is not installed. */
export function findNginx(): string | undefined {
	const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
	return folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path));
}

/** What `nginx -v` says. */
export function nginxVersion(): string | undefined {
	const binary = findNginx();
	if (binary === undefined) return undefined;
	return /nginx\/(\S+)/.exec(spawnSync(binary, ['-v'], { encoding: 'utf8' }).stderr)?.[1];
}

/** As many workers as there are cores, connections to the server behind it kept alive, no log. */
export async function startNginx(upstreamPort: number): Promise<Nginx> {
	const binary = findNginx();
	if (binary === undefined) throw new Error('nginx is not installed');
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-nginx-'));
	const port = await freePort();
	writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, upstreamPort));
	const command = [binary, '-p', folder, '-c', join(folder, 'nginx.conf')];
	const child = spawnWithUs(command, { stdio: ['ignore', 'ignore', 'inherit'] });
	const stop = (): void => {
		child.kill('SIGTERM');
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		await whenAnswering(port, '/nothing', START_LIMIT_MS);
	} catch (error) {
		stop();
		throw error;
	}
	return { processId: child.pid ?? 0, port, stop };
}

function configuration(folder: string, port: number, upstreamPort: number): string {
	const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
	return `
daemon off;
worker_processes auto;
pid ${folder}/pid;
error_log stderr error;
events { worker_connections 1024; }
http {
	access_log off;
	${paths.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n\t')}
	keepalive_requests 1000000000;
	upstream service {
		server 127.0.0.1:${upstreamPort};
		keepalive 64;
		keepalive_requests 1000000000;
	}
	server {
		listen 127.0.0.1:${port};
		location / {
			proxy_pass http://service;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $host;
			proxy_set_header X-Request-Id $request_id;
			add_header X-Request-Id $request_id;
		}
	}
}
`;
}
