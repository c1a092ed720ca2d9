import fc from 'fast-check';
import type { Operation } from '../history/operation.ts';
import { casRegister } from '../models/cas-register.ts';
import { type EtcdInput, type EtcdOutput, etcd } from '../models/etcd.ts';
import { type FencedLockInput, fencedLock } from '../models/fenced-lock.ts';
import { fifoQueue } from '../models/fifo-queue.ts';
import { type KeyValueInput, type KeyValueOutput, keyValue } from '../models/key-value.ts';
import { type Model, refused } from '../models/model.ts';
import { mutex } from '../models/mutex.ts';
import { register } from '../models/register.ts';
import { byKey, isLinearizable, isSequential } from './testing-brute-force.ts';

type History = readonly Operation<never, never>[];

/** A model with all that its clients may say to it in a test. */
export interface Subject {
	readonly name: string;
	readonly model: Model<unknown, never, never>;
	readonly inputs: readonly unknown[];
	/** All answers that a broken object might give. */
	readonly outputsOf: (input: never) => readonly unknown[];
	readonly isLinearizable: (history: History) => boolean;
	readonly isSequential: (history: History) => boolean;
}

/** What brute force walks through: the model, or all the objects that it tells apart. */
type Specification<Input, Output> = Pick<Model<unknown, Input, Output>, 'init' | 'step'>;

function subject<State, Input, Output>(
	name: string,
	model: Model<State, Input, Output>,
	inputs: readonly Input[],
	outputsOf: (input: Input) => readonly Output[],
	whole: Specification<Input, Output> = model as Specification<Input, Output>,
): Subject {
	// One list can hold all subjects only where their types are forgotten.
	return {
		name,
		model: model as unknown as Subject['model'],
		inputs,
		outputsOf: outputsOf as Subject['outputsOf'],
		isLinearizable: (history) => isLinearizable(whole as Model<unknown, never, never>, history),
		isSequential: (history) => isSequential(whole as Model<unknown, never, never>, history),
	};
}

const values = [null, 1, 2];
const registerInputs = [
	{ kind: 'read' },
	{ kind: 'write', value: 1 },
	{ kind: 'write', value: 2 },
] as const;
const casInputs = [
	{ kind: 'cas', expected: 1, value: 2 },
	{ kind: 'cas', expected: 2, value: 1 },
] as const;
const keyValueModel = keyValue();
const keyValueInputs = ['x', 'y'].flatMap(
	(key) =>
		[
			{ kind: 'get', key },
			{ kind: 'put', key, value: 'a' },
			{ kind: 'append', key, value: 'b' },
			{ kind: 'cas', key, expected: 'a', value: 'b' },
			{ kind: 'delete', key },
		] as const,
);
const texts = [null, 'a', 'b', 'ab', 'bb', 'abb'];
const fencedInputs: FencedLockInput[] = [
	{ kind: 'acquire' },
	...[1, 2, 3].flatMap((token) => [
		{ kind: 'release', token } as const,
		{ kind: 'write', token } as const,
	]),
];
const etcdInputs: EtcdInput[] = [
	...['x', 'y'].flatMap((key) => [
		{ kind: 'get', key } as const,
		{ kind: 'put', key, value: 1 } as const,
		{ kind: 'delete', key } as const,
	]),
	...[0, 2, 3].map((modRevision): EtcdInput => {
		const success = [{ kind: 'put', key: 'x', value: 2 }] as const;
		return { kind: 'txn', compare: [{ key: 'x', modRevision }], success };
	}),
];
const revisions = [1, 2, 3, 4, 5, 6, 7, 8];

function etcdOutputs({ kind }: EtcdInput): EtcdOutput[] {
	return revisions.flatMap((revision): EtcdOutput[] => {
		if (kind === 'put') return [{ revision }];
		if (kind === 'delete') return [0, 1].map((deleted) => ({ revision, deleted }));
		if (kind === 'txn') return [true, false].map((succeeded) => ({ revision, succeeded }));
		const found = [1, 2].flatMap((value) =>
			revisions.map((modRevision) => ({ revision, found: { value, modRevision } })),
		);
		return [{ revision, found: null }, ...found];
	});
}

const fenced = (expires: boolean): Subject =>
	subject(`fenced-lock, expires: ${expires}`, fencedLock({ expires }), fencedInputs, ({ kind }) =>
		kind === 'acquire' ? [1, 2, 3, 4, null] : [true, false],
	);

export const subjects: readonly Subject[] = [
	subject('register', register(), registerInputs, ({ kind }) =>
		kind === 'read' ? values : [null],
	),
	subject('cas-register', casRegister(), [...registerInputs, ...casInputs], ({ kind }) => {
		if (kind === 'cas') return [true, false];
		return kind === 'read' ? values : [null];
	}),
	subject(
		'kv',
		keyValueModel,
		keyValueInputs,
		({ kind }) => {
			if (kind === 'get') return texts;
			return kind === 'cas' || kind === 'delete' ? [true, false] : [null];
		},
		byKey(keyValueModel) as Pick<Model<unknown, KeyValueInput, KeyValueOutput>, 'init' | 'step'>,
	),
	subject(
		'mutex',
		mutex(),
		['a', 'b'].flatMap((client) => [
			{ kind: 'acquire', client } as const,
			{ kind: 'release', client } as const,
		]),
		() => [true, false],
	),
	fenced(true),
	fenced(false),
	subject(
		'queue',
		fifoQueue(),
		[
			{ kind: 'enqueue', value: 1 },
			{ kind: 'enqueue', value: 2 },
			{ kind: 'dequeue' },
			{ kind: 'dequeue' },
		],
		({ kind }) => (kind === 'dequeue' ? values : [null]),
	),
	subject('etcd', etcd(), etcdInputs, etcdOutputs),
];

/** One call of a plan, in small numbers: what they mean depends on what came before. */
interface Move {
	readonly process: number;
	readonly input: number;
	readonly output: number;
	readonly gap: number;
	readonly duration: number;
	/** Where in its time it takes effect, in percent. */
	readonly effect: number;
	readonly fate: 'ok' | 'failed' | 'lost' | 'late';
}

function move(processes: number): fc.Arbitrary<Move> {
	return fc.record({
		process: fc.nat({ max: processes - 1 }),
		input: fc.nat({ max: 1_000 }),
		output: fc.nat({ max: 1_000 }),
		gap: fc.nat({ max: 2 }),
		duration: fc.nat({ max: 6 }),
		effect: fc.nat({ max: 100 }),
		fate: fc.oneof(
			{ weight: 12, arbitrary: fc.constant('ok' as const) },
			{ weight: 1, arbitrary: fc.constant('failed' as const) },
			{ weight: 1, arbitrary: fc.constant('lost' as const) },
			{ weight: 2, arbitrary: fc.constant('late' as const) },
		),
	});
}

/** Histories that the model itself answered: linearizable by construction. */
export function correctHistories(
	{ model, inputs, outputsOf }: Subject,
	{ operations, processes }: { readonly operations: number; readonly processes: number },
): fc.Arbitrary<Operation<never, never>[]> {
	const options = { minLength: Math.min(3, operations), maxLength: operations };
	return fc.array(move(processes), { ...options, size: 'max' }).map((moves) => {
		const clocks = new Map<number, number>();
		const timed = moves.map((one) => {
			const calledAt = (clocks.get(one.process) ?? 0) + one.gap;
			const returnedAt = calledAt + one.duration;
			clocks.set(one.process, returnedAt);
			const reach = one.fate === 'late' ? 4 * one.duration : one.duration;
			return { ...one, calledAt, returnedAt, at: calledAt + (reach * one.effect) / 100 };
		});
		const answers = new Map<Move, Operation<never, never>>();
		const states = new Map<string, unknown>();
		for (const one of timed.toSorted((a, b) => a.at - b.at)) {
			const { process, calledAt, returnedAt, fate } = one;
			const input = inputs[one.input % inputs.length] as never;
			const call = { process, input, calledAt };
			const object = model.partitionOf?.(input) ?? '';
			const state = states.has(object) ? states.get(object) : model.init;
			const advance = (after: unknown) => {
				if (after !== refused) states.set(object, after);
			};
			if (fate === 'failed') answers.set(one, { ...call, returnedAt, outcome: 'failed' });
			else if (fate === 'lost') {
				answers.set(one, { ...call, returnedAt: Infinity, outcome: 'unknown' });
			} else if (fate === 'late') {
				answers.set(one, { ...call, returnedAt: Infinity, outcome: 'unknown' });
				advance(model.step(state, input, undefined));
			} else {
				const possible = outputsOf(input).filter(
					(output) => model.step(state, input, output as never) !== refused,
				);
				// An acquire that has to wait, or a revision beyond the domain: the call is left out.
				if (possible.length === 0) continue;
				const output = possible[one.output % possible.length] as never;
				advance(model.step(state, input, output));
				answers.set(one, { ...call, returnedAt, output, outcome: 'ok' });
			}
		}
		return timed.flatMap((one) => answers.get(one) ?? []);
	});
}

/** The same with one to three answers replaced by others: some of them still linearizable. */
export function doubtfulHistories(
	subject: Subject,
	size: { readonly operations: number; readonly processes: number },
): fc.Arbitrary<Operation<never, never>[]> {
	const lie = fc.record({ at: fc.nat({ max: 1_000 }), output: fc.nat({ max: 1_000 }) });
	return fc
		.tuple(correctHistories(subject, size), fc.array(lie, { minLength: 1, maxLength: 3 }))
		.map(([history, lies]) => {
			const told = [...history];
			for (const { at, output } of lies) {
				const index = at % Math.max(1, told.length);
				const operation = told[index];
				if (operation?.outcome !== 'ok') continue;
				const outputs = subject.outputsOf(operation.input);
				told[index] = { ...operation, output: outputs[output % outputs.length] as never };
			}
			return told;
		});
}
