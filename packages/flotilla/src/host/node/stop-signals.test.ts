import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { onStopSignal } from './stop-signals.ts';

const skip = process.platform === 'win32' ? 'POSIX only' : false;

test('the first signal calls back with its name and the process goes on', { skip }, async () => {
	await using child = await start();
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		await using one = await start();
		one.kill(signal);
		assert.equal(await one.says(), `stopping ${signal}`);
	}
	child.kill('SIGTERM');
	assert.equal(await child.says(), 'stopping SIGTERM');
});

test('a second signal ends the process at once, with the code of that signal', {
	skip,
}, async () => {
	for (const [first, second, code] of [
		['SIGTERM', 'SIGTERM', 143],
		['SIGINT', 'SIGTERM', 143],
		['SIGTERM', 'SIGINT', 130],
	] as const) {
		await using child = await start();
		child.kill(first);
		assert.equal(await child.says(), `stopping ${first}`);
		child.kill(second);
		assert.deepEqual(await child.exit, [code, null]);
	}
});

test('the copy of Ctrl-C that npm passes on does not count, pressing it again does', {
	skip,
}, async () => {
	await using child = await start();
	child.kill('SIGINT');
	assert.equal(await child.says(), 'stopping SIGINT');
	// Until the echo time is over each one is ignored; the first after it ends the process.
	const startMs = performance.now();
	const repeat = setInterval(() => child.kill('SIGINT'), 10);
	const exit = await child.exit;
	clearInterval(repeat);
	assert.deepEqual(exit, [130, null]);
	assert.ok(performance.now() - startMs > 150);
});

test('unsubscribing gives the signals back to the system', { skip }, async () => {
	await using child = await start('unsubscribe(); unsubscribe();');
	child.kill('SIGTERM');
	assert.deepEqual(await child.exit, [null, 'SIGTERM']);
});

test('listeners come and go with the subscription', () => {
	const count = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
	const before = count();
	const unsubscribe = onStopSignal(() => {});
	assert.equal(count(), before + 2);
	unsubscribe();
	assert.equal(count(), before);
});

interface Child extends AsyncDisposable {
	kill(signal: NodeJS.Signals): void;
	/** The next thing it writes. */
	says(): Promise<string>;
	readonly exit: Promise<[number | null, string | null]>;
}

/** A process that reports its stop signals and never stops by itself. */
async function start(then = ''): Promise<Child> {
	const script = `
		import { onStopSignal } from ${JSON.stringify(new URL('./stop-signals.ts', import.meta.url).href)};
		const unsubscribe = onStopSignal((signal) => process.stdout.write('stopping ' + signal));
		${then}
		setInterval(() => {}, 1_000);
		process.stdout.write('ready');
	`;
	const child = spawn(
		process.execPath,
		['--conditions=flotilla-src', '--input-type=module', '--eval', script],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
	const says = async () => String((await once(child.stdout, 'data'))[0]);
	assert.equal(await says(), 'ready');
	return {
		kill: (signal) => child.kill(signal),
		says,
		exit,
		async [Symbol.asyncDispose]() {
			child.kill('SIGKILL');
			await exit;
		},
	};
}
