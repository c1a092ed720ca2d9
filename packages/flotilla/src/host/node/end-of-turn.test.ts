import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOfTurn } from './end-of-turn.ts';

for (const [where, begin] of [
	['an immediate', (run: () => void) => void setImmediate(run)],
	['a tick', (run: () => void) => process.nextTick(run)],
	['a microtask', (run: () => void) => queueMicrotask(run)],
	['a timer', (run: () => void) => void setTimeout(run, 1)],
] as const) {
	test(`the end of a turn that is ${where} comes after its microtasks and before all else`, async () => {
		const log: string[] = [];
		await new Promise<void>((resolve) => {
			begin(() => {
				setImmediate(() => {
					log.push('immediate');
					resolve();
				});
				endOfTurn(() => log.push('end'));
				void microtasks(1_000).then(() => log.push('microtasks'));
				process.nextTick(() => process.nextTick(() => log.push('ticks')));
			});
		});
		assert.deepEqual(log.toSorted(), ['end', 'immediate', 'microtasks', 'ticks']);
		assert.deepEqual(log.slice(2), ['end', 'immediate']);
	});
}

async function microtasks(count: number): Promise<void> {
	for (let index = 0; index < count; index += 1) await undefined;
}
