import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CausalOperation } from './causal-history.ts';
import { CAUSAL_CONSISTENCIES, type CausalConsistency, checkCausal } from './check-causal.ts';
import { isCausal, type SmallOperation } from './testing-brute-force.ts';

/** A process a line: `wx1` writes 1 to x, `rx1` reads it, `rx0` reads the initial value. */
function history(...lines: readonly string[]): readonly CausalOperation[] {
	return lines.flatMap((line, process) =>
		line.split(' ').map((word, place): CausalOperation => {
			const key = word.charAt(1);
			const value = Number(word.slice(2)) || null;
			const times = { process, calledAt: place, returnedAt: place + 0.5, outcome: 'ok' } as const;
			if (!word.startsWith('w')) return { ...times, input: { kind: 'read', key }, output: value };
			return { ...times, input: { kind: 'write', key, value: value ?? 0 }, output: null };
		}),
	);
}

const CONVERGENCE_ALONE = ['wz1 wx1 wy1', 'wx2 rz0 ry1 rx2'];

function allowedBy(operations: readonly CausalOperation[]): readonly CausalConsistency[] {
	return CAUSAL_CONSISTENCIES.filter(
		(consistency) => checkCausal(operations, { consistency }).verdict === 'ok',
	);
}

test('the histories of the textbooks', () => {
	const all = CAUSAL_CONSISTENCIES;
	const table: readonly (readonly [string, readonly string[], readonly CausalConsistency[]])[] = [
		['an effect with its cause', ['wx1', 'rx1 wy1', 'ry1 rx1'], all],
		['an effect without its cause', ['wx1', 'rx1 wy1', 'ry1 rx0'], []],
		['back behind the own writer', ['wx1 wx2', 'rx2 rx1'], []],
		['late', ['wx1', 'rx0 rx1'], all],
		['own write forgotten', ['wx1 rx0'], []],
		['nobody wrote it', ['rx7'], []],
		['read before it is written', ['rx1 wx1'], []],
		['two keys in different orders', ['wx1', 'wy1', 'rx1 ry0', 'ry1 rx0'], all],
		[
			'two writes in different orders',
			['wx1', 'wx2', 'rx1 rx2', 'rx2 rx1'],
			['causal', 'causal-memory'],
		],
		['to and fro', ['wx1', 'wx2', 'rx1 rx2 rx1'], ['causal']],
		// Neither of the two stronger ones implies the other (POPL 2017, figure 3).
		['memory alone', ['wx1 rx2', 'wx2 rx1'], ['causal', 'causal-memory']],
		['convergence alone', CONVERGENCE_ALONE, ['causal', 'causal-convergence']],
	];
	for (const [name, lines, expected] of table) {
		assert.deepEqual(allowedBy(history(...lines)), expected, name);
	}
});

test('a write without an answer counts where it was seen, after what its process had done', () => {
	const [first, second] = history('wx1 wy1', 'ry1 rx0');
	assert.ok(first && second);
	const [, , readY, readX] = history('wx1 wy1', 'ry1 rx0');
	assert.ok(readY && readX);
	const { output: _, ...call } = second;
	const unsure = { ...call, outcome: 'unknown', returnedAt: Number.POSITIVE_INFINITY } as const;
	assert.deepEqual(allowedBy([first, unsure, readY, readX]), []);
	assert.deepEqual(allowedBy([first, unsure, readX]), CAUSAL_CONSISTENCIES);
	const failed = { ...call, outcome: 'failed' } as const;
	assert.deepEqual(allowedBy([first, failed, readY]), [], 'what failed is seen by nobody');
});

test('what does not tell who wrote it is unknown, if it was read', () => {
	const twice = history('wx1', 'wx1', 'rx1');
	assert.equal(checkCausal(twice).verdict, 'unknown');
	assert.equal(checkCausal(history('wx1', 'wx1', 'rx0')).verdict, 'ok');
	const initial = checkCausal(history('wx1', 'rx1'), { initial: 1 });
	assert.equal(initial.verdict, 'unknown');
});

test('long histories take no time for each pair of reads, and too long ones are unknown', () => {
	const long = (size: number): CausalOperation[] =>
		Array.from({ length: size }, (_, index): CausalOperation => {
			const round = Math.floor(index / 4);
			const times = { calledAt: index * 2, returnedAt: index * 2 + 1, outcome: 'ok' } as const;
			const call = { ...times, process: index % 3 };
			const key = `k${round % 5}`;
			if (index % 4 > 0) return { ...call, input: { kind: 'read', key }, output: round };
			return { ...call, input: { kind: 'write', key, value: round }, output: null };
		});
	for (const consistency of CAUSAL_CONSISTENCIES) {
		assert.equal(checkCausal(long(3_000), { consistency }).verdict, 'ok');
	}
	assert.equal(checkCausal(long(50_001)).verdict, 'unknown');
});

test('an explanation walks from the write to the read', () => {
	const result = checkCausal(history('wx1', 'rx1 wy1', 'ry1 rx0'));
	assert.equal(result.verdict, 'violation');
	if (result.verdict !== 'violation') return;
	const { anomaly, summary, lines } = result.explanation;
	assert.equal(anomaly, 'overwritten-read');
	assert.match(
		summary,
		/^not causal-memory: `read x → nil` of process 2 returned what was initial/,
	);
	assert.deepEqual(lines, [
		'`write x 1` of process 0 before `read x → 1` of process 1: process 1 read it',
		'`read x → 1` of process 1 before `write y 1` of process 1: process 1 did that first',
		'`write y 1` of process 1 before `read y → 1` of process 2: process 2 read it',
		'`read y → 1` of process 2 before `read x → nil` of process 2: process 2 did that first',
	]);
});

const arbitraryOperations = fc
	.array(
		fc.record({
			process: fc.nat({ max: 2 }),
			isWrite: fc.boolean(),
			key: fc.constantFrom('x', 'y'),
			source: fc.nat({ max: 6 }),
		}),
		{ minLength: 3, maxLength: 8 },
	)
	.map((drafts): readonly SmallOperation[] => {
		const values = drafts.map((_, index) => index + 1);
		return drafts.map(({ process, isWrite, key, source }, index) => {
			if (isWrite) return { process, isWrite, key, value: index + 1 };
			const candidates = values.filter((_, at) => drafts[at]?.isWrite && drafts[at].key === key);
			const value = [null, ...candidates][source % (candidates.length + 1)] ?? null;
			return { process, isWrite, key, value };
		});
	});

/** One where the difference is small, with one operation replaced: few random ones are so fine. */
const nearTheBorder = fc
	.record({
		at: fc.nat({ max: 6 }),
		value: fc.constantFrom(null, 1, 2),
		key: fc.constantFrom('x', 'y', 'z'),
	})
	.map(({ at, value, key }): readonly SmallOperation[] => {
		const operations = history(...CONVERGENCE_ALONE).map(({ process, input, output }) => {
			const isWrite = input.kind === 'write';
			const own = isWrite ? Number(input.value) : Number(output) || null;
			return { process: Number(process), isWrite, key: input.key, value: own };
		});
		const { process = 0, isWrite = false } = operations[at] ?? {};
		if (isWrite) return operations.with(at, { process, isWrite, key, value: 3 });
		return operations.with(at, { process, isWrite, key, value });
	});

function verdictOf(operations: readonly SmallOperation[], consistency: CausalConsistency) {
	const calls = operations.map(({ process, isWrite, key, value }, at): CausalOperation => {
		const times = { process, calledAt: at * 2, returnedAt: at * 2 + 1, outcome: 'ok' } as const;
		if (!isWrite) return { ...times, input: { kind: 'read', key }, output: value };
		return { ...times, input: { kind: 'write', key, value: value ?? 0 }, output: null };
	});
	return checkCausal(calls, { consistency }).verdict;
}

describe('against brute force', () => {
	const histories = fc.oneof({ weight: 9, arbitrary: arbitraryOperations }, nearTheBorder);

	for (const consistency of CAUSAL_CONSISTENCIES) {
		test(`${consistency}: the same verdict for every small history`, () => {
			const seen = { ok: 0, violation: 0, unknown: 0 };
			const property = fc.property(histories, (operations) => {
				const verdict = verdictOf(operations, consistency);
				seen[verdict]++;
				assert.equal(verdict, isCausal(operations, consistency) ? 'ok' : 'violation');
			});
			fc.assert(property, { numRuns: 3_000, seed: 1 });
			assert.ok(seen.ok > 500 && seen.violation > 500, JSON.stringify(seen));
		});
	}

	test('the same cases tell all three from each other', () => {
		const classes = new Set<string>();
		for (const operations of fc.sample(histories, { numRuns: 3_000, seed: 1 })) {
			const allowed = CAUSAL_CONSISTENCIES.filter((one) => verdictOf(operations, one) === 'ok');
			classes.add(allowed.join(' '));
		}
		assert.deepEqual([...classes].sort(), [
			'',
			'causal',
			'causal causal-convergence',
			'causal causal-memory',
			'causal causal-memory causal-convergence',
		]);
	});
});
