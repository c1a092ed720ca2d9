import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../history/operation.ts';
import { doubtfulHistories, subjects } from '../linearizability/testing-generated-histories.ts';
import { keyValue } from '../models/key-value.ts';
import { type RegisterInput, type RegisterOutput, register } from '../models/register.ts';
import { checkSequential } from './check-sequential.ts';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const at = (process: number, calledAt: number) =>
	({ process, calledAt, returnedAt: calledAt + 1, outcome: 'ok' }) as const;

describe('against brute force', () => {
	for (const subject of subjects) {
		test(`${subject.name}: the same verdict for every small history`, () => {
			const seen = { ok: 0, violation: 0, unknown: 0 };
			const histories = doubtfulHistories(subject, { operations: 7, processes: 3 });
			const property = fc.property(histories, (history) => {
				const { verdict } = checkSequential(subject.model, history);
				seen[verdict]++;
				assert.equal(verdict, subject.isSequential(history) ? 'ok' : 'violation');
			});
			fc.assert(property, { numRuns: 1_000, seed: 1 });
			assert.ok(seen.ok > 100 && seen.violation > 100, JSON.stringify(seen));
		});
	}
});

test('what is right for each key may be wrong together', () => {
	// Lamport's two processes that each set their flag and then look for the other's.
	const history = ['x', 'y'].flatMap((key, process) => {
		const other = key === 'x' ? 'y' : 'x';
		return [
			{ ...at(process, 0), input: { kind: 'put' as const, key, value: 1 }, output: null },
			{ ...at(process, 2), input: { kind: 'get' as const, key: other }, output: null },
		];
	});
	for (const key of ['x', 'y']) {
		const own = history.filter(({ input }) => input.key === key);
		assert.equal(checkSequential(keyValue(), own).verdict, 'ok');
	}
	const together = checkSequential(keyValue(), history);
	assert.equal(together.verdict, 'violation');
	if (together.verdict !== 'violation') return;
	assert.match(together.explanation.lines.join('\n'), /which makes x = 1/);
});

test('where its process cannot tell what came first, an operation without an answer may do either', () => {
	const write: RegisterOperation = {
		...at(0, 5),
		input: { kind: 'write', value: 1 },
		returnedAt: Number.POSITIVE_INFINITY,
		outcome: 'unknown',
	};
	const read = (calledAt: number): RegisterOperation => ({
		...{ process: 0, calledAt, returnedAt: 5, outcome: 'ok' },
		input: { kind: 'read' },
		output: 1,
	});
	assert.equal(checkSequential(register(), [write, read(5)]).verdict, 'ok');
	assert.equal(checkSequential(register(), [write, read(4)]).verdict, 'violation');
});

test('a stale read is sequential, and going back in time is not', () => {
	const write: RegisterOperation = {
		...at(0, 0),
		input: { kind: 'write', value: 1 },
		output: null,
	};
	const read = (value: number | null, calledAt: number): RegisterOperation => ({
		...at(1, calledAt),
		input: { kind: 'read' },
		output: value,
	});
	assert.equal(checkSequential(register(), [write, read(null, 5)]).verdict, 'ok');
	assert.equal(
		checkSequential(register(), [write, read(1, 5), read(null, 7)]).verdict,
		'violation',
	);
});

test('out of budget is unknown', () => {
	const operations = Array.from(
		{ length: 8 },
		(_, process): RegisterOperation => ({
			...{ process, calledAt: 0, returnedAt: 1, outcome: 'ok' },
			input: { kind: 'write', value: process },
			output: null,
		}),
	);
	const impossible: RegisterOperation = {
		...{ process: 9, calledAt: 0, returnedAt: 1, outcome: 'ok' },
		input: { kind: 'read' },
		output: 99,
	};
	const verdict = checkSequential(register(), [...operations, impossible], { budget: 10 });
	assert.equal(verdict.verdict, 'unknown');
});
