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
	optional,
	type Shape,
} from '../formats/json-shape.ts';
import { type CasRegisterInput, casRegister } from '../models/cas-register.ts';
import { type EtcdInput, etcd } from '../models/etcd.ts';
import { type FencedLockInput, fencedLock } from '../models/fenced-lock.ts';
import { fifoQueue, type QueueInput } from '../models/fifo-queue.ts';
import { type KeyValueInput, keyValue } from '../models/key-value.ts';
import type { Value } from '../models/model.ts';
import { mutex } from '../models/mutex.ts';
import { type RegisterInput, register } from '../models/register.ts';
import {
	casRegisterOfEdn,
	casRegisterOfLog,
	keyValueOfEdn,
	mutexOfEdn,
	queueOfEdn,
	registerOfEdn,
	registerOfLog,
} from './jepsen-mappings.ts';
import { linearizable, type ModelOptions, type Verifiable, verifiableFrom } from './verifiable.ts';

/** The shape of an output, by the kind of its input. */
const byKind =
	<Kind extends string>(shapes: Readonly<Record<Kind, Shape>>) =>
	(input: { readonly kind: Kind }): Shape =>
		shapes[input.kind];

const initialOf = ({ initial = null }: ModelOptions): Value => initial as Value;

export const registerHistories: Verifiable = verifiableFrom({
	name: 'register',
	summary: 'one value, read and written whole: linearizable',
	jsonl: {
		input: kinds({ read: {}, write: { value: isValue } }),
		output: byKind<RegisterInput['kind']>({ read: isValue, write: isNothing }),
		options: { initial: optional(isValue) },
	},
	edn: { map: registerOfEdn },
	jepsenLog: { map: registerOfLog },
	check: linearizable((options) => register(initialOf(options))),
});

export const casRegisterHistories: Verifiable = verifiableFrom({
	name: 'cas-register',
	summary: 'one value with compare-and-set: linearizable',
	jsonl: {
		input: kinds({
			read: {},
			write: { value: isValue },
			cas: { expected: isValue, value: isValue },
		}),
		output: byKind<CasRegisterInput['kind']>({ read: isValue, write: isNothing, cas: isBoolean }),
		options: { initial: optional(isValue) },
	},
	edn: { map: casRegisterOfEdn },
	jepsenLog: { map: casRegisterOfLog },
	check: linearizable((options) => casRegister(initialOf(options))),
});

export const mutexHistories: Verifiable = verifiableFrom({
	name: 'mutex',
	summary: 'a lock that does not expire: linearizable, so at most one holder',
	jsonl: {
		input: kinds({
			acquire: { client: either(isText, isNumber) },
			release: { client: either(isText, isNumber) },
		}),
		output: () => isBoolean,
	},
	edn: { map: mutexOfEdn },
	check: linearizable(mutex),
});

export const fencedLockHistories: Verifiable = verifiableFrom({
	name: 'fenced-lock',
	summary: 'a lock with fencing tokens and the resource that checks them: linearizable',
	jsonl: {
		input: kinds({ acquire: {}, release: { token: isNumber }, write: { token: isNumber } }),
		output: byKind<FencedLockInput['kind']>({
			acquire: (token) => (token === null ? undefined : isNumber(token)),
			release: isBoolean,
			write: isBoolean,
		}),
		options: { expires: optional(isBoolean) },
	},
	check: linearizable(({ expires = true }) => fencedLock({ expires: expires as boolean })),
});

export const queueHistories: Verifiable = verifiableFrom({
	name: 'queue',
	summary: 'first in, first out, each value taken once: linearizable',
	jsonl: {
		input: kinds({ enqueue: { value: isValue }, dequeue: {} }),
		output: byKind<QueueInput['kind']>({ enqueue: isNothing, dequeue: isValue }),
	},
	edn: { map: queueOfEdn },
	check: linearizable(fifoQueue),
});

export const keyValueHistories: Verifiable = verifiableFrom({
	name: 'kv',
	summary: 'keys with values (get, put, append, cas, delete): linearizable, key by key',
	jsonl: {
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
		options: { initial: optional(isValue) },
	},
	// In porcupine's logs an absent key reads as the empty text.
	edn: { map: keyValueOfEdn, options: { initial: '' } },
	check: linearizable((options) => keyValue(initialOf(options))),
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
	jsonl: {
		input: kinds({
			...etcdSteps,
			txn: {
				compare: listOf(fields({ key: isText, modRevision: isNumber })),
				success: listOf(kinds(etcdSteps)),
				failure: optional(listOf(kinds(etcdSteps))),
			},
		}),
		output: ({ kind }: EtcdInput) => fields({ revision: optional(isNumber), ...etcdAnswers[kind] }),
		options: { initialRevision: optional(isNumber) },
	},
	check: linearizable(({ initialRevision = 1 }) =>
		etcd({ initialRevision: initialRevision as number }),
	),
});
