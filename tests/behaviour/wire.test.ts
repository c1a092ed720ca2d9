import assert from 'node:assert/strict';
import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ProcessOptions } from './process.ts';

const page = fileURLToPath(new URL('../../docs/reference/wire.md', import.meta.url));
const main = fileURLToPath(new URL('./process.ts', import.meta.url));
const token = 'the token of this test fleet';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const skip = !hasPython && 'there is no python3 here, so the client of the page is not run';

test('the client of the page calls a service in a process of its own', { skip }, async () => {
	await using opened = new AsyncDisposableStack();
	const ask = await openClient(opened);

	assert.deepEqual(JSON.parse(await ask(token, 'callee@1/echo', { text: 'ä𝄞' })), { text: 'ä𝄞' });
	await assert.rejects(ask(token, 'callee@1/refuse', { reason: 'no' }), /"code":"refused"/);
	await assert.rejects(ask(token, 'callee@1/absent', {}), /FLOTILLA_UNAVAILABLE/);
	await assert.rejects(ask('a token that is another one', 'callee@1/echo', {}), /UNAUTHENTICATED/);
});

test('a command that the client of the page repeats under its key runs once', {
	skip,
}, async () => {
	await using opened = new AsyncDisposableStack();
	const ask = await openClient(opened);

	const entry = { key: 'k', value: 1 };
	const add = async (key: string) => JSON.parse(await ask(token, 'callee@1/add', entry, key));
	assert.deepEqual(await add('key-1'), { entries: 1 });
	assert.deepEqual(await add('key-1'), { entries: 1 });
	assert.deepEqual(await add('key-2'), { entries: 2 });
});

type Ask = (token: string, address: string, input: object, key?: string) => Promise<string>;

/** A process with a service, and the client of the page as a program that calls it. */
async function openClient(opened: AsyncDisposableStack): Promise<Ask> {
	const folder = await mkdtemp(join(tmpdir(), 'wire-'));
	opened.defer(() => rm(folder, { recursive: true, force: true }));
	const [, python = ''] = /^```python\n([\s\S]*?)^```$/m.exec(readFileSync(page, 'utf8')) ?? [];
	const program = join(folder, 'client.py');
	await writeFile(program, python);
	const port = await freePort();
	const options: ProcessOptions = {
		serve: ['callee'],
		port,
		dataDir: join(folder, 'data'),
		ports: { callee: [port] },
	};
	const child = fork(main, [JSON.stringify(options)], { stdio: 'inherit' });
	opened.defer(async () => {
		const ended = once(child, 'exit');
		if (child.kill('SIGKILL')) await ended;
	});
	await once(child, 'message');
	return async (...[secret, address, input, ...key]) => {
		const args = [program, '127.0.0.1', String(port), secret, address, JSON.stringify(input)];
		const { stdout } = await promisify(execFile)('python3', [...args, ...key.filter(isGiven)]);
		return stdout;
	};
}

function isGiven(key: string | undefined): key is string {
	return key !== undefined;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}
