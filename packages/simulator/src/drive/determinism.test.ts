import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { busyWorld } from './testing-busy-world.ts';

test('a seed gives one trace: by both ways to drain, in every slicing, and beside other work', async () => {
	const first = await busyWorld(7);
	assert.ok(first.count > 10_000, `${first.count}`);
	const noise = setInterval(() => Math.random(), 1);
	for (const options of [
		{},
		{ drain: 'macrotask' },
		{ sliceMs: 1 },
		{ drain: 'tick', sliceMs: 1_000 },
	] as const) {
		assert.deepEqual(await busyWorld(7, options), first);
	}
	clearInterval(noise);
	assert.notEqual((await busyWorld(8)).hash, first.hash);
});

test('a seed gives one trace in every process', async () => {
	const here = await busyWorld(9);
	const script = `
		const { busyWorld } = await import(${url('./testing-busy-world.ts')});
		console.log(JSON.stringify(await busyWorld(9)));
	`;
	const options = ['--conditions=flotilla-src', '--input-type=module', '-e', script];
	const environments = [{ TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' }, { TZ: 'America/New_York' }];
	const outputs = await Promise.all(
		environments.map((env) => promisify(execFile)(process.execPath, options, { env })),
	);
	for (const { stdout } of outputs) assert.deepEqual(JSON.parse(stdout), here);
});

test('a seed gives one trace in a worker thread, where a loop is stopped too', async () => {
	const here = await busyWorld(9);
	const script = `
		const { parentPort } = require('node:worker_threads');
		Promise.all([
			import(${url('./testing-busy-world.ts')}),
			import(${url('./testing-drive.ts')}),
		]).then(async ([{ busyWorld }, { failureOf }]) => {
			const { kind } = await failureOf(() => { for (;;); }, { stuckAfterMs: 200 });
			parentPort.postMessage({ kind, ...(await busyWorld(9)) });
		});
	`;
	const worker = new Worker(script, { eval: true });
	const [message] = await once(worker, 'message');
	await worker.terminate();
	assert.deepEqual(message, { kind: 'stuck', ...here });
});

function url(file: string): string {
	return JSON.stringify(new URL(file, import.meta.url).href);
}
