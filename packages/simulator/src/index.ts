export {
	type BatchFinding,
	type BatchListener,
	type BatchOptions,
	type BatchResult,
	type NeverHappened,
	runBatch,
	type SeedRun,
	type SimulationName,
} from './batch/batch.ts';
export { type SimTestsOptions, simTests } from './batch/sim-tests.ts';
export { type Finding, type InvestigateOptions, investigate } from './findings/investigate.ts';
export {
	type Regression,
	readRegression,
	readRegressions,
	replayOptionsOf,
	type SavedRegression,
	saveRegression,
} from './findings/regression.ts';
export { type Sequence, type SequenceStep, toMermaid } from './findings/sequence.ts';
export { sequenceOf } from './findings/sequence-of.ts';
export { toSvg } from './findings/sequence-picture.ts';
export { findingText } from './findings/text.ts';
export type { FaultRecord } from './kernel/fault-decisions.ts';
export type { TraceEntry } from './kernel/trace.ts';
export type { SimulatedLogRecord } from './machine/logs.ts';
export type { Failure, FailureKind, ReadRows } from './scenario/assertions.ts';
export { type History, history } from './scenario/history.ts';
export type { ClientOptions, FaultsByHand, Scenario, World } from './scenario/scenario.ts';
export { type FaultSelection, selectFaults } from './scenario/swarm.ts';
export type { AppUrl, SimulateOptions } from './simulation/options.ts';
export type { Report } from './simulation/report.ts';
export {
	investigateSeed,
	neverHappened,
	runSeed,
	type SeedOptions,
} from './simulation/seeds.ts';
export { type SimTestOptions, type SimTestRuns, simTest } from './simulation/sim-test.ts';
export { simulate } from './simulation/simulate.ts';
export {
	isSimulation,
	type Simulation,
	type SimulationOptions,
	simulation,
} from './simulation/simulation.ts';
