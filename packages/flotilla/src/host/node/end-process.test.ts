import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const skip = process.platform === 'win32' ? 'POSIX only' : false;
const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

test('a stop ends the process although nobody reads its log', { skip }, async () => {
	for (const stderr of ['fifo', 'socket'] as const) {
		await using child = await start(stderr, '');
		child.kill('SIGTERM');
		assert.deepEqual(await child.exit, [null, 'SIGTERM']);
		assert.ok(child.tookMs() < 4_500, `${child.tookMs()} ms`);
	}
});

test('a failure that nobody reads of still ends the process, as a failure', { skip }, async () => {
	await using child = await start('fifo', "throw new Error('no')");
	child.kill('SIGTERM');
	assert.deepEqual(await child.exit, [null, 'SIGKILL']);
});

test('a second signal ends the process at once although nobody reads its log', {
	skip,
}, async () => {
	await using child = await start('fifo', 'await new Promise(() => {})');
	child.kill('SIGTERM');
	await child.says('closing');
	child.kill('SIGINT');
	assert.deepEqual(await child.exit, [null, 'SIGINT']);
	assert.ok(child.tookMs() < 1_500, `${child.tookMs()} ms`);
});

/** A program that has logged more than its standard error takes; nothing of that is read. */
async function start(stderr: 'fifo' | 'socket', closing: string) {
	const script = `
		import { NodeLogs } from ${here('./logs.ts')};
		import { main } from ${here('../../run/main.ts')};
		const logs = new NodeLogs();
		await main(async ({ print }) => {
			const text = 'x'.repeat(60_000);
			const record = { timeMs: 0, level: 'info', message: 'm', fields: { text } };
			const log = () => { for (let i = 0; i < 20; i++) logs.write(record); };
			log();
			const timer = setInterval(log, 50);
			setTimeout(() => print('ready'), 200);
			return {
				async [Symbol.asyncDispose]() {
					print('closing');
					clearInterval(timer);
					${closing};
					await logs.flush();
				},
			};
		});
	`;
	const flags = ['--conditions=flotilla-src', '--input-type=module', '--eval', script];
	const folder = await mkdtemp(join(tmpdir(), 'flotilla-end-'));
	const path = join(folder, 'fifo');
	execFileSync('mkfifo', [path]);
	const fifo = await open(path, 'r+');
	const child = spawn(process.execPath, flags, {
		stdio: ['ignore', 'pipe', stderr === 'fifo' ? fifo.fd : 'pipe'],
	});
	const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
	const printed: string[] = [];
	const says = async (text: string): Promise<void> => {
		while (!printed.join('').includes(text)) {
			printed.push(String((await once(child.stdout as NodeJS.ReadableStream, 'data'))[0]));
		}
	};
	await says('ready');
	const startMs = performance.now();
	return {
		kill: (signal: NodeJS.Signals) => child.kill(signal),
		says,
		exit,
		tookMs: () => performance.now() - startMs,
		async [Symbol.asyncDispose]() {
			child.kill('SIGKILL');
			await exit;
			await fifo.close();
			await rm(folder, { recursive: true });
		},
	};
}
