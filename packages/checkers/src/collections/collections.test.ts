import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../history/operation.ts';
import { isLinearizable } from '../linearizability/testing-brute-force.ts';
import { refused } from '../models/model.ts';
import type { Verdict } from '../verdict.ts';
import { checkBank } from './bank.ts';
import { checkConvergence } from './convergence.ts';
import { type CounterInput, type CounterOutput, checkCounter } from './counter.ts';
import { checkDelivery } from './delivery.ts';
import { checkSet, type SetInput, type SetOutput } from './set.ts';
import { checkUniqueIds } from './unique-ids.ts';

const never = Number.POSITIVE_INFINITY;

/** Each operation is of a client of its own. */
let clients = 0;

function ok<I, O>(input: I, output: O, calledAt: number, returnedAt: number): Operation<I, O> {
	return { process: ++clients, input, output, calledAt, returnedAt, outcome: 'ok' };
}

function unknown<I, O>(input: I, calledAt: number): Operation<I, O> {
	return { process: ++clients, input, calledAt, returnedAt: never, outcome: 'unknown' };
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
	assert.equal(judge([add(1, 0, 1), read([1, 1], 2)]), 'duplicate');
	assert.equal(judge([read([1], 2), add(1, 5, 6)]), 'invented', 'it was tried only later');
	assert.equal(judge([read([1], 2), add(1, 3, 6)]), 'ok', 'they overlap');
	assert.equal(judge([add(1, 0, 1)]), 'unknown', 'nobody has looked');
});

/** Whether one element is in the set: by the definition each is an object that is added once or more. */
const presence = {
	init: false,
	step: (isIn: boolean, input: SetInput, output: SetOutput | undefined) =>
		input.kind === 'add' || Boolean(output?.length) === isIn
			? isIn || input.kind === 'add'
			: refused,
};

for (const isEventual of [false, true]) {
	test(`a set, eventual: ${isEventual}, agrees with trying all orders for each element`, () => {
		const seen = { ok: 0, violation: 0, unknown: 0 };
		const draft = fc.record({
			isRead: fc.boolean(),
			element: fc.constantFrom(1, 2),
			shows: fc.subarray([1, 2]),
			calledAt: fc.nat({ max: 12 }),
			takes: fc.nat({ max: 8 }),
			fate: fc.constantFrom('ok', 'ok', 'ok', 'unknown', 'failed' as const),
		});
		const property = fc.property(fc.array(draft, { minLength: 2, maxLength: 7 }), (drafts) => {
			const history = drafts.map(({ isRead, element, shows, calledAt, takes, fate }) => {
				if (isRead)
					return ok<SetInput, SetOutput>({ kind: 'read' }, shows, calledAt, calledAt + takes);
				if (fate === 'unknown')
					return unknown<SetInput, SetOutput>({ kind: 'add', element }, calledAt);
				const add = ok<SetInput, SetOutput>(
					{ kind: 'add', element },
					null,
					calledAt,
					calledAt + takes,
				);
				return fate === 'failed' ? { ...add, outcome: 'failed' as const } : add;
			});
			const reads = history.filter(({ input }) => input.kind === 'read');
			const last = Math.max(...reads.map(({ calledAt }) => calledAt));
			const expected = [1, 2].every((element) => {
				const about = history.flatMap((one) => {
					const { input, output, calledAt } = one;
					if (input.kind === 'add') return input.element === element ? [one] : [];
					const shown = output?.filter((other) => other === element) ?? [];
					// Only the last reads have to be complete.
					if (isEventual && shown.length === 0 && calledAt < last) return [];
					return [{ ...one, output: shown }];
				});
				return isLinearizable(presence, about);
			});
			const { verdict } = checkSet(history, { isEventual });
			seen[verdict]++;
			if (reads.length === 0) assert.equal(verdict, 'unknown');
			else assert.equal(verdict, expected ? 'ok' : 'violation');
		});
		fc.assert(property, { numRuns: 2_000, seed: 1 });
		assert.ok(seen.ok > 200 && seen.violation > 200, JSON.stringify(seen));
	});
}

test('a counter shows a sum that some choice of what is open gives, and no other', () => {
	const arbitraryAdd = fc.record({
		delta: fc.integer({ min: -4, max: 4 }),
		calledAt: fc.nat({ max: 20 }),
		takes: fc.nat({ max: 8 }),
		isUnknown: fc.boolean(),
		hasFailed: fc.nat({ max: 5 }).map((draw) => draw === 0),
	});
	const seen = { ok: 0, violation: 0, unknown: 0 };
	const arbitraryRead = fc.record({
		sum: fc.integer({ min: -6, max: 6 }),
		readAt: fc.nat({ max: 20 }),
		lasts: fc.nat({ max: 9 }),
	});
	const property = fc.property(
		fc.array(arbitraryAdd, { maxLength: 7 }),
		fc.array(arbitraryRead, { minLength: 1, maxLength: 3 }),
		(adds, reads) => {
			const history: Operation<CounterInput, CounterOutput>[] = adds.map(
				({ delta, calledAt, takes, isUnknown, hasFailed }) => {
					if (isUnknown) return unknown({ kind: 'add', delta }, calledAt);
					const add = ok<CounterInput, CounterOutput>(
						{ kind: 'add', delta },
						null,
						calledAt,
						calledAt + takes,
					);
					return hasFailed ? { ...add, outcome: 'failed' } : add;
				},
			);
			const isPossible = ({
				sum,
				readAt,
				lasts,
			}: {
				sum: number;
				readAt: number;
				lasts: number;
			}): boolean =>
				Array.from({ length: 2 ** adds.length }, (_, choice) => choice).some((choice) => {
					const counts = adds.map((_, index) => Math.floor(choice / 2 ** index) % 2 === 1);
					const isRight = adds.every(({ calledAt, takes, isUnknown, hasFailed }, index) => {
						if (!isUnknown && hasFailed) return !counts[index];
						if (!counts[index]) return isUnknown || calledAt + takes >= readAt;
						return calledAt <= readAt + lasts;
					});
					const all = adds.reduce(
						(soFar, { delta }, index) => soFar + (counts[index] ? delta : 0),
						0,
					);
					return isRight && all === sum;
				});
			const answers = reads.map(({ sum, readAt, lasts }) =>
				ok<CounterInput, CounterOutput>({ kind: 'read' }, sum, readAt, readAt + lasts),
			);
			const { verdict } = checkCounter([...history, ...answers]);
			seen[verdict]++;
			assert.equal(verdict, reads.every(isPossible) ? 'ok' : 'violation');
		},
	);
	fc.assert(property, { numRuns: 2_000, seed: 1 });
	assert.ok(seen.ok > 200 && seen.violation > 200, JSON.stringify(seen));
});

test('a counter begins where it is said to, and an unread one is unknown', () => {
	const read = ok<CounterInput, CounterOutput>({ kind: 'read' }, 5, 0, 1);
	assert.equal(verdictOf(checkCounter([read])), 'impossible-sum');
	assert.equal(verdictOf(checkCounter([read], { initial: 5 })), 'ok');
	assert.equal(verdictOf(checkCounter([])), 'unknown');
});

test('a counter of a long history takes no time for each pair', () => {
	const history = Array.from({ length: 20_000 }, (_, index) =>
		index % 2 === 0
			? ok<CounterInput, CounterOutput>({ kind: 'add', delta: 1 }, null, index * 2, index * 2 + 1)
			: ok<CounterInput, CounterOutput>(
					{ kind: 'read' },
					(index + 1) / 2,
					index * 2,
					index * 2 + 1,
				),
	);
	assert.equal(verdictOf(checkCounter(history)), 'ok');
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
	const unread = [unknown<string, Record<string, number>>('transfer', 1)];
	assert.equal(verdictOf(checkBank(unread, { total: 10 })), 'unknown');
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

test('receivers that share the messages have an order each', () => {
	const sent = ['a1', 'a2', 'a3'].map((id) => ({ id, key: 'a', isAcknowledged: true }));
	const judge = (...received: readonly [string, string][]): string =>
		verdictOf(
			checkDelivery(
				sent,
				received.map(([receiver, id]) => ({ receiver, id })),
			),
		);
	assert.equal(judge(['r', 'a2'], ['s', 'a1'], ['s', 'a3']), 'ok');
	assert.equal(judge(['r', 'a2'], ['r', 'a1'], ['s', 'a3']), 'reordered');
	assert.equal(judge(['r', 'a1'], ['s', 'a1'], ['r', 'a2'], ['r', 'a3']), 'repeated');
});

test('a queue agrees with looking at all pairs of what was received', () => {
	const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'z9'];
	const sent = all
		.slice(0, 5)
		.map((id) => ({ id, key: id.charAt(0), isAcknowledged: id !== 'b2' }));
	const seen = { ok: 0, violation: 0, unknown: 0 };
	const ids = fc.oneof(
		{ weight: 3, arbitrary: fc.subarray(all.slice(0, 5), { minLength: 4 }) },
		fc.shuffledSubarray(all.slice(0, 5), { minLength: 4 }),
		fc.array(fc.constantFrom(...all), { maxLength: 7 }),
	);
	const property = fc.property(
		ids,
		fc.boolean(),
		fc.boolean(),
		(received, mayRepeat, mayReorder) => {
			const first = received.filter((id, at) => received.indexOf(id) === at);
			const pairs = first.flatMap((id, at) =>
				first.slice(at + 1).map((later) => [id, later] as const),
			);
			const expected =
				received.every((id) => id !== 'z9') &&
				(mayRepeat || first.length === received.length) &&
				(mayReorder || pairs.every(([a, b]) => a.charAt(0) !== b.charAt(0) || a < b)) &&
				['a1', 'a2', 'a3', 'b1'].every((id) => received.includes(id));
			const { verdict } = checkDelivery(
				sent,
				received.map((id) => ({ id })),
				{ mayRepeat, mayReorder },
			);
			seen[verdict]++;
			assert.equal(verdict, expected ? 'ok' : 'violation');
		},
	);
	fc.assert(property, { numRuns: 1_000, seed: 1 });
	assert.ok(seen.ok > 100 && seen.violation > 100, JSON.stringify(seen));
});

test('an identifier is given once', () => {
	assert.equal(verdictOf(checkUniqueIds([ok('id', 'x', 0, 1), ok('id', 'y', 2, 3)])), 'ok');
	assert.equal(verdictOf(checkUniqueIds([ok('id', 'x', 0, 1), ok('id', 'x', 2, 3)])), 'duplicate');
	assert.equal(verdictOf(checkUniqueIds([ok('id', 'x', 0, 1), unknown('id', 2)])), 'ok');
	assert.equal(verdictOf(checkUniqueIds([unknown('id', 2)])), 'unknown');
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
