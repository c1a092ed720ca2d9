import type { FaultRecord } from '../kernel/fault-decisions.ts';
import type { TraceEntry } from '../kernel/trace.ts';
import type { SimulatedLogRecord } from '../machine/logs.ts';
import type { MessageRecord } from '../network/message-log.ts';
import type { Failure } from '../scenario/assertions.ts';

/** What came of one run. */
export interface Report {
	readonly seed: number;
	/** Over everything that happened: the same for the same seed and the same code. 16 digits. */
	readonly traceHash: string;
	/** The hash after each thousand events: where two runs part. */
	readonly checkpoints: readonly string[];
	/** What was found, first things first; usually one, because a violation ends the run. */
	readonly failures: readonly Failure[];
	/** The faults that struck, in order. */
	readonly faults: readonly FaultRecord[];
	/** How often each `sometimes` happened. */
	readonly sometimes: Readonly<Record<string, number>>;
	readonly events: number;
	readonly virtualMs: number;
	readonly realMs: number;
	/** The last things that happened, in words; empty unless asked for. */
	readonly entries: readonly TraceEntry[];
	/** The last messages between machines; empty unless entries are. */
	readonly messages: readonly MessageRecord[];
	/** The last log records of all machines. */
	readonly logs: readonly SimulatedLogRecord[];
}
