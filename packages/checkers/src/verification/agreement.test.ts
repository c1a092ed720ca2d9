import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CausalOperation } from '../causal/causal-history.ts';
import { checkCausal } from '../causal/check-causal.ts';
import type { Operation } from '../history/operation.ts';
import { checkLinearizable } from '../linearizability/check-linearizable.ts';
import { type KeyValueInput, type KeyValueOutput, keyValue } from '../models/key-value.ts';
import { checkSequential } from '../sequential/check-sequential.ts';
import { checkIsolation } from '../transactions/isolation/check-isolation.ts';
import type { ReadWriteStep } from '../transactions/transaction.ts';

/** Checkers that know nothing of each other must agree where their questions are the same. */

interface Step {
	readonly process: number;
	readonly isWrite: boolean;
	readonly key: string;
	/** How many writes the process's replica is behind. */
	readonly lag: number;
	readonly lasts: number;
}

const steps = (mostLag: number): fc.Arbitrary<Step[]> =>
	fc.array(
		fc.record({
			process: fc.nat({ max: 3 }),
			isWrite: fc.boolean(),
			key: fc.constantFrom('x', 'y', 'z'),
			lag: fc.nat({ max: mostLag }),
			lasts: fc.nat({ max: 5 }),
		}),
		{ minLength: 12, maxLength: 30 },
	);

/** A store whose replicas lag, and may go back: right with no lag, wrong in many ways with some. */
function play(plan: readonly Step[]): CausalOperation[] {
	const log: { readonly key: string; readonly value: number }[] = [];
	const busyUntil = new Map<number, number>();
	return plan.map(({ process, isWrite, key, lag, lasts }, index): CausalOperation => {
		const calledAt = Math.max(index * 3 - 2, (busyUntil.get(process) ?? -1) + 1);
		const returnedAt = Math.max(index * 3, calledAt) + lasts;
		busyUntil.set(process, returnedAt);
		const times = { process, calledAt, returnedAt, outcome: 'ok' } as const;
		if (isWrite) {
			log.push({ key, value: index });
			return { ...times, input: { kind: 'write', key, value: index }, output: null };
		}
		const seen = log.slice(0, Math.max(0, log.length - lag));
		const output = seen.findLast((one) => one.key === key)?.value ?? null;
		return { ...times, input: { kind: 'read', key }, output };
	});
}

const asKeyValue = ({
	input,
	...rest
}: CausalOperation): Operation<KeyValueInput, KeyValueOutput> =>
	input.kind === 'read'
		? { ...rest, input: { ...input, kind: 'get' } }
		: { ...rest, input: { ...input, kind: 'put' } };

/** A transaction of one step each. */
function asSessions(history: readonly CausalOperation[]): (readonly ReadWriteStep[])[][] {
	const sessions = Map.groupBy(history, ({ process }) => process);
	return [...sessions.values()].map((own) =>
		own.map(({ input, output }): readonly ReadWriteStep[] =>
			input.kind === 'read'
				? [['r', input.key, output ?? 'nothing']]
				: [['w', input.key, input.value]],
		),
	);
}

test('one order for all, by the search for orders and by the axioms of transactions', () => {
	const seen = { ok: 0, violation: 0, unknown: 0 };
	const property = fc.property(fc.oneof(steps(0), steps(1), steps(3)), (plan) => {
		const history = play(plan);
		const { verdict } = checkSequential(keyValue(), history.map(asKeyValue));
		seen[verdict]++;
		const sessions = asSessions(history);
		const byAxioms = checkIsolation(sessions, 'serializable', { initial: 'nothing' });
		assert.equal(byAxioms.verdict, verdict);
	});
	fc.assert(property, { numRuns: 400, seed: 1 });
	assert.ok(seen.ok > 50 && seen.violation > 50 && seen.unknown === 0, JSON.stringify(seen));
});

test('causal convergence, by patterns and by the axioms of transactions', () => {
	const seen = { ok: 0, violation: 0, unknown: 0 };
	const property = fc.property(fc.oneof(steps(1), steps(3)), (plan) => {
		const history = play(plan);
		const { verdict } = checkCausal(history, { consistency: 'causal-convergence' });
		seen[verdict]++;
		const byAxioms = checkIsolation(asSessions(history), 'causal', { initial: 'nothing' });
		assert.equal(byAxioms.verdict, verdict);
	});
	fc.assert(property, { numRuns: 600, seed: 2 });
	assert.ok(seen.ok > 50 && seen.violation > 50, JSON.stringify(seen));
});

test('what is linearizable is sequential, and what is sequential is causal in every form', () => {
	const counts = { linearizable: 0, sequential: 0, causal: 0, none: 0 };
	const property = fc.property(fc.oneof(steps(0), steps(1), steps(3)), (plan) => {
		const history = play(plan);
		const isLinearizable = checkLinearizable(keyValue(), history.map(asKeyValue)).verdict === 'ok';
		const isSequential = checkSequential(keyValue(), history.map(asKeyValue)).verdict === 'ok';
		const isMemory = checkCausal(history).verdict === 'ok';
		const isConverging =
			checkCausal(history, { consistency: 'causal-convergence' }).verdict === 'ok';
		const isCausal = checkCausal(history, { consistency: 'causal' }).verdict === 'ok';
		assert.ok(!isLinearizable || isSequential);
		assert.ok(!isSequential || (isMemory && isConverging));
		assert.ok(!(isMemory || isConverging) || isCausal);
		if (isLinearizable) counts.linearizable++;
		else if (isSequential) counts.sequential++;
		else if (isCausal) counts.causal++;
		else counts.none++;
	});
	fc.assert(property, { numRuns: 500, seed: 3 });
	assert.ok(
		Object.values(counts).every((count) => count > 10),
		JSON.stringify(counts),
	);
});
