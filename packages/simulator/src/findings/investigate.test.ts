import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultRecord } from '../kernel/fault-decisions.ts';
import type { Report } from '../simulation/report.ts';
import { type InvestigateOptions, investigate } from './investigate.ts';

const failure = { kind: 'always', name: 'stock', message: '-1', atMs: 9 } as const;

/** Faults by their ids: `process.crash/a#1`. */
function reportOf(ids: readonly string[], fails: boolean): Report {
	const faults = ids.map((id, atMs) => {
		return { id, fault: id.split('/')[0], atMs, text: id } as FaultRecord;
	});
	return { seed: 3, failures: fails ? [failure] : [], faults } as unknown as Report;
}

const many = ['network.loss', 'process.crash', 'clock.jump'].flatMap((fault) =>
	Array.from({ length: 20 }, (_, index) => `${fault}/a#${index}`),
);

/** Investigates a run that fails where all of `needed` strike, and counts the runs. */
async function found(needed: readonly string[], options: InvestigateOptions = {}) {
	let runs = 0;
	const finding = await investigate(
		reportOf(many, true),
		async ({ only = many }) => {
			runs++;
			return reportOf(
				only,
				needed.every((id) => only.includes(id)),
			);
		},
		options,
	);
	return { only: finding.only, faultsBefore: finding.faultsBefore, runs };
}

test('a bug that takes one kind of fault is shrunk in few runs', async () => {
	const { only, faultsBefore, runs } = await found(['clock.jump/a#7']);
	assert.deepEqual(only, ['clock.jump/a#7']);
	assert.equal(faultsBefore, 60);
	assert.ok(runs < 20, `${runs} runs`);
});

test('a bug that takes faults of two kinds is shrunk to them', async () => {
	const needed = ['network.loss/a#3', 'process.crash/a#11'];
	assert.deepEqual((await found(needed)).only, needed);
});

test('no more runs than it may, beside those that begin and end it', async () => {
	const needed = ['network.loss/a#3', 'process.crash/a#11'];
	assert.ok((await found(needed, { triesMax: 5 })).runs <= 7);
	const whole = await found(needed, { triesMax: 0 });
	assert.deepEqual([whole.only?.length, whole.runs], [60, 2]);
	const stopped = await found(needed, { goOn: () => false });
	assert.deepEqual([stopped.only, stopped.runs], [undefined, 1]);
});

test('faults that do not bring it about when they are named are not said to', async () => {
	assert.equal((await found(['network.loss/of another time'])).only, undefined);
});
