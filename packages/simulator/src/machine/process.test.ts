import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testingKernel } from '../kernel/testing-kernel.ts';
import { MachineProcess } from './process.ts';

const startOfTimeMs = Date.UTC(2026, 0, 1);

function processWith(clock: { offsetMs: number; drift: number }) {
	const kernel = testingKernel();
	const pass = (ms: number): void => {
		kernel.after(ms, undefined, 'x', '', () => {});
		kernel.step();
	};
	return { kernel, pass, clock, process: new MachineProcess(kernel, 'a', 1, clock) };
}

test('a clock may be wrong from the start, go too fast, and jump; the monotonic one never jumps', () => {
	const { process, pass, clock } = processWith({ offsetMs: -5_000, drift: 0.05 });
	assert.equal(process.wallMs(), startOfTimeMs - 5_000);
	pass(1_000);
	assert.equal(process.wallMs(), startOfTimeMs - 5_000 + 1_050);
	assert.equal(process.monotonicMs(), 1_050);
	clock.offsetMs -= 60_000;
	assert.equal(process.wallMs(), startOfTimeMs - 65_000 + 1_050);
	assert.equal(process.monotonicMs(), 1_050);
});

test('a machine whose clock goes too fast waits for too short a time, by as much', () => {
	const drifts = fc.double({ min: -0.05, max: 0.05, noNaN: true });
	fc.assert(
		fc.property(drifts, fc.integer({ min: 1, max: 100_000 }), (drift, ownMs) => {
			const { process, pass } = processWith({ offsetMs: 0, drift });
			pass(process.trueDelayMs(ownMs) + 0.001);
			assert.ok(process.monotonicMs() >= ownMs);
			assert.ok(process.monotonicMs() < ownMs + 0.01);
		}),
	);
});

test('what its code draws follows from the seed, machine and number, and is in the hash', () => {
	const draws = (machine: string, incarnation: number) => {
		const { kernel } = processWith({ offsetMs: 0, drift: 0 });
		const clock = { offsetMs: 0, drift: 0 };
		const { random } = new MachineProcess(kernel, machine, incarnation, clock);
		const before = kernel.trace.hash;
		const drawn = [random.next(), random.uint32()];
		assert.notEqual(kernel.trace.hash, before);
		return drawn;
	};
	assert.deepEqual(draws('a', 1), draws('a', 1));
	assert.notDeepEqual(draws('a', 1), draws('a', 2));
	assert.notDeepEqual(draws('a', 1), draws('b', 1));
});
