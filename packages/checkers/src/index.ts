/**
 * Judges what clients of a distributed system saw: linearizability against a model, and more.
 *
 * @module
 */

export type { CausalInput, CausalOperation, CausalOutput } from './causal/causal-history.ts';
export {
	CAUSAL_CONSISTENCIES,
	type CausalConsistency,
	type CausalOptions,
	checkCausal,
} from './causal/check-causal.ts';
export { type Balances, type BankOptions, checkBank } from './collections/bank.ts';
export { checkConvergence, type ReplicaState } from './collections/convergence.ts';
export { type CounterInput, type CounterOutput, checkCounter } from './collections/counter.ts';
export {
	checkDelivery,
	type DeliveryGuarantees,
	type Received,
	type Sent,
} from './collections/delivery.ts';
export { checkSet, type SetElement, type SetInput, type SetOutput } from './collections/set.ts';
export { checkUniqueIds } from './collections/unique-ids.ts';
export { explanationPage } from './explanation/page.ts';
export { explanationText, verdictText } from './explanation/text.ts';
export type { Bar, Timeline } from './explanation/timeline.ts';
export type { JsonHeader } from './formats/json-history.ts';
export { HistoryError, isHistoryError } from './history/history-error.ts';
export type { Operation, Outcome } from './history/operation.ts';
export { checkWellFormed } from './history/well-formed.ts';
export { type Budget, checkLinearizable } from './linearizability/check-linearizable.ts';
export type {
	LinearizabilityExplanation,
	PartitionReport,
	Step,
	StuckOrder,
} from './linearizability/explain.ts';
export {
	type CasRegisterInput,
	type CasRegisterOutput,
	casRegister,
} from './models/cas-register.ts';
export {
	type EtcdAnswer,
	type EtcdCompare,
	type EtcdInput,
	type EtcdKeyValue,
	type EtcdOutput,
	type EtcdStep,
	type EtcdTransaction,
	etcd,
} from './models/etcd.ts';
export { type FencedLockInput, type FencedLockOutput, fencedLock } from './models/fenced-lock.ts';
export { fifoQueue, type QueueInput, type QueueOutput } from './models/fifo-queue.ts';
export { type KeyValueInput, type KeyValueOutput, keyValue } from './models/key-value.ts';
export { type Model, refused, type Value } from './models/model.ts';
export { type MutexInput, type MutexOutput, mutex } from './models/mutex.ts';
export { type RegisterInput, type RegisterOutput, register } from './models/register.ts';
export {
	checkSequential,
	type SequentialExplanation,
} from './sequential/check-sequential.ts';
export {
	checkSessions,
	SESSION_GUARANTEES,
	type SessionGuarantee,
	type VersionedOperation,
} from './sessions/check-sessions.ts';
export {
	checkIsolation,
	ISOLATION_LEVELS,
	type IsolationLevel,
	type IsolationOptions,
	sessionsOf,
} from './transactions/isolation/check-isolation.ts';
export type { Sessions } from './transactions/isolation/read-from.ts';
export {
	CONSISTENCY_MODELS,
	type ConsistencyModel,
} from './transactions/list-append/anomalies.ts';
export {
	checkListAppend,
	type ListAppendAnomaly,
	type ListAppendExplanation,
} from './transactions/list-append/check-list-append.ts';
export type {
	ListAppendOperation,
	ListAppendTransaction,
	ReadWriteOperation,
	ReadWriteTransaction,
} from './transactions/transaction.ts';
export type { Explanation, Verdict } from './verdict.ts';
export type {
	FormatName,
	ModelOptions,
	Verifiable,
	VerifySettings,
} from './verification/verifiable.ts';
export { type VerifyOptions, verifiable, verifyHistory } from './verification/verify-history.ts';
