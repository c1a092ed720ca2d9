import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Element, ListAppendOperation, ListAppendStep } from '../transaction.ts';
import type { ConsistencyModel } from './anomalies.ts';
import { checkListAppend } from './check-list-append.ts';
import {
	hasCycle,
	isPlain,
	isSerializable,
	isSnapshotIsolated,
	type Order,
} from './testing-brute-force.ts';

const KEYS = ['x', 'y'] as const;

interface Draft {
	readonly process: number;
	readonly steps: readonly { readonly isAppend: boolean; readonly key: 'x' | 'y' }[];
	/** When it reads, when it commits, and around that the times of its call. */
	readonly start: number;
	readonly lasts: number;
	readonly slack: number;
	readonly fate: 'ok' | 'failed' | 'lost' | 'late';
	/** Whether what it appends to x is there from its start. */
	readonly isTorn: boolean;
	/** A read that is shortened by so many elements. */
	readonly lie: { readonly step: number; readonly by: number } | undefined;
}

const arbitraryDraft = (longest: number): fc.Arbitrary<Draft> =>
	fc.record({
		process: fc.nat({ max: 2 }),
		steps: fc.array(fc.record({ isAppend: fc.boolean(), key: fc.constantFrom(...KEYS) }), {
			minLength: 1,
			maxLength: 3,
		}),
		start: fc.nat({ max: 20 }),
		lasts: fc.nat({ max: longest }),
		slack: fc.nat({ max: 3 }),
		fate: fc.oneof(
			{ weight: 10, arbitrary: fc.constant('ok' as const) },
			fc.constantFrom('failed' as const, 'lost' as const, 'late' as const),
		),
		isTorn: fc.nat({ max: 3 }).map((draw) => draw === 0),
		lie: fc.option(fc.record({ step: fc.nat({ max: 2 }), by: fc.constant(1) }), {
			nil: undefined,
			freq: 5,
		}),
	});

/** Transactions on snapshots that nobody keeps from overwriting each other; some of them lie. */
function play(drafts: readonly Draft[]): ListAppendOperation[] {
	const lists: Record<string, Element[]> = { x: [], y: [] };
	let element = 0;
	const operations = new Map<Draft, ListAppendOperation>();
	const outputs = new Map<Draft, readonly ListAppendStep[]>();
	const events = drafts
		.flatMap((draft) => [
			{ draft, at: draft.start, isStart: true },
			{ draft, at: draft.start + draft.lasts, isStart: false },
		])
		.sort((a, b) => a.at - b.at);
	for (const { draft, isStart } of events) {
		const { process, steps, start, lasts, slack, fate, lie, isTorn } = draft;
		const take = (output: readonly ListAppendStep[], key: 'x' | 'y'): void => {
			if (fate === 'failed' || fate === 'lost') return;
			for (const [kind, where, value] of output) {
				if (kind === 'append' && where === key) lists[key]?.push(value);
			}
		};
		if (isStart) {
			const own = structuredClone(lists);
			const answers = steps.map(({ isAppend, key }, step): ListAppendStep => {
				if (!isAppend) {
					const seen = own[key] ?? [];
					return ['r', key, seen.slice(0, lie?.step === step ? seen.length - lie.by : undefined)];
				}
				element += 1;
				own[key]?.push(element);
				return ['append', key, element];
			});
			outputs.set(draft, answers);
			if (isTorn) take(answers, 'x');
			continue;
		}
		const output = outputs.get(draft) ?? [];
		if (!isTorn) take(output, 'x');
		take(output, 'y');
		const input = output.map(
			([kind, key, value]): ListAppendStep =>
				kind === 'r' ? ['r', key, null] : ['append', key, value],
		);
		const call = { process, input, calledAt: start - slack };
		const returnedAt = start + lasts + slack;
		if (fate === 'ok') operations.set(draft, { ...call, output, returnedAt, outcome: 'ok' });
		else if (fate === 'failed') operations.set(draft, { ...call, returnedAt, outcome: 'failed' });
		else
			operations.set(draft, { ...call, returnedAt: Number.POSITIVE_INFINITY, outcome: 'unknown' });
	}
	return oneAtATime(drafts.flatMap((draft) => operations.get(draft) ?? []));
}

/** A call that would overlap with another of its process becomes one of a process of its own. */
function oneAtATime(operations: readonly ListAppendOperation[]): ListAppendOperation[] {
	const freeFrom = new Map<unknown, number>();
	return operations
		.toSorted((a, b) => a.calledAt - b.calledAt)
		.map((operation, index) => {
			const isFree = (freeFrom.get(operation.process) ?? -100) < operation.calledAt;
			const process = isFree ? operation.process : `alone ${index}`;
			freeFrom.set(process, operation.returnedAt);
			return { ...operation, process };
		});
}

/** The whole of each list, read when everything had ended: then the order of all versions is known. */
function withFinalRead(operations: readonly ListAppendOperation[]): ListAppendOperation[] {
	const lists = new Map<unknown, Element[]>(KEYS.map((key) => [key, []]));
	for (const { output } of operations) {
		for (const [kind, key, value] of output ?? []) {
			if (kind === 'r' && value !== null && value.length > (lists.get(key)?.length ?? 0))
				lists.set(key, [...value]);
		}
	}
	const appended = operations.flatMap(({ outcome, input }) =>
		outcome === 'ok' ? input.filter(([kind]) => kind === 'append') : [],
	);
	for (const [, key, element] of appended as ['append', string, Element][]) {
		if (!lists.get(key)?.includes(element)) lists.get(key)?.push(element);
	}
	const output = KEYS.map((key): ListAppendStep => ['r', key, lists.get(key) ?? []]);
	const input = KEYS.map((key): ListAppendStep => ['r', key, null]);
	const times = { calledAt: 1_000, returnedAt: 1_001, outcome: 'ok' } as const;
	return [...operations, { process: 'last', input, output, ...times }];
}

const drafts = fc.oneof(
	fc.array(arbitraryDraft(12), { minLength: 2, maxLength: 4 }),
	fc.array(arbitraryDraft(3), { minLength: 2, maxLength: 4 }),
);
const histories = drafts.map(play);
const answeredHistories = drafts.map((all) =>
	play(
		all.map((draft, index) => {
			const steps = [...draft.steps, { isAppend: true, key: index % 2 === 0 ? 'x' : 'y' } as const];
			return { ...draft, steps, isTorn: index % 2 === 0, fate: 'ok', lie: undefined };
		}),
	),
);

const JUDGES: readonly (readonly [
	ConsistencyModel,
	(history: readonly ListAppendOperation[], order: Order) => boolean,
	Order,
])[] = [
	['serializable', isSerializable, 'data'],
	['strong-session-serializable', isSerializable, 'process'],
	['strict-serializable', isSerializable, 'realtime'],
	['snapshot-isolation', isSnapshotIsolated, 'data'],
	['strong-session-snapshot-isolation', isSnapshotIsolated, 'process'],
	['strong-snapshot-isolation', isSnapshotIsolated, 'realtime'],
];

describe('against brute force', () => {
	for (const [model, isAllowed, order] of JUDGES) {
		test(`${model}: the same verdict where a last read shows all lists`, () => {
			const seen = { ok: 0, violation: 0, unknown: 0 };
			const property = fc.property(histories, (operations) => {
				const history = withFinalRead(operations);
				const { verdict } = checkListAppend(history, { model });
				seen[verdict]++;
				assert.equal(verdict, isAllowed(history, order) ? 'ok' : 'violation');
			});
			fc.assert(property, { numRuns: 1_000, seed: 1 });
			assert.ok(seen.ok > 100 && seen.violation > 100, JSON.stringify(seen));
		});

		test(`${model}: without that read nothing is accused that is allowed`, () => {
			const seen = { ok: 0, violation: 0, unknown: 0 };
			let missed = 0;
			const property = fc.property(histories, (history) => {
				const { verdict } = checkListAppend(history, { model });
				seen[verdict]++;
				const isRight = isAllowed(history, order);
				if (verdict === 'violation') assert.equal(isRight, false);
				else if (!isRight) missed++;
			});
			fc.assert(property, { numRuns: 1_000, seed: 2 });
			assert.ok(seen.ok > 100 && seen.violation > 30, JSON.stringify(seen));
			// What no read shows cannot be found, but that is little.
			assert.ok(missed * 10 < seen.violation, `${missed} missed, ${seen.violation} found`);
		});
	}
});

describe('against all cycles of the dependencies by their definitions', () => {
	for (const model of [
		'read-uncommitted',
		'read-committed',
		'parallel-snapshot-isolation',
	] as const) {
		test(`${model}: the same verdict where nothing but a cycle can be wrong`, () => {
			const seen = { ok: 0, violation: 0, unknown: 0 };
			const property = fc.property(answeredHistories, (operations) => {
				const history = withFinalRead(operations);
				if (!isPlain(history)) return;
				const { verdict } = checkListAppend(history, { model });
				seen[verdict]++;
				assert.equal(verdict, hasCycle(history, model) ? 'violation' : 'ok');
			});
			fc.assert(property, { numRuns: 2_500, seed: 4 });
			assert.ok(seen.ok > 150 && seen.violation > 20, JSON.stringify(seen));
		});
	}
});
