import {
	either,
	fields,
	isBoolean,
	isNothing,
	isNumber,
	isText,
	isValue,
	kinds,
	listOf,
	oneOf,
	optional,
	type Shape,
} from '../formats/json-shape.ts';
import { limits } from '../limits.ts';
import { checkLinearizable } from '../linearizability/check-linearizable.ts';
import { type CasRegisterInput, casRegister } from '../models/cas-register.ts';
import { type EtcdInput, etcd } from '../models/etcd.ts';
import { type FencedLockInput, fencedLock } from '../models/fenced-lock.ts';
import { fifoQueue, type QueueInput } from '../models/fifo-queue.ts';
import { type KeyValueInput, keyValue } from '../models/key-value.ts';
import type { Model, Value } from '../models/model.ts';
import { mutex } from '../models/mutex.ts';
import { type RegisterInput, register } from '../models/register.ts';
import { checkSequential } from '../sequential/check-sequential.ts';
import {
	casRegisterOfEdn,
	casRegisterOfLog,
	keyValueOfEdn,
	mutexOfEdn,
	queueOfEdn,
	registerOfEdn,
	registerOfLog,
} from './jepsen-mappings.ts';
import {
	byKind,
	type ModelOptions,
	type Verifiable,
	type VerifiableParts,
	verifiableFrom,
} from './verifiable.ts';

/** What a model with one sequential specification can be asked for. */
const CONSISTENCIES = ['linearizable', 'sequential'] as const;

const withConsistency = (options: Readonly<Record<string, Shape>> = {}) => ({
	...options,
	consistency: optional(oneOf(...CONSISTENCIES)),
});

/** A `check` that asks whether some order explains the answers: in real time, unless told otherwise. */
function ordered<State, Input, Output>(
	modelFor: (options: ModelOptions) => Model<State, Input, Output>,
): VerifiableParts<Input, Output>['check'] {
	return (history, { consistency = 'linearizable', ...options }, budget) => {
		const model = modelFor(options);
		if (consistency === 'linearizable') return checkLinearizable(model, history, { budget });
		const states = budget.steps ?? limits.statesSearched;
		return checkSequential(model, history, { budget: states });
	};
}

const initialOf = ({ initial = null }: ModelOptions): Value => initial as Value;

export const registerHistories: Verifiable = verifiableFrom({
	name: 'register',
	summary: 'one value, read and written whole: linearizable',
	json: {
		input: kinds({ read: {}, write: { value: isValue } }),
		output: byKind<RegisterInput['kind']>({ read: isValue, write: isNothing }),
		options: withConsistency({ initial: optional(isValue) }),
	},
	edn: { map: registerOfEdn },
	jepsenLog: { map: registerOfLog },
	check: ordered((options) => register(initialOf(options))),
});

export const casRegisterHistories: Verifiable = verifiableFrom({
	name: 'cas-register',
	summary: 'one value with compare-and-set: linearizable',
	json: {
		input: kinds({
			read: {},
			write: { value: isValue },
			cas: { expected: isValue, value: isValue },
		}),
		output: byKind<CasRegisterInput['kind']>({ read: isValue, write: isNothing, cas: isBoolean }),
		options: withConsistency({ initial: optional(isValue) }),
	},
	edn: { map: casRegisterOfEdn },
	jepsenLog: { map: casRegisterOfLog },
	check: ordered((options) => casRegister(initialOf(options))),
});

export const mutexHistories: Verifiable = verifiableFrom({
	name: 'mutex',
	summary: 'a lock that does not expire: linearizable, so at most one holder',
	json: {
		input: kinds({
			acquire: { client: either(isText, isNumber) },
			release: { client: either(isText, isNumber) },
		}),
		output: () => isBoolean,
		options: withConsistency(),
	},
	edn: { map: mutexOfEdn },
	check: ordered(mutex),
});

export const fencedLockHistories: Verifiable = verifiableFrom({
	name: 'fenced-lock',
	summary: 'a lock with fencing tokens and the resource that checks them: linearizable',
	json: {
		input: kinds({ acquire: {}, release: { token: isNumber }, write: { token: isNumber } }),
		output: byKind<FencedLockInput['kind']>({
			acquire: (token) => (token === null ? undefined : isNumber(token)),
			release: isBoolean,
			write: isBoolean,
		}),
		options: withConsistency({ expires: optional(isBoolean) }),
	},
	check: ordered(({ expires = true }) => fencedLock({ expires: expires as boolean })),
});

export const queueHistories: Verifiable = verifiableFrom({
	name: 'queue',
	summary: 'first in, first out, each value taken once: linearizable',
	json: {
		input: kinds({ enqueue: { value: isValue }, dequeue: {} }),
		output: byKind<QueueInput['kind']>({ enqueue: isNothing, dequeue: isValue }),
		options: withConsistency(),
	},
	edn: { map: queueOfEdn },
	check: ordered(fifoQueue),
});

export const keyValueHistories: Verifiable = verifiableFrom({
	name: 'kv',
	summary: 'keys with values (get, put, append, cas, delete): linearizable, key by key',
	json: {
		input: kinds({
			get: { key: isText },
			put: { key: isText, value: isValue },
			append: { key: isText, value: isText },
			cas: { key: isText, expected: isValue, value: isValue },
			delete: { key: isText },
		}),
		output: byKind<KeyValueInput['kind']>({
			get: isValue,
			put: isNothing,
			append: isNothing,
			cas: isBoolean,
			delete: either(isBoolean, isNothing),
		}),
		options: withConsistency({ initial: optional(isValue) }),
	},
	// In porcupine's logs an absent key reads as the empty text.
	edn: { map: keyValueOfEdn, options: { initial: '' } },
	check: ordered((options) => keyValue(initialOf(options))),
});

const etcdSteps = {
	get: { key: isText },
	put: { key: isText, value: isValue },
	delete: { key: isText },
};

const etcdFound: Shape = (found) =>
	found === null || found === undefined
		? undefined
		: fields({
				value: isValue,
				modRevision: optional(isNumber),
				createRevision: optional(isNumber),
				version: optional(isNumber),
			})(found);

const etcdAnswers: Readonly<Record<EtcdInput['kind'], Readonly<Record<string, Shape>>>> = {
	get: { found: etcdFound },
	put: {},
	delete: { deleted: optional(isNumber) },
	txn: {
		succeeded: optional(isBoolean),
		responses: optional(listOf(fields({ found: etcdFound, deleted: optional(isNumber) }))),
	},
};

export const etcdHistories: Verifiable = verifiableFrom({
	name: 'etcd',
	summary: 'the key-value store of etcd with its revisions: linearizable',
	json: {
		input: kinds({
			...etcdSteps,
			txn: {
				compare: listOf(fields({ key: isText, modRevision: isNumber })),
				success: listOf(kinds(etcdSteps)),
				failure: optional(listOf(kinds(etcdSteps))),
			},
		}),
		output: ({ kind }: EtcdInput) => fields({ revision: optional(isNumber), ...etcdAnswers[kind] }),
		options: withConsistency({ initialRevision: optional(isNumber) }),
	},
	check: ordered(({ initialRevision = 1 }) => etcd({ initialRevision: initialRevision as number })),
});
