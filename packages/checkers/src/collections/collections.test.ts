import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../history/operation.ts';
import type { Verdict } from '../verdict.ts';
import { checkBank } from './bank.ts';
import { checkConvergence } from './convergence.ts';
import { type CounterInput, type CounterOutput, checkCounter } from './counter.ts';
import { checkDelivery } from './delivery.ts';
import { checkSet, type SetInput, type SetOutput } from './set.ts';
import { checkUniqueIds } from './unique-ids.ts';

const never = Number.POSITIVE_INFINITY;

function ok<I, O>(input: I, output: O, calledAt: number, returnedAt: number): Operation<I, O> {
	return { process: calledAt, input, output, calledAt, returnedAt, outcome: 'ok' };
}

function unknown<I, O>(input: I, calledAt: number): Operation<I, O> {
	return { process: calledAt, input, calledAt, returnedAt: never, outcome: 'unknown' };
}

/** `ok`, `unknown`, or what is broken. */
function verdictOf(verdict: Verdict): string {
	return verdict.verdict === 'violation' ? verdict.explanation.anomaly : verdict.verdict;
}

test('a set loses nothing, shows nothing twice gone, invents nothing', () => {
	const add = (element: number, calledAt: number, returnedAt: number) =>
		ok<SetInput, SetOutput>({ kind: 'add', element }, null, calledAt, returnedAt);
	const read = (elements: readonly number[], calledAt: number) =>
		ok<SetInput, SetOutput>({ kind: 'read' }, elements, calledAt, calledAt + 1);
	const maybe = unknown<SetInput, SetOutput>({ kind: 'add', element: 9 }, 0);
	const judge = (history: readonly Operation<SetInput, SetOutput>[], isEventual = false): string =>
		verdictOf(checkSet(history, { isEventual }));
	assert.equal(judge([add(1, 0, 1), add(2, 2, 3), read([1, 2], 4)]), 'ok');
	assert.equal(judge([add(1, 0, 1), add(2, 2, 3), read([1], 4)]), 'lost');
	assert.equal(judge([add(1, 0, 5), read([], 4)]), 'ok', 'it was under way');
	assert.equal(judge([maybe, read([], 4)]), 'ok');
	assert.equal(judge([maybe, read([9], 4)]), 'ok');
	assert.equal(judge([maybe, read([9], 4), read([], 6)]), 'lost', 'it was there before');
	assert.equal(judge([read([3], 4)]), 'invented');
	assert.equal(judge([{ ...add(1, 0, 1), outcome: 'failed' }, read([1], 4)]), 'invented');
	const late = [add(1, 0, 1), read([], 2), read([1], 8)];
	assert.equal(judge(late), 'lost');
	assert.equal(judge(late, true), 'ok', 'only the last read has to be complete');
	assert.equal(judge([add(1, 0, 1), read([1], 2), read([], 8)], true), 'lost');
});

test('a counter shows a sum that some choice of what is open gives, and no other', () => {
	const arbitraryAdd = fc.record({
		delta: fc.integer({ min: -4, max: 4 }),
		calledAt: fc.nat({ max: 20 }),
		takes: fc.nat({ max: 8 }),
		isUnknown: fc.boolean(),
	});
	const property = fc.property(
		fc.array(arbitraryAdd, { maxLength: 7 }),
		fc.integer({ min: -12, max: 12 }),
		fc.nat({ max: 20 }),
		(adds, seen, readAt) => {
			const history: Operation<CounterInput, CounterOutput>[] = adds.map(
				({ delta, calledAt, takes, isUnknown }) =>
					isUnknown
						? unknown({ kind: 'add', delta }, calledAt)
						: ok({ kind: 'add', delta }, null, calledAt, calledAt + takes),
			);
			const read = ok<CounterInput, CounterOutput>({ kind: 'read' }, seen, readAt, readAt + 2);
			let possible = false;
			for (let choice = 0; choice < 2 ** adds.length; choice++) {
				const isRight = adds.every(({ calledAt, takes, isUnknown }, index) => {
					const counts = Math.floor(choice / 2 ** index) % 2 === 1;
					if (!counts) return isUnknown || calledAt + takes >= readAt;
					return calledAt <= readAt + 2;
				});
				const sum = adds.reduce(
					(soFar, { delta }, index) =>
						soFar + (Math.floor(choice / 2 ** index) % 2 === 1 ? delta : 0),
					0,
				);
				possible ||= isRight && sum === seen;
			}
			assert.equal(checkCounter([...history, read]).verdict === 'ok', possible);
		},
	);
	fc.assert(property, { numRuns: 2_000, seed: 1 });
});

test('a counter with too many possible sums is unknown, never a pass', () => {
	const adds = Array.from({ length: 40 }, (_, index) =>
		unknown<CounterInput, CounterOutput>({ kind: 'add', delta: 2 ** index }, index),
	);
	const read = ok<CounterInput, CounterOutput>({ kind: 'read' }, -1, 50, 51);
	assert.equal(verdictOf(checkCounter([...adds, read])), 'unknown');
});

test('a bank keeps its total in every snapshot, and nobody owes', () => {
	const snapshot = (ada: number, bob: number) => ok('read', { ada, bob }, 1, 2);
	const judge = (ada: number, bob: number, mayOwe = false): string =>
		verdictOf(checkBank([snapshot(ada, bob)], { total: 10, mayOwe }));
	assert.equal(judge(4, 6), 'ok');
	assert.equal(judge(4, 5), 'wrong-total');
	assert.equal(judge(-1, 11), 'overdrawn');
	assert.equal(judge(-1, 11, true), 'ok');
	assert.equal(verdictOf(checkBank([unknown('transfer', 1)], { total: 10 })), 'ok');
});

test('a queue loses, repeats, invents and reorders nothing, unless it may', () => {
	const sent = ['a1', 'b1', 'a2', 'a3'].map((id) => ({
		id,
		key: id.charAt(0),
		isAcknowledged: id !== 'a3',
	}));
	const judge = (ids: string, guarantees = {}): string => {
		const received = ids.split(' ').map((id) => ({ id }));
		return verdictOf(checkDelivery(sent, received, guarantees));
	};
	assert.equal(judge('a1 b1 a2'), 'ok');
	assert.equal(judge('a1 a2 a3 b1'), 'ok', 'keys are apart');
	assert.equal(judge('a1 a2'), 'lost');
	assert.equal(judge('a1 a2', { isComplete: false }), 'ok');
	assert.equal(judge('a1 b1 a2 a1'), 'repeated');
	assert.equal(judge('a1 b1 a2 a1', { mayRepeat: true }), 'ok');
	assert.equal(judge('a2 b1 a1'), 'reordered');
	assert.equal(judge('a2 b1 a1', { mayReorder: true }), 'ok');
	assert.equal(judge('a1 b1 a2 c1'), 'invented');
});

test('an identifier is given once', () => {
	assert.equal(verdictOf(checkUniqueIds([ok('id', 'x', 0, 1), ok('id', 'y', 2, 3)])), 'ok');
	assert.equal(verdictOf(checkUniqueIds([ok('id', 'x', 0, 1), ok('id', 'x', 2, 3)])), 'duplicate');
	assert.equal(verdictOf(checkUniqueIds([ok('id', 'x', 0, 1), unknown('id', 2)])), 'ok');
});

test('replicas converge to one state that has every acknowledged update', () => {
	const replica = (name: string, state: string, ...updates: readonly number[]) => ({
		replica: name,
		state,
		updates: new Set(updates),
	});
	const judge = (...replicas: readonly ReturnType<typeof replica>[]): string =>
		verdictOf(checkConvergence(replicas, [1, 2]));
	assert.equal(judge(replica('a', 's', 1, 2), replica('b', 's', 1, 2, 3)), 'ok');
	assert.equal(judge(replica('a', 's', 1, 2), replica('b', 't', 1, 2)), 'diverged');
	assert.equal(judge(replica('a', 's', 1), replica('b', 's', 1)), 'lost');
	assert.equal(judge(), 'ok');
});
