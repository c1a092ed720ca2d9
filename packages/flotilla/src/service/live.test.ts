import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../context/cancellation.ts';
import type { Context } from '../context/context.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Clock } from '../host/clock.ts';
import { ChangeSignal } from './change-signal.ts';
import { live } from './live.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** Time stands still: what is found is found without looking again after a while. */
const stillClock: Pick<Clock, 'setTimer'> = {
	setTimer: () => ({ keepAlive: () => {}, cancel: () => {} }),
};

function open<T>(read: () => Promise<T>) {
	const signal = new ChangeSignal(stillClock as Clock);
	const cancellation = new Cancellation();
	const unit = { read } as unknown as UnitOfWork;
	const values = live<T>(unit, signal, { cancellation } as Context, 'k', read);
	return { signal, cancellation, values };
}

test('however reads, commits and the reader interleave, the last state arrives', async () => {
	await fc.assert(
		fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 6 }), async (s, commits) => {
			const turn = () => s.schedule(Promise.resolve());
			let version = 0;
			const { signal, values } = open(async () => {
				await turn();
				const snapshot = version;
				await turn();
				return snapshot;
			});
			const seen: unknown[] = [];
			const reader = async () => {
				for await (const value of values) {
					seen.push(value);
					await turn();
					if (value === commits) return;
				}
			};
			const commit = async () => {
				await turn();
				version += 1;
				await turn();
				signal.changed(['k']);
			};
			let ended = false;
			void reader().then(() => (ended = true));
			for (let count = 0; count < commits; count++) void commit();
			await s.waitIdle();
			assert.ok(ended, `saw ${seen} of ${commits}`);
			assert.deepEqual(seen, [...new Set(seen)].sort(), 'each state once, in order');
		}),
		{ numRuns: 500 },
	);
});

test('a value that is the same as before is not told again', async () => {
	const states = [{ a: 1 }, { a: 1 }, { a: 2 }];
	const { signal, values } = open(async () => {
		if (states.length > 1) queueMicrotask(() => signal.changed(['k']));
		return states.length > 1 ? states.shift() : states[0];
	});
	assert.deepEqual((await values.next()).value, { a: 1 });
	assert.deepEqual((await values.next()).value, { a: 2 });
});

test('changes of other keys wake nobody, and a change of any key wakes all', async () => {
	let version = 0;
	const { signal, values } = open(async () => version);
	assert.equal((await values.next()).value, 0);
	const next = values.next();
	version = 1;
	signal.changed(['other']);
	assert.equal(await Promise.race([next, settled('still waiting')]), 'still waiting');
	signal.changed(undefined);
	assert.equal((await next).value, 1);
});

test('it ends when the reader is given up, and when the reader leaves', async () => {
	const { cancellation, values } = open(async () => 'same');
	await values.next();
	const waiting = values.next();
	cancellation.cancel(new FlotillaError('FLOTILLA_CANCELLED', 'The reader left.'));
	assert.equal((await waiting).done, true);

	const left = open(async () => 'same');
	for await (const _ of left.values) break;
	assert.equal((await left.values.next()).done, true);
});

test('nobody is left on the list of watchers, however it ends', async () => {
	const watchersOf = (signal: ChangeSignal) => signal.watched;
	const ways: ((opened: ReturnType<typeof open<string>>) => Promise<unknown>)[] = [
		async ({ values }) => values.return(),
		async ({ values, cancellation }) => {
			const waiting = values.next();
			cancellation.cancel(new FlotillaError('FLOTILLA_CANCELLED', 'The reader left.'));
			return waiting;
		},
	];
	for (const end of ways) {
		const opened = open(async () => 'same');
		await opened.values.next();
		assert.equal(watchersOf(opened.signal), 1);
		await end(opened);
		assert.equal(watchersOf(opened.signal), 0);
	}
	const failing = open(() => Promise.reject(new Error('no database')));
	await assert.rejects(failing.values.next());
	assert.equal(watchersOf(failing.signal), 0);
});

test('two who watch one key leave one after the other, each once or twice', async () => {
	const signal = new ChangeSignal(stillClock as Clock);
	const [first, second] = [signal.watch('k'), signal.watch('k')];
	first.close();
	first.close();
	second.close();
	const third = signal.watch('k');
	second.close();
	assert.equal(signal.watched, 1);
	const waiting = third.wait(1_000, undefined);
	signal.changed(['k']);
	await waiting;
	third.close();
	assert.equal(signal.watched, 0);
});

/** After all that can go on has gone on. */
async function settled<T>(value: T): Promise<T> {
	await new Promise<void>((resolve) => setImmediate(resolve));
	return value;
}
