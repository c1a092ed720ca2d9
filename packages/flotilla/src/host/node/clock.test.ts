import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeClock } from './clock.ts';

const clock = new NodeClock();

test('a timer never fires before its delay has passed', async () => {
	const delaysMs = [0, 0.3, 1, 1.7, 3, 5.5];
	const earlyMs = await Promise.all(
		delaysMs.map((delayMs) => {
			const startMs = clock.monotonicMs();
			return new Promise<number>((resolve) => {
				clock.setTimer(delayMs, () => resolve(delayMs - (clock.monotonicMs() - startMs)));
			});
		}),
	);
	assert.deepEqual(
		earlyMs.filter((ms) => ms > 0),
		[],
	);
});

test('a negative delay counts as none', async () => {
	await new Promise<void>((resolve) => {
		clock.setTimer(-5, resolve);
	});
});

test('a delay that the operating system cannot wait for is refused', () => {
	assert.throws(() => clock.setTimer(2 ** 31, () => {}), TypeError);
	assert.throws(() => clock.setTimer(Number.NaN, () => {}), TypeError);
});

test('a cancelled timer does not fire, not even when it is due', async () => {
	const fired: string[] = [];
	await new Promise<void>((resolve) => {
		clock.setTimer(1, () => {
			second.cancel();
			second.cancel();
		});
		const second = clock.setTimer(1, () => fired.push('second'));
		clock.setTimer(5, resolve);
	});
	assert.deepEqual(fired, []);
});

test('cancelling a timer that has fired does no harm', async () => {
	await new Promise<void>((resolve) => {
		const timer = clock.setTimer(0, () => {
			timer.cancel();
			resolve();
		});
	});
});

test('what is deferred runs after the microtasks that are queued, and after those they queue', async () => {
	const order: string[] = [];
	await new Promise<void>((resolve) => {
		clock.defer(() => {
			order.push('deferred');
			resolve();
		});
		queueMicrotask(() => {
			order.push('microtask');
			queueMicrotask(() => order.push('microtask of a microtask'));
		});
		order.push('now');
	});
	assert.deepEqual(order, ['now', 'microtask', 'microtask of a microtask', 'deferred']);
});

test('both clocks run, and the monotonic one does not go back', () => {
	const wallMs = clock.wallMs();
	assert.ok(Math.abs(wallMs - Date.now()) < 1_000);
	let last = clock.monotonicMs();
	for (let i = 0; i < 1_000; i++) {
		const now = clock.monotonicMs();
		assert.ok(now >= last);
		last = now;
	}
});
