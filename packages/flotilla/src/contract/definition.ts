import type { Schema } from './schema.ts';

/** Marks the output of a query as a streaming result: any number of values, one after another. */
export interface StreamOf<S extends Schema = Schema> {
	readonly '~flotilla': 'stream';
	readonly item: S;
}

/**
 * A streaming result: the handler is an async generator, the caller iterates.
 * Leaving the loop ends the handler.
 *
 * @example
 * const Clock = contract('clock', { version: 1, queries: { ticks: { output: stream(Tick) } } });
 */
export function stream<S extends Schema>(item: S): StreamOf<S> {
	return { '~flotilla': 'stream', item };
}

/** A declared error with an HTTP status of its own. */
export interface ErrorOf<S extends Schema = Schema> {
	readonly '~flotilla': 'error-definition';
	readonly data: S;
	/** 400 to 499. */
	readonly status: number;
}

/** Declares an error whose HTTP status its name does not tell. */
export function error<S extends Schema>(data: S, options: { readonly status: number }): ErrorOf<S> {
	return { '~flotilla': 'error-definition', data, status: options.status };
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A method and a path below the version, `{field}` standing for a field of the input. */
export type HttpRoute = `${Method} /${string}`;

/** How an operation is reached over HTTP. */
export interface HttpBinding {
	/** `POST /orders`; GET for queries, and only for them. */
	readonly route: HttpRoute;
	/** Of a successful answer; 200 when absent. */
	readonly status?: number;
	/**
	 * For a command whose answer goes on changing by itself: the edge waits a while for an answer
	 * that is settled before it replies (RFC 7240, `Prefer: wait`).
	 */
	readonly settle?: Settle;
}

/** That an answer goes on changing by itself, and where its newer states are told. */
export interface Settle {
	/** A streaming query of the same contract; its input is made of the answer's fields. */
	readonly watch: string;
	/** The answer is not settled while it has these values. */
	readonly while: Readonly<Record<string, string | number | boolean>>;
	/** How long the edge waits when the client does not say, 0 to 30_000; 2_000 when absent. */
	readonly waitMs?: number;
}

export interface OperationDefinition {
	/** One sentence for the documents made from the contract. */
	readonly description?: string;
	/** An object schema; absent: the operation takes nothing. */
	readonly input?: Schema;
	/** Absent: the operation answers nothing. */
	readonly output?: Schema | StreamOf;
	/** Answers that are refusals, by name: part of the interface, recorded like any answer. */
	readonly errors?: Readonly<Record<string, Schema | ErrorOf>>;
	readonly http?: HttpRoute | HttpBinding;
	/** Who may: everybody (`public`) or a principal with this scope. Wanted by `http`. */
	readonly auth?: string;
	/** How long a caller waits at most, 1 to 3_600_000; 10_000 when absent, no end for streams. */
	readonly timeoutMs?: number;
}

/** Asks and changes nothing: may be repeated, hedged and cached. */
export interface QueryDefinition extends OperationDefinition {}

/** Changes something, in one transaction. */
export interface CommandDefinition extends OperationDefinition {
	/**
	 * Running it twice is as good as once, so its answers are not recorded. Wanted of commands of a
	 * service without a database, and for answers that must not be stored, such as tokens.
	 */
	readonly idempotent?: boolean;
}

/** Something that has happened, told to whoever listens. */
export interface EventDefinition {
	/** One sentence for the documents made from the contract. */
	readonly description?: string;
	/** An object schema. */
	readonly data: Schema;
	/** The field of the data that is the ordering key: events of one key arrive in order. */
	readonly key: string;
}

/** What a contract says: its operations and events, by name. */
export interface ContractDefinition {
	/** The major version, from 1: part of every address (`orders@1/place`, `/v1/orders`). */
	readonly version: number;
	/** One sentence for the documents made from the contract. */
	readonly description?: string;
	/** What asks and changes nothing. */
	readonly queries?: Readonly<Record<string, QueryDefinition>>;
	/** What changes something. */
	readonly commands?: Readonly<Record<string, CommandDefinition>>;
	/** What it tells whoever listens. */
	readonly events?: Readonly<Record<string, EventDefinition>>;
}
