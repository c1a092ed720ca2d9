import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { simulate, type World } from '@flotilla/simulator';
import { Life } from './lifecycle/app.ts';

const app = import.meta.resolve('./lifecycle/app.ts');
const listener = Symbol.for('lifecycle');
after(() => Reflect.deleteProperty(Array, listener));

interface Told {
	readonly atMs: number;
	/** The machine and the number of its process: `life-1/1`. */
	readonly process: string;
	readonly what: string;
}

/** What code of which process ran, and when. */
async function toldDuring(scenario: (world: World) => Promise<void>): Promise<readonly Told[]> {
	const told: Told[] = [];
	const options = { seed: 1, faults: 'none', forMs: 20_000 } as const;
	const { failures } = await simulate(app, options, async (world) => {
		Reflect.set(Array, listener, (process: string, what: string) => {
			told.push({ atMs: world.nowMs(), process, what });
		});
		await scenario(world);
	});
	assert.deepEqual(failures, []);
	return told;
}

const between = (told: readonly Told[], process: string, fromMs: number, toMs: number) =>
	told.filter(({ process: one, atMs }) => one === process && atMs >= fromMs && atMs < toMs);

for (const how of ['crash', 'powerLoss'] as const) {
	test(`after a ${how} nothing of the process runs: no timer, no iterator, no finally`, async () => {
		let diedMs = 0;
		let endMs = 0;
		const told = await toldDuring(async (world) => {
			const life = world.client(Life);
			const calls = [1, 2, 3, 4].map(() => world.insist(() => life.work({ forMs: 500 })));
			await world.sleep(300);
			diedMs = world.nowMs();
			world.faults[how]('life-1');
			await world.sleep(2_000);
			endMs = world.nowMs();
			world.faults.restart('life-1');
			await Promise.all(calls);
			await world.sleep(1_000);
		});
		assert.ok(between(told, 'life-1/1', 0, diedMs).length > 3, 'it had been running');
		assert.deepEqual(between(told, 'life-1/1', diedMs + 0.002, Number.POSITIVE_INFINITY), []);
		assert.ok(between(told, 'life-2/1', diedMs, endMs).length > 10, 'others go on');
		assert.ok(between(told, 'life-1/2', endMs, endMs + 5_000).length > 5, 'its successor runs');
	});
}

test('a twin and its successor run at once under one name, until the twin ends', async () => {
	let [startedMs, endedMs, lastMs] = [0, 0, 0];
	const told = await toldDuring(async (world) => {
		await world.sleep(500);
		const { end } = world.faults.twin('life-1');
		await world.sleep(500);
		startedMs = world.nowMs();
		const life = world.client(Life);
		await world.insist(() => life.work({ forMs: 10 }));
		await world.sleep(3_000);
		endedMs = world.nowMs();
		end();
		await world.sleep(1_000);
		lastMs = world.nowMs();
	});
	for (const process of ['life-1/1', 'life-1/2']) {
		assert.ok(between(told, process, startedMs, endedMs).length > 20, `${process} runs`);
	}
	assert.deepEqual(between(told, 'life-1/1', endedMs + 0.002, Number.POSITIVE_INFINITY), []);
	assert.ok(between(told, 'life-1/2', endedMs, lastMs).length > 5);
});

test('a process that stands still does nothing, and then all that it missed', async () => {
	let pausedMs = 0;
	const told = await toldDuring(async (world) => {
		await world.sleep(500);
		pausedMs = world.nowMs();
		world.faults.pause('life-1', 5_000);
		await world.sleep(7_000);
	});
	assert.deepEqual(between(told, 'life-1/1', pausedMs, pausedMs + 5_000), []);
	assert.ok(between(told, 'life-1/1', pausedMs + 5_000, pausedMs + 7_000).length > 10);
});

test('the faults by hand are in the trace, and refuse machines that are not there', async () => {
	const options = { seed: 1, faults: 'none', forMs: 60_000, entries: 50_000 } as const;
	let [cutMs, rejoinedMs, healedMs] = [0, 0, 0];
	const { failures, entries } = await simulate(app, options, async (world) => {
		const { faults } = world;
		const wrong: readonly (() => unknown)[] = [
			() => faults.crash('life-9'),
			() => faults.powerLoss('life-9'),
			() => faults.restart('life-9'),
			() => faults.pause('life-9', 1),
			() => faults.twin('life-9'),
			() => faults.jumpClock('life-9', 1),
			() => faults.partition(['life-1'], ['life-9']),
			() => faults.oneWayPartition(['life-9'], ['life-1']),
			() => faults.reset('life-1', 'life-9'),
		];
		for (const strike of wrong) assert.throws(strike, TypeError);
		const life = world.client(Life, { on: 'client-1' });
		const both = ['life-1', 'life-2'];
		cutMs = world.nowMs();
		const cut = faults.oneWayPartition(both, ['client-1']);
		const late = world.insist(() => life.work({ forMs: 1 }));
		await world.sleep(3_000);
		faults.jumpClock('life-1', -5_000);
		faults.reset('client-1', 'life-2');
		rejoinedMs = world.nowMs();
		cut.rejoin();
		await late;
		faults.partition(both, ['client-1', 'client-2']);
		faults.crash('life-2');
		faults.heal();
		healedMs = world.nowMs();
		await world.healed();
		await world.insist(() => life.work({ forMs: 1 }));
	});
	assert.deepEqual(failures, []);
	assert.deepEqual(
		entries.filter(({ kind }) => kind === 'fault by hand').map(({ text }) => text),
		[
			'life-1, life-2 cannot send to client-1',
			'the wall clock of life-1 jumps by -5000 ms',
			'the connections between client-1 and life-2 break',
			'life-1, life-2 and client-1, client-2 cannot reach each other',
			'the process on life-2 ends',
		],
	);
	assert.equal(entries.find(({ kind }) => kind === 'healed')?.atMs, healedMs);
	const answers = entries.filter(({ text }) => /^life-\d → client-1 \d+ bytes/.test(text));
	// What had been on its way when the cut came still arrives.
	const held = answers.filter(({ atMs }) => atMs > cutMs + 100 && atMs < rejoinedMs);
	assert.deepEqual(held, []);
	assert.ok(answers.some(({ atMs }) => atMs > rejoinedMs));
});
