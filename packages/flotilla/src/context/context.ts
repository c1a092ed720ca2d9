import type { Cancellation } from './cancellation.ts';
import type { Principal } from './principal.ts';
import type { Trace } from './trace.ts';

/** What is dropped first when there is too much to do. */
export type Priority = 'critical' | 'normal' | 'background';

/**
 * What travels with a call, in one process by `AsyncLocalStorage` and between processes in the
 * frame header, whose fields these are.
 */
export interface Context {
	readonly trace: Trace;
	/** On the monotonic clock of this process; `Infinity` when there is none. The wire carries what is left. */
	readonly deadlineMs: number;
	readonly priority: Priority;
	readonly principal: Principal | undefined;
	/** The calling service, proved by the transport. */
	readonly peer: string | undefined;
	/** The newest hybrid clock reading that the caller had seen. */
	readonly hybridTime: string | undefined;
	/** What the caller has read and written, for causal consistency. */
	readonly causalToken: string | undefined;
	readonly cancellation: Cancellation;
	/** Whether a transaction is open: nothing else may be awaited then. */
	readonly inTransaction: boolean;
}
