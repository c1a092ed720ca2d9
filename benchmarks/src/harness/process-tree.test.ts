import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { treeSize, treeUsage } from './process-tree.ts';

const isLinux = process.platform === 'linux';
const skip = isLinux ? false : 'what processes use is read from /proc';

/** Works for 200 ms of processor time, says so, and stays. */
const grandchild = `const endUs = process.cpuUsage().user + 200_000;
	while (process.cpuUsage().user < endUs);
	setInterval(() => {}, 60_000);
	console.log('done');`;

/** Starts it, and takes it along. */
const parent = `const { spawn } = require('node:child_process');
	const child = spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: ['ignore', 'inherit', 'ignore'] });
	process.on('SIGTERM', () => child.kill());
	child.on('exit', () => process.exit());`;

test('what a process and its children use is theirs together', { skip }, async () => {
	const child = spawn(process.execPath, ['-e', parent], { stdio: ['ignore', 'pipe', 'ignore'] });
	const closed = once(child, 'close');
	try {
		const id = child.pid ?? 0;
		await once(child.stdout, 'data');
		assert.equal(treeSize([id]), 2);
		const { cpuUs, rssBytes } = treeUsage([id]);
		assert.ok(cpuUs > 200_000, `${cpuUs} us`);
		assert.ok(rssBytes > 2 * 20 * 2 ** 20, `${rssBytes} bytes`);
		assert.ok(treeUsage([process.pid]).cpuUs >= cpuUs, 'this process is above both');
	} finally {
		child.kill();
		await closed;
	}
});

test('a process that is not there is an error', { skip }, async () => {
	const child = spawn(process.execPath, ['-e', '']);
	await once(child, 'exit');
	assert.throws(() => treeUsage([child.pid ?? 0]), /has ended/);
});
