import type { Principal } from '../context/principal.ts';
import type { Trace } from '../context/trace.ts';
import type { Client } from '../contract/client.ts';
import type { Operation } from '../contract/compile-operations.ts';
import type { Contract } from '../contract/contract.ts';
import type { Host } from '../host/host.ts';
import type { Address } from '../host/network.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** An app that runs. Close it, or hold it with `await using`. */
export interface Fleet extends AsyncDisposable {
	/** The app's name. */
	readonly name: string;
	/** Of the services of the app that can be called here, wherever they run. */
	readonly contracts: readonly Contract[];
	/** Where other processes reach the services that run here; `undefined`: they do not. */
	readonly address: Address | undefined;
	/** What it runs on: the real world, or a simulated one. */
	readonly host: Host;
	/** What it records: metrics, spans, log lines. */
	readonly telemetry: Telemetry;

	/**
	 * A typed client, for callers outside of any service.
	 *
	 * @param caller On whose behalf it calls; absent: nobody's.
	 */
	client<C extends Contract>(contract: C, caller?: Pick<Caller, 'principal'>): Client<C>;

	/**
	 * Calls an operation for somebody outside, whose identity and trace a gateway has established.
	 * Answers in wire form: JSON, for a reader without the schema. Rejects like a client's call: with a
	 * declared error or an error of the platform.
	 */
	invoke(operation: Operation, input: unknown, caller: Caller): Promise<unknown>;

	/** The same for a streaming result. */
	stream(operation: Operation, input: unknown, caller: Caller): AsyncIterable<unknown>;

	/**
	 * Resolves when every event that is emitted from now on reaches the services here that listen to
	 * it: until then they may not be known to emitters in other processes. Rejects when it is closed.
	 */
	ready(): Promise<void>;

	/** Whether it can do its work now, part by part. */
	health(): Promise<Health>;

	/** Refuses new calls, lets those under way end, stops delivery, and closes the databases. */
	close(): Promise<void>;
}

/** Who calls from outside, and what it said about the call. */
export interface Caller {
	/** On whose behalf; absent: nobody's. */
	readonly principal?: Principal | undefined;
	/** The span that causes the call. */
	readonly trace?: Trace | undefined;
	/** Of a command: 1 to 255 printable ASCII characters. A fresh one when absent. */
	readonly idempotencyKey?: string | undefined;
	/** How long it waits at most; what the contract says when absent. */
	readonly timeoutMs?: number | undefined;
	/** Gives up when it aborts. */
	readonly signal?: AbortSignal | undefined;
}

/** Whether a fleet can do its work now, and which part cannot. */
export interface Health {
	/** All parts are well and the fleet is not closing. */
	readonly ready: boolean;
	/** Each database and what else it takes; `reason` says what is wrong with one that is not well. */
	readonly parts: readonly {
		readonly name: string;
		readonly ok: boolean;
		readonly reason?: string;
	}[];
}
