import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReadWriteStep, ReadWriteTransaction } from '../transaction.ts';
import { checkIsolation, ISOLATION_LEVELS, type IsolationLevel } from './check-isolation.ts';
import { isAllowed } from './testing-axioms.ts';

/** Sessions a line, transactions between bars: `rx0 wx1 | rx1`. */
function sessions(...lines: readonly string[]): readonly (readonly ReadWriteTransaction[])[] {
	return lines.map((line) =>
		line.split('|').map((transaction) =>
			transaction
				.trim()
				.split(' ')
				.map((word): ReadWriteStep => {
					const kind = word.charAt(0) === 'w' ? 'w' : 'r';
					return [kind, word.charAt(1), Number(word.slice(2))];
				}),
		),
	);
}

function allowedAt(history: ReturnType<typeof sessions>): readonly IsolationLevel[] {
	return ISOLATION_LEVELS.filter((level) => checkIsolation(history, level).verdict === 'ok');
}

test('the anomalies of the textbooks are allowed up to their level', () => {
	const upTo = (level: IsolationLevel): readonly IsolationLevel[] =>
		ISOLATION_LEVELS.slice(0, ISOLATION_LEVELS.indexOf(level) + 1);
	const table: readonly (readonly [string, ReturnType<typeof sessions>, IsolationLevel])[] = [
		['serial', sessions('wx1', 'rx1'), 'serializable'],
		['write skew', sessions('rx0 ry0 wx1', 'rx0 ry0 wy1'), 'snapshot-isolation'],
		['lost update', sessions('rx0 wx1', 'rx0 wx2'), 'prefix'],
		['long fork', sessions('wx1', 'wy1', 'rx1 ry0', 'rx0 ry1'), 'causal'],
		['causality', sessions('wx1', 'rx1 wy1', 'ry1 rx0'), 'read-atomic'],
		['fractured read', sessions('wx1 wy1', 'ry0 rx1'), 'read-committed'],
	];
	for (const [name, history, level] of table) {
		assert.deepEqual(allowedAt(history), upTo(level), name);
	}
	assert.deepEqual(allowedAt(sessions('rx7')), [], 'nobody wrote it');
});

/** By the definition: some interleaving of the sessions in which every read sees the last write. */
function isSerializable(history: ReturnType<typeof sessions>): boolean {
	const search = (
		left: readonly (readonly ReadWriteTransaction[])[],
		state: Readonly<Record<string, unknown>>,
	): boolean => {
		if (left.every((session) => session.length === 0)) return true;
		return left.some(([first, ...rest], index) => {
			if (first === undefined) return false;
			const after: Record<string, unknown> = { ...state };
			for (const [kind, key, value] of first) {
				if (kind === 'w') after[key] = value;
				else if ((after[key] ?? 0) !== value) return false;
			}
			return search(left.with(index, rest), after);
		});
	};
	return search(history, {});
}

const arbitraryHistory = fc
	.array(
		fc.array(
			fc.array(
				fc.record({
					isWrite: fc.boolean(),
					key: fc.constantFrom('x', 'y'),
					source: fc.nat({ max: 5 }),
				}),
				{ minLength: 1, maxLength: 3 },
			),
			{ minLength: 1, maxLength: 2 },
		),
		{ minLength: 1, maxLength: 3 },
	)
	.map((shape) => {
		// Each write gets a value of its own; a read takes one of them, or the initial one.
		let lastValue = 0;
		const written: { key: string; value: number }[] = [];
		for (const step of shape.flat(2)) {
			if (step.isWrite) written.push({ key: step.key, value: ++lastValue });
		}
		let next = 0;
		return shape.map((session) =>
			session.map((transaction) =>
				transaction.map(({ isWrite, key, source }): ReadWriteStep => {
					if (isWrite) return ['w', key, written[next++]?.value ?? 0];
					const candidates = [
						0,
						...written.filter((one) => one.key === key).map((one) => one.value),
					];
					return ['r', key, candidates[source % candidates.length] ?? 0];
				}),
			),
		);
	});

test('serializable is what some serial order explains', () => {
	let violations = 0;
	const property = fc.property(arbitraryHistory, (history) => {
		const expected = isSerializable(history);
		assert.equal(checkIsolation(history, 'serializable').verdict, expected ? 'ok' : 'violation');
		if (!expected) violations++;
	});
	fc.assert(property, { numRuns: 3_000, seed: 1 });
	assert.ok(violations > 300, `${violations} violations`);
});

/** Two keys, a value written once, no read of an own write: what the axioms speak of. */
const plainHistory = fc
	.array(
		fc.record({
			session: fc.nat({ max: 2 }),
			reads: fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 2 }),
			writes: fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 2 }),
			sources: fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })),
		}),
		{ minLength: 2, maxLength: 5 },
	)
	.map((drafts) => {
		const writers = (key: 'x' | 'y') =>
			drafts.flatMap(({ writes }, index) => (writes.includes(key) ? [index + 1] : []));
		const history: ReadWriteTransaction[][] = [[], [], []];
		for (const [index, { session, reads, writes, sources }] of drafts.entries()) {
			const steps = reads.map((key, place): ReadWriteStep => {
				const candidates = [0, ...writers(key).filter((one) => one !== index + 1)];
				return ['r', key, candidates[(sources[place] ?? 0) % candidates.length] ?? 0];
			});
			for (const key of writes) steps.push(['w', key, index + 1]);
			if (steps.length > 0) history[session]?.push(steps);
		}
		return history.filter((session) => session.length > 0);
	});

for (const level of ISOLATION_LEVELS) {
	test(`${level} is what some commit order explains by the axioms`, () => {
		const seen = { ok: 0, violation: 0, unknown: 0 };
		const property = fc.property(plainHistory, (history) => {
			const { verdict } = checkIsolation(history, level);
			seen[verdict]++;
			assert.equal(verdict, isAllowed(history, level) ? 'ok' : 'violation');
		});
		fc.assert(property, { numRuns: 2_000, seed: 3 });
		assert.ok(seen.ok > 200 && seen.violation > 200, JSON.stringify(seen));
	});
}

test('what a level allows, every weaker one allows', () => {
	const property = fc.property(arbitraryHistory, (history) => {
		const allowed = ISOLATION_LEVELS.map(
			(level) => checkIsolation(history, level).verdict === 'ok',
		);
		const strongest = allowed.lastIndexOf(true);
		assert.ok(
			allowed.slice(0, strongest + 1).every((isAllowed) => isAllowed),
			JSON.stringify(allowed),
		);
	});
	fc.assert(property, { numRuns: 3_000, seed: 2 });
});
