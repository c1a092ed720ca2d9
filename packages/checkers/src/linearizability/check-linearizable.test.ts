import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../history/operation.ts';
import { casRegister } from '../models/cas-register.ts';
import { keyValue } from '../models/key-value.ts';
import { refused } from '../models/model.ts';
import { type RegisterInput, type RegisterOutput, register } from '../models/register.ts';
import { checkLinearizable } from './check-linearizable.ts';
import { Search } from './search.ts';
import { correctHistories, doubtfulHistories, subjects } from './testing-generated-histories.ts';

const SMALL = { operations: 7, processes: 4 };
const LARGE = { operations: 60, processes: 5 };
const LARGE_BUDGET = { steps: 200_000 };

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const write = (
	process: number,
	value: number,
	calledAt: number,
	returnedAt = Infinity,
): RegisterOperation => {
	const call = { process, input: { kind: 'write', value }, calledAt, returnedAt } as const;
	if (returnedAt === Infinity) return { ...call, outcome: 'unknown' };
	return { ...call, output: null, outcome: 'ok' };
};
const read = (
	process: number,
	output: number | null,
	calledAt: number,
	returnedAt: number,
): RegisterOperation => ({
	process,
	input: { kind: 'read' },
	output,
	calledAt,
	returnedAt,
	outcome: 'ok',
});

const verdictOf = (history: readonly RegisterOperation[]) =>
	checkLinearizable(register(), history).verdict;

describe('against brute force', () => {
	for (const subject of subjects) {
		test(`${subject.name}: the same verdict for every small history`, () => {
			const seen = { ok: 0, violation: 0, unknown: 0 };
			const histories = doubtfulHistories(subject, SMALL);
			fc.assert(
				fc.property(histories, (history) => {
					const { verdict } = checkLinearizable(subject.model, history);
					seen[verdict]++;
					assert.equal(verdict, subject.isLinearizable(history) ? 'ok' : 'violation');
				}),
				{ seed: 1, numRuns: 2_000 },
			);
			// Otherwise these cases would have shown little.
			assert.ok(seen.ok > 200 && seen.violation > 200, JSON.stringify(seen));
		});

		test(`${subject.name}: what the model itself answered is linearizable`, () => {
			const histories = correctHistories(subject, SMALL);
			fc.assert(
				fc.property(histories, (history) => {
					assert.equal(checkLinearizable(subject.model, history).verdict, 'ok');
				}),
				{ seed: 2, numRuns: 500 },
			);
		});

		test(`${subject.name}: the same for long ones, all but a few of which are decided`, () => {
			let undecided = 0;
			for (const history of fc.sample(correctHistories(subject, LARGE), {
				seed: 3,
				numRuns: 100,
			})) {
				const { verdict } = checkLinearizable(subject.model, history, { budget: LARGE_BUDGET });
				assert.notEqual(verdict, 'violation');
				if (verdict === 'unknown') undecided++;
			}
			// A queue of equal values with a dozen operations of unknown outcome is truly hard.
			assert.ok(undecided <= (subject.name === 'queue' ? 5 : 0), String(undecided));
		});

		test(`${subject.name}: what it says changes nothing, changes no state`, () => {
			const { model, inputs, outputsOf } = subject;
			let checked = 0;
			for (const history of fc.sample(correctHistories(subject, SMALL), {
				seed: 6,
				numRuns: 100,
			})) {
				let state = model.init;
				for (const { input: next, outcome, output } of history) {
					for (const input of inputs as never[]) {
						for (const answer of outputsOf(input) as never[]) {
							const after = model.step(state, input, answer);
							if (after === refused || !model.changesNothing?.(input, answer)) continue;
							assert.ok(model.equals(after, state));
							checked++;
						}
					}
					const after = outcome === 'ok' ? model.step(state, next, output as never) : refused;
					if (after !== refused) state = after;
				}
			}
			assert.ok(checked > 100, String(checked));
		});

		test(`${subject.name}: an explanation holds the shortest beginning that is refuted`, () => {
			let violations = 0;
			fc.assert(
				fc.property(doubtfulHistories(subject, SMALL), (history) => {
					const result = checkLinearizable(subject.model, history);
					if (result.verdict !== 'violation') return;
					violations++;
					const { prefix, culprit, isShortest, before, stuck } = result.explanation;
					assert.equal(isShortest, true);
					assert.equal(subject.isLinearizable(prefix), false);
					const { output, ...call } = culprit;
					const unanswered = prefix.map((operation): Operation<never, never> => {
						if (operation !== culprit) return operation;
						return { ...call, returnedAt: Infinity, outcome: 'unknown' };
					});
					assert.equal(subject.isLinearizable(unanswered), true);
					assert.ok(stuck.length > 0);
					// Without an answer before, there is no order to show.
					const answers = unanswered.some(({ outcome }) => outcome === 'ok');
					assert.equal(before !== undefined, answers);
				}),
				{ seed: 3, numRuns: 1_000 },
			);
			assert.ok(violations > 100, String(violations));
		});
	}

	test('an order that is found for a long history with lies is one', () => {
		let found = 0;
		// A single search knows nothing of partitions.
		for (const subject of subjects.filter(({ model }) => !model.partitionOf)) {
			for (const history of fc.sample(doubtfulHistories(subject, LARGE), {
				seed: 4,
				numRuns: 60,
			})) {
				const operations = history.filter(({ outcome }) => outcome !== 'failed');
				const memory = { usedBytes: 0, limitBytes: 100_000_000 };
				const search = new Search(subject.model, operations, memory);
				if (search.run(LARGE_BUDGET.steps) !== 'linearizable') continue;
				assertIsOrder(subject.model, operations, search.order);
				found++;
			}
		}
		assert.ok(found > 100, String(found));
	});
});

function assertIsOrder(
	model: (typeof subjects)[number]['model'],
	operations: readonly Operation<never, never>[],
	order: readonly number[],
): void {
	assert.equal(new Set(order).size, order.length);
	for (const [index, { outcome }] of operations.entries()) {
		if (outcome === 'ok') assert.ok(order.includes(index), `operation ${index} is missing`);
	}
	let state = model.init;
	let latestCall = -Infinity;
	for (const index of order) {
		const { input, output, outcome, calledAt, returnedAt } = operations[index] as Operation<
			never,
			never
		>;
		assert.ok(returnedAt >= latestCall, `operation ${index} comes after one called later`);
		latestCall = Math.max(latestCall, calledAt);
		const after = model.step(state, input, outcome === 'unknown' ? (undefined as never) : output);
		assert.notEqual(after, refused);
		state = after;
	}
}

describe('what decides', () => {
	test('a write that timed out may take effect much later', () => {
		const history = [write(0, 1, 0, 1), write(1, 2, 2), read(2, 1, 3, 4), read(2, 2, 50, 51)];
		assert.equal(verdictOf(history), 'ok');
	});

	test('a write that timed out takes effect once', () => {
		const reads = [read(2, 2, 3, 4), write(0, 1, 5, 6), read(2, 1, 7, 8), read(2, 2, 9, 10)];
		assert.equal(verdictOf([write(1, 2, 2), ...reads]), 'violation');
	});

	test('of two equal writes without an answer the one that could be first stands for the other', () => {
		// The write of process 0 is called only after its read, which needs the write of process 1.
		assert.equal(verdictOf([read(0, 1, 0, 5), write(0, 1, 5), write(1, 1, 5)]), 'ok');
		assert.equal(verdictOf([read(0, 1, 0, 5), write(0, 1, 5)]), 'violation');
	});

	test('a write that failed is seen by nobody', () => {
		const failed = { ...write(0, 1, 0, 1), outcome: 'failed' } as const;
		assert.equal(verdictOf([failed, read(1, 1, 2, 3)]), 'violation');
	});

	test('a write that timed out takes no effect before its call', () => {
		assert.equal(verdictOf([read(0, 2, 0, 1), write(1, 2, 2)]), 'violation');
	});

	test('two operations that touch in time are concurrent, unless one client ran them', () => {
		assert.equal(verdictOf([write(0, 1, 0, 5), read(1, null, 5, 6)]), 'ok');
		assert.equal(verdictOf([write(0, 1, 0, 5), read(0, null, 5, 6)]), 'violation');
	});

	test('an empty history, and one without answers, is linearizable', () => {
		assert.equal(verdictOf([]), 'ok');
		assert.equal(verdictOf([write(0, 1, 0), write(1, 2, 0)]), 'ok');
	});

	test('the order of the operations in the array does not matter', () => {
		const history = [write(0, 1, 0, 1), write(1, 2, 2, 3), read(2, 1, 4, 5)];
		for (const order of [history, history.toReversed()]) {
			assert.equal(verdictOf(order), 'violation');
		}
	});
});

describe('bounds', () => {
	/** Every write overlaps all others, and the read at the end saw none of them. */
	const hard = (size: number): RegisterOperation[] => [
		...Array.from({ length: size }, (_, index) => write(index, index + 1, 0, 10)),
		read(99, 99, 11, 12),
	];

	test('a search without steps left is undecided', () => {
		const result = checkLinearizable(register(), hard(16), { budget: { steps: 1_000 } });
		assert.equal(result.verdict, 'unknown');
		assert.match(result.verdict === 'unknown' ? result.reason : '', /1000 steps/);
	});

	test('a search without memory left is undecided', () => {
		const budget = { memoryBytes: 100_000 };
		const result = checkLinearizable(register(), hard(16), { budget });
		assert.equal(result.verdict, 'unknown');
		assert.match(result.verdict === 'unknown' ? result.reason : '', /100000 bytes/);
	});

	test('the same history is refuted with more', () => {
		assert.equal(verdictOf(hard(12)), 'violation');
	});

	test('a hard object does not hide the violation in an easy one', () => {
		const onKey = (key: string, { input, ...rest }: RegisterOperation, process: string) => {
			const { kind } = input;
			const own =
				kind === 'read' ? { kind: 'get' as const, key } : { ...input, kind: 'put' as const, key };
			return { ...rest, process, input: own };
		};
		const history = [
			...hard(20).map((operation) => onKey('hard', operation, `a${operation.process}`)),
			...[write(0, 1, 0, 1), read(1, null, 2, 3)].map((operation) =>
				onKey('easy', operation, `b${operation.process}`),
			),
		];
		const budget = { steps: 200_000 };
		const result = checkLinearizable(keyValue(), history, { budget });
		assert.equal(result.verdict, 'violation');
		if (result.verdict !== 'violation') return;
		assert.equal(result.explanation.partition, 'easy');
		const [hardOne, easy] = result.explanation.partitions;
		assert.equal(hardOne?.isLinearizable, false);
		assert.ok((hardOne?.longest.length ?? 0) > 0);
		assert.deepEqual(
			easy?.longest.map(({ input }) => input.kind),
			['put'],
		);
	});

	test('a long history costs steps in proportion, not in a power', () => {
		for (const size of [500, 2_000]) {
			const history = Array.from({ length: size }, (_, index) => {
				const round = Math.floor(index / 10);
				const at = round * 10;
				const process = index % 10;
				return process < 5
					? write(process, round, at, at + 8)
					: read(process, round, at + 1, at + 9);
			});
			const budget = { steps: size * 8 };
			assert.equal(checkLinearizable(register(), history, { budget }).verdict, 'ok');
		}
	});
});

describe('histories that no clients can have seen', () => {
	const cases: [string, RegisterOperation[], RegExp][] = [
		['an answer before its call', [read(0, 1, 5, 4)], /operation 0 returned before/],
		['a time that is no number', [read(0, 1, Number.NaN, 4)], /operation 0 has a time/],
		['an ok that never returned', [read(0, 1, 5, Infinity)], /operation 0 is ok, but/],
		['two at once', [read(0, 1, 1, 4), read(0, 1, 3, 6)], /operation 1 while its operation 0/],
	];
	for (const [name, history, problem] of cases) {
		test(`${name} is refused by name`, () => {
			assert.throws(() => verdictOf(history), problem);
		});
	}
});

describe('an explanation', () => {
	test('of a stale read names the read, the order until then and who had overwritten it', () => {
		const history = [
			write(0, 1, 0, 1),
			read(1, 1, 2, 3),
			write(0, 2, 4, 5),
			read(2, 2, 6, 7),
			read(1, 1, 8, 9),
			read(2, 2, 10, 11),
		];
		const result = checkLinearizable(register(), history);
		assert.equal(result.verdict, 'violation');
		if (result.verdict !== 'violation') return;
		const { summary, lines, culprit, prefix, timeline } = result.explanation;
		assert.equal(
			summary,
			'the register is not linearizable: no order of the 5 operations until then explains `read → 1` of process 1',
		);
		assert.equal(culprit, history[4]);
		assert.equal(prefix.length, 5);
		assert.deepEqual(lines, [
			'Until `read → 1` of process 1 returned, this order explained every answer:',
			'   1. `write 1` of process 0: 1',
			'   2. `read → 1` of process 1: 1',
			'   3. `write 2` of process 0: 2',
			'   4. `read → 2` of process 2: 2',
			'With its answer every order gets stuck. What gets furthest:',
			'1) the same first 4, then nothing more, to the state 2:',
			'   `read → 1` of process 1 does not fit 2',
			'In 1) it would fit 1, but `write 2` of process 0 had returned (at 5) before it was called (at 8).',
		]);
		assert.deepEqual(
			timeline?.bars.map(({ tone }) => tone),
			['plain', 'plain', 'plain', 'plain', 'culprit'],
		);
		assert.deepEqual(timeline?.order, [0, 1, 2, 3]);
	});

	test('finds the beginning that only a later answer of a pending operation refutes', () => {
		const cas = { kind: 'cas', expected: null, value: 1 } as const;
		const history = [
			{ process: 0, input: cas, output: false, calledAt: 0, returnedAt: 9, outcome: 'ok' as const },
			read(1, 1, 1, 2),
			read(1, 1, 3, 4),
		];
		const result = checkLinearizable(casRegister(), history);
		assert.equal(result.verdict, 'violation');
		if (result.verdict !== 'violation') return;
		assert.equal(result.explanation.culprit, history[0]);
		assert.equal(result.explanation.prefix.length, 3);
	});
});
