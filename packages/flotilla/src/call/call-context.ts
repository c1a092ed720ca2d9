import type { Cancellation } from '../context/cancellation.ts';
import type { Context, Priority } from '../context/context.ts';
import type { Principal } from '../context/principal.ts';
import type { Trace } from '../context/trace.ts';
import type { Operation } from '../contract/compile-operations.ts';
import type { Clock } from '../host/clock.ts';
import { type ErrorMakersByName, errorMakers } from './error-makers.ts';
import type { Logger } from './logger.ts';

/** What a caller said about a call, beyond its input. */
export interface InvokeOptions {
	readonly timeoutMs?: number | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly idempotencyKey?: string | undefined;
	/** Set only by a gateway: who is asking. Otherwise the principal of the calling context holds. */
	readonly principal?: Principal | undefined;
	/** Set only by a gateway: the span that causes the call. */
	readonly trace?: Trace | undefined;
	/** Set only by a gateway: the answer is wanted as JSON, because its reader has no schema. */
	readonly wire?: boolean;
	/** Set only for a call from another instance: what its caller does not wait for any more. */
	readonly cancellation?: Cancellation;
	/** Set only for a call from another instance: where it stands below calls over there. */
	readonly remote?: { readonly peer: string | undefined; readonly depth: number };
}

/** One call, from its callee's point of view: its context and what its handler gets. */
export class CallContext implements Context {
	readonly operation: Operation;
	readonly trace: Trace;
	readonly deadlineMs: number;
	readonly priority: Priority;
	readonly principal: Principal | undefined;
	readonly peer: string | undefined;
	readonly hybridTime: string | undefined;
	readonly causalToken: string | undefined;
	readonly cancellation: Cancellation;
	readonly inTransaction: boolean = false;
	/** How many calls are above this one. */
	readonly depth: number;
	/** The name of the service that runs this call, and thereby the peer of those it makes. */
	readonly service: string;
	/** As the caller gave it, before validation. */
	readonly input: unknown;
	readonly idempotencyKey: string | undefined;
	/** How far a command has come; `undefined` for queries. */
	readonly command: CommandProgress | undefined;
	/** Of the calling command, whose effects include those of the commands that it calls. */
	readonly #above: CommandProgress | undefined;
	readonly #clock: Clock;
	readonly #logger: Logger;

	constructor(parts: CallContextParts) {
		this.operation = parts.operation;
		this.trace = parts.trace;
		this.deadlineMs = parts.deadlineMs;
		this.priority = parts.parent?.priority ?? 'normal';
		this.principal = parts.principal;
		this.peer = parts.parent instanceof CallContext ? parts.parent.service : parts.peer;
		this.hybridTime = parts.parent?.hybridTime;
		this.causalToken = parts.parent?.causalToken;
		this.cancellation = parts.cancellation;
		this.depth = parts.depth;
		this.service = parts.operation.service;
		this.input = parts.input;
		this.idempotencyKey = parts.idempotencyKey;
		if (parts.operation.kind === 'command') {
			this.command = new CommandProgress();
			this.#above = parts.parent instanceof CallContext ? parts.parent.command : undefined;
			if (this.#above !== undefined) this.#above.effectsElsewhere++;
		}
		this.#clock = parts.clock;
		this.#logger = parts.logger;
	}

	/** Says, once, that it has failed and changed nothing. */
	tookNoEffect(): void {
		if (this.#above !== undefined) this.#above.effectsElsewhere--;
	}

	get id(): string {
		return `${this.trace.traceId}-${this.trace.spanId}`;
	}

	get remainingMs(): number {
		if (this.deadlineMs === Number.POSITIVE_INFINITY) return this.deadlineMs;
		return Math.max(0, this.deadlineMs - this.#clock.monotonicMs());
	}

	get signal(): AbortSignal {
		return this.cancellation.signal;
	}

	get errors(): ErrorMakersByName {
		return errorMakers(this.operation);
	}

	get log(): Logger {
		return this.#logger;
	}
}

export interface CallContextParts {
	readonly operation: Operation;
	readonly trace: Trace;
	readonly deadlineMs: number;
	readonly parent: Context | undefined;
	readonly principal: Principal | undefined;
	/** The service that calls from another instance. */
	readonly peer: string | undefined;
	readonly cancellation: Cancellation;
	readonly depth: number;
	readonly input: unknown;
	readonly idempotencyKey: string | undefined;
	readonly clock: Clock;
	readonly logger: Logger;
}

/** How far a command has come: decides what an error says about its effect. */
export class CommandProgress {
	/**
	 * `none`: no transaction so far; `open`: one is running, or was lost while it committed;
	 * `committed`: one has committed.
	 */
	transaction: 'none' | 'open' | 'committed' = 'none';
	/** Its caller has its answer, or has been told why there is none: what fails now, nobody hears of. */
	isAnswered = false;
	/** What the transaction returned, which must be the answer. */
	result: unknown;
	/** Commands that it has called and that took effect, or may have, or are under way. */
	effectsElsewhere = 0;
	/** The answer as its schema copied it; `undefined` while there is none. */
	checkedAnswer: { readonly value: unknown } | undefined;
}
