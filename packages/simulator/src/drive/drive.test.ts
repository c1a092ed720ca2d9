import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as realTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { isFlotillaError } from 'flotilla/adapter';
import { runAs, runningProcess } from '../kernel/kernel.ts';
import { testingKernel } from '../kernel/testing-kernel.ts';
import { type DriveOptions, drive } from './drive.ts';
import { driveWork, failureOf, machineProcess, virtually } from './testing-drive.ts';

const drains: readonly DriveOptions[] = [{ drain: 'tick' }, { drain: 'macrotask' }];

for (const options of drains) {
	const by = `by ${options.drain}`;

	test(`a drive ends when it has reached what it is for, ${by}`, async () => {
		const kernel = testingKernel();
		let count = 0;
		for (let ms = 1; ms <= 10; ms++) kernel.after(ms, undefined, 'x', ms, () => void count++);
		assert.deepEqual(await drive(kernel, () => count === 3, options), { kind: 'reached' });
		assert.deepEqual([count, kernel.nowMs], [3, 3]);
		assert.deepEqual(await drive(kernel, () => count === 99, options), { kind: 'idle' });
		assert.deepEqual([count, kernel.nowMs], [10, 10]);
	});

	test(`all that an event causes happens before the next event, ${by}`, async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.constantFrom('await', 'tick', 'microtask'), { maxLength: 60 }),
				async (kinds) => {
					const kernel = testingKernel();
					const process = machineProcess(kernel);
					const seen: string[] = [];
					for (const name of ['a', 'b']) {
						const work = async (): Promise<void> => {
							for (const kind of kinds) {
								await step(kind);
								seen.push(name);
							}
						};
						kernel.after(1, process, 'x', name, () => void work());
					}
					await drive(kernel, () => false, options);
					const first = seen[0] ?? '';
					const second = first === 'a' ? 'b' : 'a';
					assert.deepEqual(seen, [...kinds.map(() => first), ...kinds.map(() => second)]);
				},
			),
			{ numRuns: 30 },
		);
	});

	test(`ten thousand waits, mixed with ticks and microtasks, end within their event, ${by}`, async () => {
		const kernel = testingKernel();
		const process = machineProcess(kernel);
		let steps = 0;
		let seen = -1;
		const work = async (): Promise<void> => {
			const kinds = ['await', 'tick', 'microtask'] as const;
			for (; steps < 10_000; steps++) await step(kinds[steps % 3]);
		};
		kernel.after(1, process, 'long', '', () => void work());
		kernel.after(2, process, 'next', '', () => {
			seen = steps;
		});
		await drive(kernel, () => false, options);
		assert.equal(seen, 10_000);
	});

	test(`ticks come before microtasks, and turns after both, ${by}`, async () => {
		const order: string[] = [];
		await driveWork(async () => {
			setTimeout(() => order.push('timer'), 0);
			setImmediate(() => order.push('immediate'));
			queueMicrotask(() => {
				order.push('microtask');
				process.nextTick(() => order.push('tick of a microtask'));
				queueMicrotask(() => order.push('microtask of a microtask'));
			});
			process.nextTick(() => {
				order.push('tick');
				process.nextTick(() => order.push('tick of a tick'));
			});
			order.push('event');
			await new Promise((resolve) => setTimeout(resolve, 5));
		}, options);
		assert.deepEqual(order, [
			'event',
			'tick',
			'tick of a tick',
			'microtask',
			'microtask of a microtask',
			'tick of a microtask',
			'immediate',
			'timer',
		]);
	});

	test(`what a process throws and nobody catches fails the run, ${by}`, async () => {
		const thrown = new Error('thrown');
		const raise = (): never => {
			throw thrown;
		};
		const ways: Record<string, () => void> = {
			timer: () => void setTimeout(raise, 3),
			immediate: () => void setImmediate(raise),
			tick: () => process.nextTick(raise),
			microtask: () => queueMicrotask(raise),
			'a tick of a microtask': () => queueMicrotask(() => process.nextTick(raise)),
		};
		for (const [name, way] of Object.entries(ways)) {
			const failure = await failureOf(async () => {
				way();
				await new Promise(() => {});
			}, options);
			assert.deepEqual([failure.kind, failure.machine], ['uncaught', 'orders-1'], name);
			assert.equal(failure.error, thrown, name);
			assert.ok(failure.atMs >= 5, name);
		}
	});

	test(`a rejection that nobody handles fails the run, ${by}`, async () => {
		const thrown = new Error('rejected');
		const failure = await failureOf(async () => {
			void Promise.reject(thrown);
			await new Promise((resolve) => setTimeout(resolve, 10));
		}, options);
		assert.deepEqual([failure.kind, failure.machine], ['unhandled-rejection', 'orders-1']);
		assert.deepEqual([failure.error, failure.atMs], [thrown, 5]);
	});

	test(`a rejection that is handled within its event is none, ${by}`, async () => {
		const value = await virtually(async () => {
			const late = Promise.reject(new Error('x'));
			queueMicrotask(() => process.nextTick(() => late.catch(() => {})));
			await new Promise((resolve) => setTimeout(resolve, 10));
			return 'fine';
		}, options);
		assert.equal(value, 'fine');
	});

	test(`what a dead process throws or rejects is nobody's business, ${by}`, async () => {
		const kernel = testingKernel();
		const process = machineProcess(kernel);
		kernel.after(1, process, 'crash', '', () => {
			process.alive = false;
			void Promise.reject(new Error('of the dead'));
			queueMicrotask(() => {
				throw new Error('of the dead');
			});
		});
		assert.deepEqual(await drive(kernel, () => false, options), { kind: 'idle' });
	});

	test(`a process that reaches no other moment is stuck, ${by}`, async () => {
		const kernel = testingKernel();
		const process = machineProcess(kernel);
		const again = (): void => void kernel.after(0, process, 'again', '', again);
		for (let ms = 0.001; ms < 3; ms += 0.001) kernel.after(ms, process, 'before', '', () => {});
		kernel.after(7, process, 'again', '', again);
		const end = await drive(kernel, () => false, { ...options, eventsAtOneTime: 1_000 });
		assert.ok(end.kind === 'failed' && end.failure.kind === 'stuck');
		assert.ok(isFlotillaError(end.failure.error, 'FLOTILLA_SIM_STUCK'));
		assert.deepEqual([end.failure.machine, end.failure.atMs], ['orders-1', 7]);
		assert.ok(kernel.trace.count <= 4_002);
	});
}

test('an endless loop of turns is stopped although each turn takes a moment', async () => {
	const turn = (): void => void setImmediate(turn);
	const turns = async (): Promise<void> => {
		for (;;) await new Promise((resolve) => setImmediate(resolve));
	};
	for (const way of [turn, turns]) {
		const failure = await failureOf(
			async () => {
				await way();
				await new Promise(() => {});
			},
			{ eventsInOneSecond: 10_000 },
		);
		assert.deepEqual([failure.kind, failure.machine], ['stuck', 'orders-1']);
		assert.match((failure.error as Error).message, /ran on for 10000 events within a second at \d/);
	}
	const patient = async (): Promise<string> => {
		for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 60));
		return 'fine';
	};
	assert.equal(await virtually(patient, { eventsInOneSecond: 18 }), 'fine');
});

test('an endless loop is stopped, whatever it is made of, and the thread goes on', async () => {
	const tick = (): void => process.nextTick(tick);
	const microtask = (): void => queueMicrotask(microtask);
	const ways: Record<string, () => unknown> = {
		code: () => {
			for (;;);
		},
		'code in a timer': () =>
			setTimeout(() => {
				for (;;);
			}, 1),
		'code after an await': async () => {
			await null;
			for (;;);
		},
		awaits: async () => {
			for (;;) await null;
		},
		microtasks: microtask,
		ticks: tick,
		'code in a tick': () =>
			process.nextTick(() => {
				for (;;);
			}),
		'a finally that swallows': () => {
			for (;;) {
				try {
					for (;;);
				} catch {
					// An ordinary exception would end here.
				}
			}
		},
	};
	for (const [name, way] of Object.entries(ways)) {
		const failure = await failureOf(
			async () => {
				await way();
				await new Promise((resolve) => setTimeout(resolve, 60_000));
			},
			{ stuckAfterMs: 300 },
		);
		assert.deepEqual([failure.kind, failure.machine], ['stuck', 'orders-1'], name);
		assert.ok(isFlotillaError(failure.error, 'FLOTILLA_SIM_STUCK'), name);
		assert.match(
			failure.error.message,
			/orders-1 ran on for 300 ms at [56](?:\.\d+)? ms of virtual/,
		);
		await realTurn();
		assert.equal(runningProcess(), undefined, name);
		assert.equal(await virtually(() => Promise.resolve('the next run')), 'the next run', name);
	}
});

test('other code of the thread gets its turn during a drive', async () => {
	const kernel = testingKernel();
	const process = machineProcess(kernel);
	let turns = 0;
	const again = (): void => void kernel.after(1, process, 'again', '', again);
	again();
	const timer = setInterval(() => turns++, 1);
	await drive(kernel, () => turns >= 3, { sliceMs: 5 });
	clearInterval(timer);
	assert.ok(kernel.nowMs > turns);
});

test('errors of the real world go where they would have gone', async () => {
	const heard: unknown[] = [];
	const others = process.rawListeners('unhandledRejection');
	process.removeAllListeners('unhandledRejection');
	const listener = (reason: unknown): void => void heard.push(reason);
	process.on('unhandledRejection', listener);
	const kernel = testingKernel();
	const again = (): void => void kernel.after(1, undefined, 'again', '', again);
	again();
	setImmediate(() => void Promise.reject('real'));
	const end = await drive(kernel, () => heard.length > 0, { sliceMs: 1 });
	assert.deepEqual([end, heard], [{ kind: 'reached' }, ['real']]);
	assert.deepEqual(process.rawListeners('unhandledRejection'), [listener]);
	process.off('unhandledRejection', listener);
	for (const other of others) process.on('unhandledRejection', other as never);
});

test('what processes of an earlier run do fails no later one', async () => {
	const earlier = testingKernel();
	const process = machineProcess(earlier);
	const kernel = testingKernel();
	kernel.after(1, undefined, 'late', '', () => {
		runAs(process, () => void Promise.reject(new Error('of an earlier run')));
		runAs(process, () =>
			queueMicrotask(() => {
				throw new Error('of an earlier run');
			}),
		);
	});
	assert.deepEqual(await drive(kernel, () => false), { kind: 'idle' });
});

test('one drive at a time, and the next one after a failure', async () => {
	const kernel = testingKernel();
	kernel.after(1, undefined, 'x', '', () => {});
	const first = drive(kernel, () => false);
	await assert.rejects(
		drive(kernel, () => false),
		TypeError,
	);
	assert.deepEqual(await first, { kind: 'idle' });
	const wrong = new Error('until');
	await assert.rejects(
		drive(kernel, () => {
			throw wrong;
		}),
		wrong,
	);
	assert.equal(await virtually(() => 1), 1);
});

test('a failure of the world itself names the world', async () => {
	const kernel = testingKernel();
	kernel.after(1, undefined, 'x', '', () => {
		throw new Error('a bug of the simulator');
	});
	const end = await drive(kernel, () => false);
	assert.ok(end.kind === 'failed');
	assert.deepEqual([end.failure.kind, end.failure.machine], ['uncaught', 'world']);
});

test('the first failure is told', async () => {
	const failure = await failureOf(() => {
		process.nextTick(() => {
			throw new Error('first');
		});
		queueMicrotask(() => {
			throw new Error('second');
		});
	});
	assert.equal((failure.error as Error).message, 'first');
});

test('code runs as its process only', async () => {
	const kernel = testingKernel();
	const process = machineProcess(kernel);
	const seen: unknown[] = [];
	kernel.after(1, undefined, 'world', '', () => seen.push(runningProcess()));
	kernel.after(2, process, 'own', '', () => seen.push(runningProcess()));
	await runAs(machineProcess(kernel, 'other-1'), () => drive(kernel, () => false));
	assert.deepEqual(seen, [undefined, process]);
});

function step(kind: 'await' | 'tick' | 'microtask' | undefined): Promise<void> | undefined {
	if (kind === 'tick') return new Promise((resolve) => process.nextTick(resolve));
	if (kind === 'microtask') return new Promise((resolve) => queueMicrotask(resolve));
	return undefined;
}
