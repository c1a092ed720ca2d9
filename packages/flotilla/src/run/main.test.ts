import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../call/testing-manual-clock.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { ProcessControl } from '../host/node/process.ts';
import { runProgram } from './main.ts';

/** A process that is only imagined: it writes down what is done with it. */
function imaginedProcess(): { control: ProcessControl; log: string[]; stop: () => void } {
	const log: string[] = [];
	let stop = (): void => {};
	const control: ProcessControl = {
		arguments: ['--port', '1'],
		environment: {},
		id: 1,
		print: (text) => log.push(text),
		printError: (text) => log.push(`error: ${text}`),
		onStop: (callback) => {
			stop = callback;
		},
		exit: (code) => log.push(`exit ${code}`),
	};
	return { control, log, stop: () => stop() };
}

test('what was started is closed when the process is asked to stop, which then exits with 0', async () => {
	const { control, log, stop } = imaginedProcess();
	const ended = runProgram(control, async (process) => {
		process.print(`started with ${process.arguments.join(' ')}`);
		return { [Symbol.asyncDispose]: async () => void log.push('closed') };
	});
	await Promise.resolve();
	assert.deepEqual(log, ['started with --port 1']);
	stop();
	await ended;
	assert.deepEqual(log, ['started with --port 1', 'closed', 'exit 0']);
});

test('a process that is asked to stop while it starts closes what it has started', async () => {
	const { control, log, stop } = imaginedProcess();
	await runProgram(control, async () => {
		stop();
		return { [Symbol.asyncDispose]: async () => void log.push('closed') };
	});
	assert.deepEqual(log, ['closed', 'exit 0']);
});

test('a program with nothing to close exits with 0', async () => {
	const { control, log } = imaginedProcess();
	await runProgram(control, async () => undefined);
	assert.deepEqual(log, ['exit 0']);
});

test('an error of the platform is one line, a bug comes with its stack; both exit with 1', async () => {
	const platform = imaginedProcess();
	await runProgram(platform.control, async () => {
		throw new FlotillaError('FLOTILLA_CONFIGURATION', 'The argument --prot is unknown.');
	});
	assert.deepEqual(platform.log, [
		'error: FLOTILLA_CONFIGURATION: The argument --prot is unknown. Correct it and start again.',
		'exit 1',
	]);

	const bug = imaginedProcess();
	await runProgram(bug.control, async () => {
		throw new Error('oops');
	});
	assert.match(bug.log[0] ?? '', /^error: Error: oops\n\s+at .*main\.test\.ts/);
	assert.equal(bug.log[1], 'exit 1');
});

test('closing that fails is told like any other failure', async () => {
	const { control, log, stop } = imaginedProcess();
	const ended = runProgram(control, async () => ({
		[Symbol.asyncDispose]: async () => {
			throw new FlotillaError('FLOTILLA_DISK_FAILED', 'The disk is gone.');
		},
	}));
	stop();
	await ended;
	assert.match(log[0] ?? '', /^error: FLOTILLA_DISK_FAILED: The disk is gone\./);
	assert.equal(log[1], 'exit 1');
});

test('a start that does not end is abandoned a while after the process is asked to stop', async () => {
	const { control, log, stop } = imaginedProcess();
	const clock = new ManualClock();
	const ended = runProgram(control, () => new Promise<undefined>(() => {}), clock);
	stop();
	await Promise.resolve();
	clock.advance(4_999);
	assert.deepEqual(log, []);
	clock.advance(1);
	await ended;
	assert.match(log[0] ?? '', /^error: Asked to stop while it was starting/);
	assert.equal(log[1], 'exit 1');
});
