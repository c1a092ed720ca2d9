import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../history/operation.ts';
import { type Model, refused } from '../models/model.ts';
import { type RegisterInput, type RegisterOutput, register } from '../models/register.ts';
import { checkSequential } from './check-sequential.ts';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

/** By the definition: some interleaving of the processes that the model allows. */
function isSequential<State>(
	model: Model<State, RegisterInput, RegisterOutput>,
	lanes: readonly (readonly RegisterOperation[])[],
	state: State = model.init,
): boolean {
	if (lanes.every((lane) => lane.length === 0)) return true;
	return lanes.some(([first, ...rest], index) => {
		if (first === undefined) return false;
		const after = model.step(state, first.input, first.output);
		return after !== refused && isSequential(model, lanes.with(index, rest), after);
	});
}

const arbitraryLane = fc.array(
	fc.record({ isWrite: fc.boolean(), value: fc.constantFrom(null, 1, 2) }),
	{ maxLength: 3 },
);

test('agrees with trying all interleavings', () => {
	let violations = 0;
	const property = fc.property(
		fc.array(arbitraryLane, { minLength: 1, maxLength: 3 }),
		(processes) => {
			const lanes = processes.map((lane, process) =>
				lane.map(({ isWrite, value }, place): RegisterOperation => {
					const times = { process, calledAt: place * 2, returnedAt: place * 2 + 1 };
					return isWrite
						? { ...times, input: { kind: 'write', value }, output: null, outcome: 'ok' }
						: { ...times, input: { kind: 'read' }, output: value, outcome: 'ok' };
				}),
			);
			const expected = isSequential(register(), lanes);
			const { verdict } = checkSequential(register(), lanes.flat());
			assert.equal(verdict, expected ? 'ok' : 'violation');
			if (!expected) violations++;
		},
	);
	fc.assert(property, { numRuns: 3_000, seed: 1 });
	assert.ok(violations > 300, `${violations} violations`);
});

test('a stale read is sequential, and going back in time is not', () => {
	const at = (process: number, calledAt: number) =>
		({ process, calledAt, returnedAt: calledAt + 1, outcome: 'ok' }) as const;
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
