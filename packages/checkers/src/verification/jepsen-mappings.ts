import type { CounterInput, CounterOutput } from '../collections/counter.ts';
import type { SetInput, SetOutput } from '../collections/set.ts';
import { type Edn, isName, isSequence, showBriefly, showEdn } from '../formats/edn.ts';
import type { JepsenOperation } from '../formats/jepsen-operations.ts';
import { HistoryError } from '../history/history-error.ts';
import type { Operation } from '../history/operation.ts';
import type { CasRegisterInput, CasRegisterOutput } from '../models/cas-register.ts';
import type { QueueInput, QueueOutput } from '../models/fifo-queue.ts';
import type { KeyValueInput, KeyValueOutput } from '../models/key-value.ts';
import type { Value } from '../models/model.ts';
import type { MutexInput, MutexOutput } from '../models/mutex.ts';
import type { RegisterInput, RegisterOutput } from '../models/register.ts';
import type { Element, ListAppendStep, ReadWriteStep } from '../transactions/transaction.ts';

/** One operation as a model knows it; undefined where it says nothing. */
export type Mapping<Input, Output> = (raw: JepsenOperation) => Operation<Input, Output> | undefined;

/**
 * In the logs of the test of etcd a compare-and-set that failed did happen, and saw another value.
 * A read that failed timed out.
 */
export const casRegisterOfLog: Mapping<CasRegisterInput, CasRegisterOutput> = (raw) => {
	if (raw.f !== 'cas' || raw.type !== 'fail') return casRegisterOperation(raw);
	return withOutcome(raw, casInput(raw), 'ok', false);
};

/**
 * After Knossos: what failed did not happen, and a read of nil matches anything, so it says nothing.
 */
export const casRegisterOfEdn: Mapping<CasRegisterInput, CasRegisterOutput> = (raw) =>
	readsNil(raw) ? undefined : casRegisterOperation(raw);

export const registerOfLog: Mapping<RegisterInput, RegisterOutput> = (raw) => {
	if (raw.f === 'read') return withType(raw, { kind: 'read' }, scalarOf(raw.answered ?? null));
	if (raw.f === 'write') return withType(raw, writeInput(raw), null);
	throw unknownName(raw, 'read, write');
};

/** After Knossos, as `casRegisterOfEdn`. */
export const registerOfEdn: Mapping<RegisterInput, RegisterOutput> = (raw) =>
	readsNil(raw) ? undefined : registerOfLog(raw);

export const keyValueOfEdn: Mapping<KeyValueInput, KeyValueOutput> = (raw) => {
	const key = keyOf(raw.key ?? null, raw);
	switch (raw.f) {
		case 'get':
			return withType(raw, { kind: 'get', key }, scalarOf(raw.answered ?? null));
		case 'put':
			return withType(raw, { kind: 'put', key, value: scalarOf(raw.called) }, null);
		case 'append': {
			if (typeof raw.called !== 'string') throw misshapen(raw, 'a string');
			return withType(raw, { kind: 'append', key, value: raw.called }, null);
		}
		case 'delete':
			return withType(raw, { kind: 'delete', key }, null);
		case 'cas':
			return withType(raw, { ...casInput(raw), key }, true);
		default:
			throw unknownName(raw, 'get, put, append, delete, cas');
	}
};

export const mutexOfEdn: Mapping<MutexInput, MutexOutput> = (raw) => {
	if (raw.f !== 'acquire' && raw.f !== 'release') throw unknownName(raw, 'acquire, release');
	return withType(raw, { kind: raw.f, client: raw.process }, true);
};

/** A dequeue that failed found the queue empty. */
export const queueOfEdn: Mapping<QueueInput, QueueOutput> = (raw) => {
	if (raw.f === 'enqueue') {
		return withType(raw, { kind: 'enqueue', value: scalarOf(raw.called) }, null);
	}
	if (raw.f !== 'dequeue') throw unknownName(raw, 'enqueue, dequeue');
	const input: QueueInput = { kind: 'dequeue' };
	if (raw.type === 'fail') return withOutcome(raw, input, 'ok', null);
	return withType(raw, input, scalarOf(raw.answered ?? null));
};

/** `:value` of an add is the element, of a read the set: `#{1 2}`, `[1 2]`. */
export const setOfEdn: Mapping<SetInput, SetOutput> = (raw) => {
	if (raw.f === 'add') {
		return withType(raw, { kind: 'add', element: elementOf(raw.called, raw) }, null);
	}
	if (raw.f !== 'read') throw unknownName(raw, 'add, read');
	if (raw.type !== 'ok') return withType(raw, { kind: 'read' }, null);
	const { answered = null } = raw;
	const isSet = typeof answered === 'object' && answered !== null && 'items' in answered;
	if (!isSet) throw misshapen(raw, 'a read that returned a set');
	return withType(
		raw,
		{ kind: 'read' },
		answered.items.map((one) => elementOf(one, raw)),
	);
};

export const counterOfEdn: Mapping<CounterInput, CounterOutput> = (raw) => {
	if (raw.f === 'add')
		return withType(raw, { kind: 'add', delta: numberOf(raw.called, raw) }, null);
	if (raw.f !== 'read') throw unknownName(raw, 'add, read');
	const sum = raw.type === 'ok' ? numberOf(raw.answered ?? null, raw) : null;
	return withType(raw, { kind: 'read' }, sum);
};

export const uniqueIdsOfEdn: Mapping<unknown, string | number> = (raw) => {
	if (raw.f !== 'generate') throw unknownName(raw, 'generate');
	const id = raw.type === 'ok' ? elementOf(raw.answered ?? null, raw) : '';
	return withType(raw, { kind: 'generate' }, id);
};

/** `[[:w 5 1] [:r 6 2]]`. */
export const readWriteOfEdn: Mapping<readonly ReadWriteStep[], readonly ReadWriteStep[]> = (
	raw,
) => {
	const steps = (value: Edn): ReadWriteStep[] => {
		if (!isSequence(value)) throw misshapen(raw, 'a vector of steps');
		return value.items.map((step): ReadWriteStep => {
			const [f, key, element] = partsOf(step);
			if (f === 'w') return ['w', keyOf(key, raw), elementOf(element, raw)];
			if (f !== 'r') throw misshapen(raw, 'a vector of :w and :r');
			return ['r', keyOf(key, raw), element === null ? null : elementOf(element, raw)];
		});
	};
	const input = steps(raw.called);
	return withType(raw, input, raw.type === 'ok' ? steps(raw.answered ?? null) : input);
};

function numberOf(value: Edn, raw: JepsenOperation): number {
	if (typeof value !== 'number') throw misshapen(raw, 'a number');
	return value;
}

/** The name, the key and the rest of a step; in JSON the name is a text. */
function partsOf(step: Edn): readonly [string | undefined, Edn, Edn] {
	const [f, key = null, element = null] = isSequence(step) ? step.items : [];
	const name = isName(f) ? f.name : typeof f === 'string' ? f.replace(/^:/, '') : undefined;
	return [name, key, element];
}

/** `[[:append 5 1] [:r 6 [2 3]]]`. */
export const listAppendOfEdn: Mapping<readonly ListAppendStep[], readonly ListAppendStep[]> = (
	raw,
) => {
	const input = stepsOf(raw.called, raw);
	return withType(raw, input, raw.type === 'ok' ? stepsOf(raw.answered ?? null, raw) : input);
};

const casRegisterOperation: Mapping<CasRegisterInput, CasRegisterOutput> = (raw) => {
	if (raw.f === 'cas') return withType(raw, casInput(raw), true);
	if (raw.f === 'read' || raw.f === 'write') return registerOfLog(raw);
	throw unknownName(raw, 'read, write, cas');
};

function readsNil({ f, type, answered }: JepsenOperation): boolean {
	return f === 'read' && type === 'ok' && answered === null;
}

function withType<Input, Output>(
	raw: JepsenOperation,
	input: Input,
	output: Output,
): Operation<Input, Output> {
	return withOutcome(raw, input, OUTCOMES[raw.type], output);
}

const OUTCOMES = { ok: 'ok', fail: 'failed', info: 'unknown' } as const;

function withOutcome<Input, Output>(
	{ process, calledAt, returnedAt }: JepsenOperation,
	input: Input,
	outcome: Operation['outcome'],
	output: Output,
): Operation<Input, Output> {
	const operation = { process, input, calledAt, returnedAt, outcome };
	return outcome === 'ok' ? { ...operation, output } : operation;
}

function writeInput(raw: JepsenOperation) {
	return { kind: 'write', value: scalarOf(raw.called) } as const;
}

function casInput(raw: JepsenOperation) {
	const pair = isSequence(raw.called) ? raw.called.items : [];
	const [expected, value] = pair;
	if (expected === undefined || value === undefined || pair.length > 2) {
		throw misshapen(raw, 'a vector of two values');
	}
	return { kind: 'cas', expected: scalarOf(expected), value: scalarOf(value) } as const;
}

function stepsOf(value: Edn, raw: JepsenOperation): ListAppendStep[] {
	if (!isSequence(value)) throw misshapen(raw, 'a vector of steps');
	return value.items.map((step): ListAppendStep => {
		const [f, key, element] = partsOf(step);
		if (f === 'append') return ['append', keyOf(key, raw), elementOf(element, raw)];
		if (f !== 'r') throw misshapen(raw, 'a vector of :append and :r');
		if (element === null) return ['r', keyOf(key, raw), null];
		if (!isSequence(element)) throw misshapen(raw, 'a read that returned a vector');
		return ['r', keyOf(key, raw), element.items.map((one) => elementOf(one, raw))];
	});
}

function keyOf(value: Edn, raw: JepsenOperation): string {
	if (value === null) throw misshapen(raw, 'a key');
	return typeof value === 'string' ? value : isName(value) ? value.name : showEdn(value);
}

function elementOf(value: Edn, raw: JepsenOperation): Element {
	if (value === null) throw misshapen(raw, 'an element');
	return typeof value === 'number' ? value : keyOf(value, raw);
}

/** What is no scalar is told apart by how it is written. */
function scalarOf(value: Edn): Value {
	if (value === null || typeof value !== 'object') return value;
	return value.type === 'keyword' ? value.name : showEdn(value);
}

function misshapen({ f, called, line }: JepsenOperation, expected: string): HistoryError {
	return new HistoryError(`:${f} ${showBriefly(called)}: ${expected} was expected`, line);
}

function unknownName({ f, line }: JepsenOperation, known: string): HistoryError {
	return new HistoryError(
		`:${f} is no operation of this model: one of ${known} was expected`,
		line,
	);
}
