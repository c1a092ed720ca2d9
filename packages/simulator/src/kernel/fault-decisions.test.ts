import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FaultName } from 'flotilla/adapter';
import { Chance } from './chance.ts';
import { FaultDecisions, faultScope } from './fault-decisions.ts';

interface Occasion {
	readonly fault: FaultName;
	readonly scope: string;
	readonly count: number;
}

const names: readonly FaultName[] = ['network.loss', 'network.delay', 'process.crash', 'disk.full'];

const occasions: fc.Arbitrary<readonly Occasion[]> = fc.uniqueArray(
	fc.record({
		fault: fc.constantFrom(...names),
		scope: fc.constantFrom('a>b', 'b>a', 'orders-1', ''),
		count: fc.nat({ max: 30 }),
	}),
	{ selector: ({ fault, scope, count }) => `${fault}/${scope}#${count}`, minLength: 1 },
);

/** The ids of the occasions that struck. */
function struck(
	seed: number,
	asked: readonly Occasion[],
	options: { readonly only?: ReadonlySet<string>; readonly off?: FaultName } = {},
): readonly string[] {
	const on = names.filter((name) => name !== options.off);
	const decisions = new FaultDecisions({
		chance: new Chance(seed),
		weights: new Map(on.map((name) => [name, 0.8])),
		only: options.only,
		nowMs: () => 0,
		struck: () => {},
	});
	for (const { fault, scope, count } of asked) {
		decisions.strikes(fault, faultScope(scope), count, 0.5, () => fault);
	}
	return decisions.records.map(({ id }) => id);
}

test('leaving faults out changes none of the others, and neither does the order of the questions', () => {
	fc.assert(
		fc.property(fc.nat(), occasions, fc.nat(), (seed, asked, which) => {
			const all = struck(seed, asked);
			assert.deepEqual(struck(seed, asked.toReversed()).toSorted(), all.toSorted());
			const kept = all.filter((_, index) => index !== which % Math.max(1, all.length));
			assert.deepEqual(struck(seed, asked, { only: new Set(kept) }), kept);
			assert.deepEqual(struck(seed, asked, { only: new Set() }), []);
			for (const off of names) {
				const others = all.filter((id) => !id.startsWith(`${off}/`));
				assert.deepEqual(struck(seed, asked, { off }), others);
			}
			const some = asked.filter((_, index) => index % 2 === 0);
			const ids = new Set(some.map(({ fault, scope, count }) => `${fault}/${scope}#${count}`));
			assert.deepEqual(
				struck(seed, some),
				all.filter((id) => ids.has(id)),
			);
		}),
	);
});

test('a fault strikes as often as its probability and its weight say', () => {
	const asked = Array.from({ length: 4_000 }, (_, count) => {
		return { fault: 'network.loss', scope: 'a>b', count } as const;
	});
	const times = struck(7, asked).length;
	assert.ok(Math.abs(times - 1_600) < 120, `${times} of 4000 at 0.5 x 0.8`);
});

test('after healing nothing strikes, and nothing that a plan has chosen may', () => {
	const decisions = new FaultDecisions({
		chance: new Chance(1),
		weights: new Map([['network.loss', 1]]),
		nowMs: () => 0,
		struck: () => {},
	});
	const strikes = (count: number) =>
		decisions.strikes('network.loss', faultScope('x'), count, 1, () => '');
	assert.ok(strikes(0) && decisions.allows('process.crash/nemesis#0'));
	decisions.heal();
	assert.ok(!strikes(1) && !decisions.allows('process.crash/nemesis#0'));
	assert.equal(decisions.weight('network.loss'), 0);
	assert.deepEqual(
		decisions.records.map(({ id }) => id),
		['network.loss/x#0'],
	);
});
