import type { Operation } from '../history/operation.ts';
import { hashText, hashValue, mix } from './hashing.ts';
import { type Model, refused, type Value } from './model.ts';
import { showCall, showValue } from './showing.ts';

/** One step of a transaction, or alone. */
export type EtcdStep =
	| { readonly kind: 'get'; readonly key: string }
	| { readonly kind: 'put'; readonly key: string; readonly value: Value }
	| { readonly kind: 'delete'; readonly key: string };

/** A compare of a transaction; revision 0 means that the key is absent. */
export interface EtcdCompare {
	readonly key: string;
	readonly modRevision: number;
}

/** A transaction of etcd: the steps that follow from whether all comparisons hold. */
export interface EtcdTransaction {
	readonly kind: 'txn';
	readonly compare: readonly EtcdCompare[];
	readonly success: readonly EtcdStep[];
	readonly failure?: readonly EtcdStep[];
}

/** What a client asks of etcd: a step, or a transaction of several. */
export type EtcdInput = EtcdStep | EtcdTransaction;

/** What a get saw of a key; what an answer leaves out is not judged. */
export interface EtcdKeyValue {
	readonly value: Value;
	readonly modRevision?: number;
	readonly createRevision?: number;
	readonly version?: number;
}

/** Of one step. `get`: `found`, null if absent. `delete`: `deleted`, 0 or 1. */
export interface EtcdAnswer {
	readonly found?: EtcdKeyValue | null;
	readonly deleted?: number;
}

/** What is left out is not judged. */
export interface EtcdOutput extends EtcdAnswer {
	/** The store's revision when it answered: of a write, its own. */
	readonly revision?: number;
	/** `txn`: whether all compares held. */
	readonly succeeded?: boolean;
	/** `txn`: of the steps of the branch that was taken. */
	readonly responses?: readonly EtcdAnswer[];
}

type StoredKey = Required<EtcdKeyValue>;

interface EtcdState {
	readonly revision: number;
	readonly keys: ReadonlyMap<string, StoredKey>;
	/** Of the keys, kept up step by step: the exclusive or of their hashes. */
	readonly digest: number;
}

/**
 * etcd's key-value store: one revision for the whole store, raised by one for each transaction that
 * wrote something, shown in every answer. Because of that revision all keys are one object.
 */
export function etcd({
	initialRevision = 1,
}: {
	/** Of the store before the first operation; a new one has 1. */
	readonly initialRevision?: number;
} = {}): Model<EtcdState, EtcdInput, EtcdOutput> {
	return {
		name: 'etcd',
		init: { revision: initialRevision, keys: new Map(), digest: 0 },
		step,
		changesNothing: (input, output) => {
			if (input.kind === 'get') return true;
			if (input.kind === 'delete') return output.deleted === 0;
			return input.kind === 'txn' && output.succeeded === false && !input.failure?.some(isWrite);
		},
		equals: (a, b) =>
			a === b ||
			(a.revision === b.revision &&
				a.digest === b.digest &&
				a.keys.size === b.keys.size &&
				[...a.keys].every(([key, stored]) => isSame(stored, b.keys.get(key)))),
		hash: ({ revision, digest }) => mix(digest, revision),
		describe,
		describeState: ({ revision, keys }) => {
			const shown = [...keys].map(
				([key, { value, modRevision }]) => `${key}=${showValue(value)}@${modRevision}`,
			);
			return `revision ${revision} {${shown.sort().join(', ')}}`;
		},
	};
}

function step(
	state: EtcdState,
	input: EtcdInput,
	output: EtcdOutput | undefined,
): EtcdState | typeof refused {
	const holds =
		input.kind !== 'txn' ||
		input.compare.every(
			({ key, modRevision }) => (state.keys.get(key)?.modRevision ?? 0) === modRevision,
		);
	const branch =
		input.kind === 'txn' ? (holds ? input.success : (input.failure ?? [])) : ([input] as const);
	const { after, answers } = run(state, branch);
	if (output === undefined) return after;
	if (!agrees(output.revision, after.revision)) return refused;
	if (input.kind !== 'txn') return answersAgree([output], answers) ? after : refused;
	if (!agrees(output.succeeded, holds)) return refused;
	if (output.responses && !answersAgree(output.responses, answers)) return refused;
	return after;
}

const isWrite = ({ kind }: EtcdStep): boolean => kind !== 'get';

/** All of one transaction's writes have the one new revision. */
function run(
	state: EtcdState,
	steps: readonly EtcdStep[],
): { after: EtcdState; answers: EtcdAnswer[] } {
	const next = state.revision + 1;
	let after = state;
	const answers = steps.map((one): EtcdAnswer => {
		const stored = after.keys.get(one.key);
		if (one.kind === 'get') return { found: stored ?? null };
		if (one.kind === 'delete') {
			if (stored) after = changed(after, one.key, undefined, next);
			return { deleted: stored ? 1 : 0 };
		}
		const { createRevision, version } = stored ?? { createRevision: next, version: 0 };
		const written = { value: one.value, modRevision: next, createRevision, version: version + 1 };
		after = changed(after, one.key, written, next);
		return {};
	});
	return { after, answers };
}

function changed(
	{ keys, digest }: EtcdState,
	key: string,
	stored: StoredKey | undefined,
	revision: number,
): EtcdState {
	const next = new Map(keys);
	if (stored) next.set(key, stored);
	else next.delete(key);
	return {
		revision,
		keys: next,
		digest: digest ^ digestOf(key, keys.get(key)) ^ digestOf(key, stored),
	};
}

function digestOf(key: string, stored: StoredKey | undefined): number {
	if (stored === undefined) return 0;
	const { value, modRevision, createRevision, version } = stored;
	const revisions = mix(mix(mix(createRevision, modRevision), version), hashValue(value));
	return mix(hashText(key), revisions);
}

function isSame(a: StoredKey, b: StoredKey | undefined): boolean {
	return b !== undefined && keyAgrees(a, b);
}

const agrees = <T>(said: T | undefined, real: T): boolean => said === undefined || said === real;

function answersAgree(said: readonly EtcdAnswer[], real: readonly EtcdAnswer[]): boolean {
	return (
		said.length === real.length &&
		said.every(({ found, deleted }, index) => {
			const answer = real[index] as EtcdAnswer;
			return agrees(deleted, answer.deleted) && foundAgrees(found, answer.found);
		})
	);
}

function foundAgrees(said: EtcdAnswer['found'], real: EtcdAnswer['found']): boolean {
	if (said === undefined || said === null || !real)
		return said === undefined || said === (real ?? null);
	return keyAgrees(said, real);
}

function keyAgrees(said: EtcdKeyValue, real: EtcdKeyValue): boolean {
	return (
		said.value === real.value &&
		agrees(said.modRevision, real.modRevision) &&
		agrees(said.createRevision, real.createRevision) &&
		agrees(said.version, real.version)
	);
}

function describe(operation: Operation<EtcdInput, EtcdOutput>): string {
	const { input, output = {} } = operation;
	const at = output.revision === undefined ? '' : `revision ${output.revision}`;
	if (input.kind !== 'txn') {
		const answer = [showAnswer(output), at].filter((part) => part !== '').join(' at ');
		return showCall(showStep(input), operation, answer === '' ? undefined : answer);
	}
	const { compare, success, failure = [] } = input;
	const condition = compare.map(({ key, modRevision }) => `${key}@${modRevision}`).join(' and ');
	const otherwise = failure.length === 0 ? '' : ` else ${failure.map(showStep).join(', ')}`;
	const call = `if ${condition || 'true'} then ${success.map(showStep).join(', ')}${otherwise}`;
	const branch = output.succeeded === undefined ? '' : output.succeeded ? 'then' : 'else';
	const answers = (output.responses ?? []).map(showAnswer).filter((part) => part !== '');
	return showCall(call, operation, [branch, ...answers, at].filter((part) => part).join(' '));
}

function showStep(one: EtcdStep): string {
	return one.kind === 'put' ? `put ${one.key} ${showValue(one.value)}` : `${one.kind} ${one.key}`;
}

function showAnswer({ found, deleted }: EtcdAnswer): string {
	if (deleted !== undefined) return `${deleted} deleted`;
	if (found === undefined) return '';
	if (found === null) return 'nil';
	const at = found.modRevision === undefined ? '' : `@${found.modRevision}`;
	return `${showValue(found.value)}${at}`;
}
