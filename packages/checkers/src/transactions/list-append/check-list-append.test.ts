import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ListAppendOperation, ListAppendStep } from '../transaction.ts';
import type { ConsistencyModel } from './anomalies.ts';
import { checkListAppend } from './check-list-append.ts';

/** A step: `ax1` appends 1 to x, `rx` reads nothing, `rx12` reads [1 2]. */
function steps(text: string): readonly ListAppendStep[] {
	return text.split(' ').map((word): ListAppendStep => {
		const key = word.charAt(1);
		if (word.startsWith('a')) return ['append', key, Number(word.slice(2))];
		return ['r', key, word.slice(2).split('').map(Number)];
	});
}

/** Transactions, one after another or, all `atOnce`, at one time; each of a process of its own. */
function history(texts: readonly string[], atOnce = true): readonly ListAppendOperation[] {
	return texts.map((text, process) => {
		const output = steps(text);
		const calledAt = atOnce ? 0 : process * 2;
		const returnedAt = atOnce ? 100 : process * 2 + 1;
		return { process, input: output, output, calledAt, returnedAt, outcome: 'ok' };
	});
}

function anomalyAt(
	model: ConsistencyModel,
	operations: readonly ListAppendOperation[],
): string | undefined {
	const verdict = checkListAppend(operations, { model });
	return verdict.verdict === 'violation' ? verdict.explanation.anomaly : verdict.verdict;
}

test('each phenomenon has its name', () => {
	const table: readonly (readonly [string, readonly string[]])[] = [
		['ok', ['ax1', 'rx1 ax2', 'rx12']],
		['G0', ['ax1 ay1', 'ax2 ay2', 'rx12 ry21']],
		['G1b', ['ax1 ax2', 'rx1']],
		['G1c', ['ax1 ry1', 'ay1 rx1']],
		['G-single', ['ax1 ay1', 'rx1 ry']],
		['G2', ['rx ay1', 'ry ax1', 'rx1 ry1']],
		['internal', ['ax1 rx']],
		['incompatible-order', ['ax1', 'ax2', 'rx12', 'rx21']],
		['duplicate-element', ['ax1', 'rx11']],
		['garbage-read', ['rx9']],
	];
	for (const [name, texts] of table) {
		assert.equal(anomalyAt('serializable', history(texts)), name, texts.join(' | '));
	}
});

test('an aborted append that was read is G1a', () => {
	const [append, read] = history(['ax1', 'rx1']) as [ListAppendOperation, ListAppendOperation];
	const { output: _, ...call } = append;
	assert.equal(anomalyAt('read-committed', [{ ...call, outcome: 'failed' }, read]), 'G1a');
	const unsure = { ...call, outcome: 'unknown', returnedAt: Number.POSITIVE_INFINITY } as const;
	assert.equal(anomalyAt('strict-serializable', [unsure, read]), 'ok');
});

test('a transaction that failed is no part of a cycle', () => {
	const [first, ...others] = history(['ax1 ay1', 'ax2 ay2', 'rx12 ry21']);
	assert.ok(first);
	assert.equal(anomalyAt('read-uncommitted', [first, ...others]), 'G0');
	const { output: _, ...call } = first;
	const failed = { ...call, outcome: 'failed' } as const;
	assert.equal(anomalyAt('read-uncommitted', [failed, ...others]), 'ok');
	assert.equal(anomalyAt('read-committed', [failed, ...others]), 'G1a');
});

test('write skew is allowed by snapshot isolation, read skew is not', () => {
	const writeSkew = history(['rx ay1', 'ry ax1', 'rx1 ry1']);
	assert.equal(anomalyAt('snapshot-isolation', writeSkew), 'ok');
	const readSkew = history(['ax1 ay1', 'rx1 ry']);
	assert.equal(anomalyAt('snapshot-isolation', readSkew), 'G-single');
	assert.equal(anomalyAt('read-committed', readSkew), 'ok');
});

test('a stale read breaks strict serializability alone', () => {
	const stale = history(['ax1', 'rx'], false);
	assert.equal(anomalyAt('serializable', stale), 'ok');
	assert.equal(anomalyAt('strict-serializable', stale), 'G-single-realtime');
});

/** A store that runs transactions one after another, or on snapshots, or with a fault. */
function run(
	plan: readonly (readonly { isAppend: boolean; key: string }[])[],
	kind: 'serial' | 'forgets',
): readonly ListAppendOperation[] {
	let lists: Readonly<Record<string, readonly number[]>> = {};
	let element = 0;
	return plan.map((transaction, process) => {
		const before = lists;
		const output = transaction.map(({ isAppend, key }): ListAppendStep => {
			if (!isAppend) return ['r', key, lists[key] ?? []];
			element += 1;
			lists = { ...lists, [key]: [...(lists[key] ?? []), element] };
			return ['append', key, element];
		});
		// Every third transaction is lost after its answer.
		if (kind === 'forgets' && process % 3 === 2) lists = before;
		const times = { calledAt: process * 2, returnedAt: process * 2 + 1 };
		return { process, input: output, output, ...times, outcome: 'ok' };
	});
}

const arbitraryPlan = fc.array(
	fc.array(fc.record({ isAppend: fc.boolean(), key: fc.constantFrom('x', 'y', 'z') }), {
		minLength: 1,
		maxLength: 4,
	}),
	{ maxLength: 40 },
);

test('a serial store is never accused', () => {
	const property = fc.property(arbitraryPlan, (plan) => {
		assert.equal(anomalyAt('strict-serializable', run(plan, 'serial')), 'ok');
	});
	fc.assert(property, { numRuns: 1_000, seed: 1 });
});

test('a store that forgets acknowledged transactions is caught when somebody could have seen it', () => {
	const visible = [
		[{ isAppend: true, key: 'x' }],
		[{ isAppend: false, key: 'x' }],
		[{ isAppend: true, key: 'x' }],
		[{ isAppend: false, key: 'x' }],
	];
	assert.notEqual(anomalyAt('strict-serializable', run(visible, 'forgets')), 'ok');
});
